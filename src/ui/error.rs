//! The exit code of each error.

use std::process::ExitCode;

use crate::config::ConfigError;
use crate::fetch::FetchError;
use crate::fs;
use crate::fs::lock::LockError;
use crate::install::InstallError;
use crate::lockfile::LockfileError;
use crate::ops::OpError;
use crate::ops::update::Failed;
use mdskill_git::http::HttpError;
use mdskill_git::objects::ObjectError;
use mdskill_git::transport::TransportError;

/// How a command ended. The README's table is checked against this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExitStatus {
    /// Everything that was asked for is done.
    Done = 0,
    /// Something was not done.
    Failed = 1,
    /// What was typed makes no sense.
    Usage = 2,
    /// The check found something.
    Found = 3,
    /// The server or the disk gives no permission.
    NoPermission = 4,
    /// The network failed.
    Network = 5,
    /// The user stopped it.
    Interrupted = 130,
}

impl ExitStatus {
    /// Every way to end, by code.
    pub const ALL: [Self; 7] = [
        Self::Done,
        Self::Failed,
        Self::Usage,
        Self::Found,
        Self::NoPermission,
        Self::Network,
        Self::Interrupted,
    ];

    /// Returns what the code means, as the help and the README say it.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Usage => "usage",
            Self::Found => "a check found something",
            Self::NoPermission => "no permission",
            Self::Network => "network",
            Self::Interrupted => "interrupted",
        }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        // The discriminants are the codes.
        Self::from(status as u8)
    }
}

/// Returns the exit code of an error.
#[must_use]
pub fn status_of(error: &OpError) -> ExitStatus {
    match error {
        OpError::Spec(_)
        | OpError::Name(_)
        | OpError::Target(_)
        | OpError::Usage(_)
        | OpError::NotChosen { .. }
        | OpError::NotNamed { .. } => ExitStatus::Usage,
        OpError::Config(ConfigError::Fs(error)) => status_of_disk(error),
        OpError::Fetch(error) => status_of_fetch(error),
        OpError::Install(error) => status_of_install(error),
        OpError::Config(ConfigError::Bad { .. })
        | OpError::Manifest { .. }
        | OpError::NoSuchSkill { .. }
        | OpError::Ambiguous { .. }
        | OpError::NoSkills(_)
        | OpError::NameTaken { .. }
        | OpError::OwnSource { .. }
        | OpError::Refused { .. }
        | OpError::Disagrees(_)
        | OpError::LockfileChanged
        | OpError::NotInstalled { .. }
        | OpError::NoLockfile { .. } => ExitStatus::Failed,
    }
}

/// Returns the exit code of an update in which sources failed.
#[must_use]
pub fn status_of_failures(failed: &[Failed]) -> Option<ExitStatus> {
    failed.iter().map(|failed| status_of(&failed.error)).max()
}

fn status_of_fetch(error: &FetchError) -> ExitStatus {
    match error {
        FetchError::Transport(error) => status_of_transport(error),
        FetchError::Offline { .. } | FetchError::Incomplete { .. } => ExitStatus::Network,
        FetchError::Objects(ObjectError::Denied { .. }) => ExitStatus::NoPermission,
        FetchError::Fs(error) => status_of_disk(error),
        FetchError::Location(_)
        | FetchError::Resolve(_)
        | FetchError::Objects(_)
        | FetchError::Discover(_)
        | FetchError::NoFolder(_) => ExitStatus::Failed,
    }
}

fn status_of_transport(error: &TransportError) -> ExitStatus {
    match error {
        TransportError::Http(HttpError::Status {
            status: 401 | 403 | 407,
            ..
        })
        | TransportError::SshDenied { .. } => ExitStatus::NoPermission,
        TransportError::Http(HttpError::Status {
            status: 404 | 410 | 451,
            ..
        })
        | TransportError::Sha256 { .. }
        | TransportError::NoVersion2 { .. }
        | TransportError::UnsupportedUrl { .. }
        | TransportError::Local { .. }
        | TransportError::Objects(_) => ExitStatus::Failed,
        TransportError::Http(_) | TransportError::Protocol { .. } | TransportError::Ssh { .. } => {
            ExitStatus::Network
        }
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
