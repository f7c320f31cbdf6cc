//! The exit code of each error.

use std::process::ExitCode;

use crate::config::ConfigError;
use crate::fetch::{FetchError, SiteError};
use crate::fs;
use crate::fs::lock::LockError;
use crate::install::InstallError;
use crate::lockfile::LockfileError;
use crate::operations::OpError;
use crate::operations::search::WebError;
use mdskill_git::http::HttpError;
use mdskill_git::objects::{ObjectError, PackError};
use mdskill_git::protocol::ProtocolError;
use mdskill_git::transport::TransportError;

/// The outcome of a command. A test compares it with `docs/reference/exit-codes.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExitStatus {
    /// The command did all that was requested.
    Done = 0,
    /// A requested action failed.
    Failed = 1,
    /// An option or a spec is invalid.
    Usage = 2,
    /// A check found problems, or a skill needs a decision.
    Found = 3,
    /// The server or the file system denied access.
    NoPermission = 4,
    /// A network request failed.
    Network = 5,
    /// The user interrupted the command.
    Interrupted = 130,
}

impl ExitStatus {
    /// Returns this outcome if `condition` is true, and `Done` otherwise.
    pub(crate) fn when(self, condition: bool) -> Self {
        if condition { self } else { Self::Done }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        // The discriminants are the codes.
        Self::from(status as u8)
    }
}

/// Returns the exit code of an error.
pub(crate) fn status_of(error: &OpError) -> ExitStatus {
    match error {
        OpError::Spec(_)
        | OpError::Name(_)
        | OpError::Target(_)
        | OpError::Rule(_)
        | OpError::Usage(_)
        | OpError::NoShell
        | OpError::UnknownAgent { .. }
        | OpError::NothingToImport(_)
        | OpError::SkillNamedTwice(_)
        | OpError::RenamesSeveral(_)
        | OpError::NotInConflict(_)
        | OpError::NoSuchPath(_)
        | OpError::NoRefs(_)
        | OpError::NoNames
        | OpError::NoTerminal
        | OpError::SeveralSkills { .. } => ExitStatus::Usage,
        OpError::NothingAdded(error) => status_of(error),
        OpError::Init(error) if error.is_usage() => ExitStatus::Usage,
        OpError::Site(error) if error.is_usage() => ExitStatus::Usage,
        OpError::Site(error) => error.of_disk().map_or(ExitStatus::Failed, status_of_disk),
        OpError::Config(ConfigError::Fs(error)) => status_of_disk(error),
        OpError::Fetch(error) => status_of_fetch(error),
        OpError::Install(error) => status_of_install(error),
        OpError::Search { error, .. } => status_of_search(error),
        _ => ExitStatus::Failed,
    }
}

fn status_of_fetch(error: &FetchError) -> ExitStatus {
    match error {
        FetchError::Transport(error) => status_of_transport(error),
        FetchError::Site(error) => status_of_site(error),
        FetchError::Offline { .. } | FetchError::Incomplete { .. } | FetchError::TooLong { .. } => {
            ExitStatus::Network
        }
        FetchError::Objects(ObjectError::Denied { .. })
        | FetchError::Cache {
            is_denied: true, ..
        } => ExitStatus::NoPermission,
        FetchError::Fs(error) => status_of_disk(error),
        _ => ExitStatus::Failed,
    }
}

fn status_of_http(error: &HttpError) -> ExitStatus {
    match error {
        // GitHub reports a rate limit with 403.
        HttpError::Status {
            status: 403,
            retry_after: Some(_),
            ..
        } => ExitStatus::Network,
        HttpError::Status {
            status: 401 | 403 | 407,
            ..
        } => ExitStatus::NoPermission,
        HttpError::Status {
            status: 404 | 410 | 451,
            ..
        }
        | HttpError::Setting { .. } => ExitStatus::Failed,
        _ => ExitStatus::Network,
    }
}

fn status_of_transport(error: &TransportError) -> ExitStatus {
    match error {
        TransportError::Http(error) => status_of_http(error),
        TransportError::SshDenied { .. } => ExitStatus::NoPermission,
        TransportError::Protocol {
            source: ProtocolError::Pack(PackError::Disk(_)),
            ..
        } => ExitStatus::Failed,
        TransportError::Protocol { .. }
        | TransportError::Ssh { .. }
        | TransportError::TooLong { .. } => ExitStatus::Network,
        _ => ExitStatus::Failed,
    }
}

fn status_of_site(error: &SiteError) -> ExitStatus {
    match error {
        SiteError::Http(error) => status_of_http(error),
        SiteError::Status {
            status: 401 | 403, ..
        } => ExitStatus::NoPermission,
        SiteError::Status {
            status: 400..=428 | 430..=499,
            ..
        } => ExitStatus::Failed,
        SiteError::Status { .. } => ExitStatus::Network,
        _ => ExitStatus::Failed,
    }
}

fn status_of_search(error: &WebError) -> ExitStatus {
    match error {
        WebError::Http(error) => status_of_http(error),
        WebError::Refused {
            status: 401 | 403, ..
        } => ExitStatus::NoPermission,
        WebError::Refused {
            status: 400..=499, ..
        }
        | WebError::TooLarge { .. } => ExitStatus::Failed,
        WebError::Refused { .. }
        | WebError::NotJson { .. }
        | WebError::RateLimit { .. }
        | WebError::Slow { .. } => ExitStatus::Network,
    }
}

fn status_of_install(error: &InstallError) -> ExitStatus {
    match error {
        InstallError::Fs(error)
        | InstallError::Lock(LockError::Io(error))
        | InstallError::Lockfile(LockfileError::Fs(error)) => status_of_disk(error),
        InstallError::Interrupted | InstallError::Lock(LockError::Interrupted) => {
            ExitStatus::Interrupted
        }
        InstallError::NotUndone { undo, .. } => status_of_install(undo),
        _ => ExitStatus::Failed,
    }
}

fn status_of_disk(error: &fs::Error) -> ExitStatus {
    if error.is_denied() {
        ExitStatus::NoPermission
    } else {
        ExitStatus::Failed
    }
}
