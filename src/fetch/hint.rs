//! The next step after each error of fetching.

use super::resolve::{ResolveError, is_short_commit};
use super::{FetchError, LocationError};
use crate::hint::{HasHint, Hint};
use crate::skill::discover::DiscoverError;
use mdskill_git::http::HttpError;
use mdskill_git::objects::{ObjectError, PackError};
use mdskill_git::protocol::ProtocolError;
use mdskill_git::transport::TransportError;

/// The next step when the cache can't be written.
const NEEDS_CACHE: &str =
    "set MDSKILL_CACHE_DIR to a folder that you can write to, on a disk with free space";

/// The next step when the process has as many open files as it may have.
const NEEDS_FILES: &str = "raise the limit of open files (`ulimit -n`)";

/// Returns the next step after an error of the disk. libgit2 reports only the system's message.
fn of_disk(reason: &str) -> &'static str {
    if reason.contains("Too many open files") {
        NEEDS_FILES
    } else {
        NEEDS_CACHE
    }
}

impl HasHint for FetchError {
    fn hint(&self) -> Option<Hint> {
        match self {
            Self::Transport(error) => error.hint(),
            Self::Location(error) => error.hint(),
            Self::Objects(error) | Self::Discover(DiscoverError::Object(error)) => error.hint(),
            Self::Fs(error) => error.hint(),
            Self::Cache { reason, .. } => Some(Hint::text(of_disk(reason))),
            Self::Resolve(error) => error.hint(),
            Self::Site(error) => error.hint(),
            Self::TooLong { seconds } => Some(longer(*seconds / 5)),
            Self::Offline { .. } => Some(Hint::text(
                "run the command once without --offline (or MDSKILL_OFFLINE)",
            )),
            _ => None,
        }
    }
}

impl HasHint for ResolveError {
    fn hint(&self) -> Option<Hint> {
        match self {
            Self::NoSuchRef { name, .. } if is_short_commit(name) => Some(Hint::text(
                "git servers look up whole commit ids only: write all 40 digits",
            )),
            _ => None,
        }
    }
}

impl HasHint for LocationError {
    fn hint(&self) -> Option<Hint> {
        match self {
            Self::NotInMirror { .. } => Some(Hint::text(
                "MDSKILL_GITHUB_URL names the mirror; unset it to use github.com",
            )),
            _ => None,
        }
    }
}

impl HasHint for ObjectError {
    fn hint(&self) -> Option<Hint> {
        match self {
            Self::Damaged { .. } => Some(
                Hint::text("if the cache is damaged, ")
                    .then_command("cache clear")
                    .then(" removes it, and the next command fetches again"),
            ),
            _ => None,
        }
    }
}

impl HasHint for TransportError {
    fn hint(&self) -> Option<Hint> {
        let hint = match self {
            Self::Http(error) => return error.hint(),
            Self::Objects(error) => return error.hint(),
            Self::Protocol { source, .. } => return source.hint(),
            Self::Ssh { .. } | Self::SshDenied { .. } => {
                "check that `ssh -T` to that host works without a prompt"
            }
            Self::TooLong { seconds, .. } => return Some(longer(*seconds)),
            Self::NoVersion2 { .. } => {
                "version 2 needs git 2.18 or newer; ask the server administrator to upgrade it"
            }
            _ => return None,
        };
        Some(Hint::text(hint))
    }
}

impl HasHint for ProtocolError {
    fn hint(&self) -> Option<Hint> {
        let hint = match self {
            Self::Pack(PackError::Disk(reason)) => of_disk(reason),
            Self::Pack(PackError::Late(seconds)) => return Some(longer(*seconds)),
            Self::TooLarge { .. }
            | Self::TooManyRefs
            | Self::Pack(
                PackError::TooManyObjects(_)
                | PackError::TooLarge
                | PackError::ObjectTooLarge(_)
                | PackError::InflatesTooMuch,
            ) => "nothing was changed; no repository of skills is that large, so check its address",
            Self::Pack(PackError::Cancelled) | Self::Refused(_) => return None,
            Self::Pack(_) | Self::Truncated => {
                "nothing was changed; try again, and if it fails again, check whether a proxy changes the data"
            }
            Self::Unexpected(_) => {
                "check that this is the address of a git repository: a login page or a proxy may have answered"
            }
        };
        Some(Hint::text(hint))
    }
}

/// Returns how to wait longer than this number of seconds, which is four times the value of the
/// variable.
pub(super) fn longer(seconds: u64) -> Hint {
    let timeout = (seconds / 2).max(1);
    Hint::text(format!(
        "on a slow connection, set MDSKILL_TIMEOUT={timeout} to wait twice as long"
    ))
}

impl HasHint for HttpError {
    fn hint(&self) -> Option<Hint> {
        let hint = match self {
            Self::Status {
                status: 429 | 403,
                retry_after: Some(wait),
                ..
            } => {
                return Some(Hint::text(format!(
                    "try again in {} seconds",
                    wait.as_secs()
                )));
            }
            Self::Status {
                status: 401 | 403 | 404,
                url,
                tried,
                explanation,
                in_ci,
                ..
            } => {
                return Some(Hint::text(access(
                    url,
                    tried,
                    explanation.is_some(),
                    *in_ci,
                )));
            }
            Self::TooLong { seconds, .. } => return Some(longer(*seconds)),
            Self::Status { status: 429, .. } => "try again in a few minutes",
            Self::Status { status: 407, .. } => {
                "put the proxy's user and password into HTTPS_PROXY, or into git's `http.proxy`"
            }
            Self::Connect { .. } | Self::Timeout { .. } | Self::TooSlow { .. } => {
                "check the network and HTTPS_PROXY; MDSKILL_TIMEOUT sets the time limit in seconds, --offline uses only the cache"
            }
            Self::Tls { .. } => {
                "if a company's proxy answers here, add its certificate to the system's, or name its file in SSL_CERT_FILE or git's `http.sslCAInfo`"
            }
            Self::Setting { key, .. } => return Some(Hint::text(correct(key))),
            _ => return None,
        };
        Some(Hint::text(hint))
    }
}

/// Returns the next step after a server denied the access.
fn access(url: &str, tried: &[String], is_explained: bool, in_ci: bool) -> String {
    match tried {
        [] if in_ci => {
            "check the name; for a private repository set MDSKILL_TOKEN (or GH_TOKEN); the project's .git/config, which has the token of actions/checkout, is not read"
                .to_owned()
        }
        [] if url.starts_with("http://") => {
            "check the name; tokens are sent over https only, so use the https address of a private repository"
                .to_owned()
        }
        [] => {
            "check the name; for a private repository set MDSKILL_TOKEN (or GH_TOKEN), or log in with `gh auth login`"
                .to_owned()
        }
        tried if is_explained => {
            format!(
                "do what the server says, or use other credentials than {}",
                tried.join(", ")
            )
        }
        tried => format!("check the name, and the permissions of {}", tried.join(", ")),
    }
}

/// Returns the next step for a setting that can't be used.
fn correct(key: &str) -> String {
    if key.contains('.') {
        format!("correct it; `git config --show-origin --get-all {key}` shows where it is set")
    } else {
        format!("correct or unset {key}")
    }
}
