//! The only place that turns errors into exit codes and next steps.

use std::io::ErrorKind;
use std::process::ExitCode;

use crate::config::ConfigError;
use crate::fetch::{FetchError, LocationError};
use crate::fs;
use crate::fs::lock::LockError;
use crate::git::objects::ObjectError;
use crate::git::protocol::ProtocolError;
use crate::git::transport::TransportError;
use crate::http::HttpError;
use crate::install::InstallError;
use crate::lockfile::LockfileError;
use crate::ops::OpError;
use crate::ops::update::Failed;
use crate::skill::discover::DiscoverError;

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
        | OpError::NotChosen { .. } => ExitStatus::Usage,
        OpError::Config(ConfigError::Fs(error)) => status_of_disk(error),
        OpError::Fetch(error) => status_of_fetch(error),
        OpError::Install(error) => status_of_install(error),
        OpError::Config(ConfigError::Bad { .. })
        | OpError::Manifest { .. }
        | OpError::NoSuchSkill { .. }
        | OpError::Ambiguous { .. }
        | OpError::NoSkills(_)
        | OpError::NameTaken { .. }
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
        FetchError::Objects(ObjectError::Repository { reason, .. })
            if reason.contains("Permission denied") =>
        {
            ExitStatus::NoPermission
        }
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
        }) => ExitStatus::NoPermission,
        TransportError::Ssh { reason, .. } if reason.contains("Permission denied") => {
            ExitStatus::NoPermission
        }
        TransportError::Http(HttpError::Status {
            status: 404 | 410 | 451,
            ..
        })
        | TransportError::Sha256 { .. }
        | TransportError::NoVersion2 { .. }
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
    match error.source.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => ExitStatus::NoPermission,
        _ => ExitStatus::Failed,
    }
}

/// Returns the next step after an error, when its sentence does not hold it already.
#[must_use]
pub fn hint_for(error: &OpError) -> Option<String> {
    match error {
        OpError::NoSuchSkill { place, .. } => {
            Some(format!("`mdskill list {place}` names them all"))
        }
        OpError::NotChosen { place, .. } => Some(format!("`mdskill list {place}` names them")),
        OpError::NotInstalled { .. } => Some("`mdskill list` names what is installed".to_owned()),
        OpError::Fetch(FetchError::Transport(error)) => hint_for_transport(error),
        OpError::Fetch(FetchError::Offline { .. }) => {
            Some("run it once without --offline (or MDSKILL_OFFLINE)".to_owned())
        }
        OpError::Fetch(FetchError::Location(LocationError::NotInMirror { .. })) => {
            Some("MDSKILL_GITHUB_URL names the mirror; unset it to ask github.com".to_owned())
        }
        OpError::Install(InstallError::Fs(error)) => hint_for_disk(error),
        OpError::Fetch(
            FetchError::Objects(ObjectError::Damaged { .. })
            | FetchError::Discover(DiscoverError::Object(ObjectError::Damaged { .. })),
        )
        | OpError::Install(InstallError::Objects(ObjectError::Damaged { .. })) => Some(
            "if the store was damaged, `mdskill cache clear` makes room for a sound one".to_owned(),
        ),
        _ => None,
    }
}

fn hint_for_transport(error: &TransportError) -> Option<String> {
    let hint = match error {
        TransportError::Http(error) => return hint_for_http(error),
        TransportError::Protocol {
            source: ProtocolError::Pack(_) | ProtocolError::Truncated,
            ..
        } => {
            "nothing was changed; try again, and if it stays, a proxy on the way may be changing the data"
        }
        TransportError::Protocol {
            source: ProtocolError::Odd(_),
            ..
        } => {
            "is this a git repository's address? A login page or a proxy may have answered instead"
        }
        TransportError::Ssh { .. } => "does `ssh -T` to that host work without a prompt?",
        TransportError::NoVersion2 { .. } => {
            "git 2.18 or newer speaks version 2; ask the server's keeper to update it"
        }
        _ => return None,
    };
    Some(hint.to_owned())
}

fn hint_for_http(error: &HttpError) -> Option<String> {
    let hint = match error {
        HttpError::Status {
            status: 401 | 403 | 404,
            ..
        } => {
            "check the name; for a private repository set MDSKILL_TOKEN (or GH_TOKEN), or log in with `gh auth login`"
        }
        HttpError::Status { status: 407, .. } => {
            "put the proxy's user and password into HTTPS_PROXY"
        }
        HttpError::Connect { .. } | HttpError::Timeout { .. } | HttpError::TooSlow { .. } => {
            "check the network and HTTPS_PROXY; MDSKILL_TIMEOUT sets the patience in seconds, --offline does without"
        }
        HttpError::Tls { .. } => {
            "if a company's proxy answers here, add its certificate to the system's, or name its file in SSL_CERT_FILE"
        }
        _ => return None,
    };
    Some(hint.to_owned())
}

fn hint_for_disk(error: &fs::Error) -> Option<String> {
    let hint = match error.source.kind() {
        ErrorKind::StorageFull => "the disk is full",
        ErrorKind::PermissionDenied => "who owns that folder?",
        _ => return None,
    };
    Some(hint.to_owned())
}
