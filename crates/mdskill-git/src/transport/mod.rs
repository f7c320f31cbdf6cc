//! The transports, and [`Remote`], which has the same interface for all of them.
//!
//! `http` and `ssh` implement protocol v2; `local` reads repositories on this machine; `system` runs
//! the user's `git` for servers that do not support v2.

mod http;
pub mod local;
mod remote;
pub mod ssh;
mod system;

pub use remote::Remote;

use super::objects::{ObjectError, PackError};
use super::protocol::ProtocolError;
use crate::environment::Environment;
use crate::http::HttpError;

/// A request to a repository failed, or its response can't be used.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// The HTTP request failed.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The response is invalid, or the server refused the request.
    #[error("{url}: {source}")]
    Protocol {
        /// The repository.
        url: String,
        /// The error in the response.
        source: ProtocolError,
    },
    /// The ids of the repository are SHA-256.
    #[error("{url} is a SHA-256 repository; mdskill reads SHA-1 repositories only")]
    Sha256 {
        /// The repository.
        url: String,
    },
    /// The server does not support protocol v2, and `git` is missing or failed.
    #[error("{url} does not support git protocol version 2, and {reason}")]
    NoVersion2 {
        /// The repository.
        url: String,
        /// The reason why `git` did not help.
        reason: String,
    },
    /// The response was not complete within [`Environment::request_timeout`].
    #[error("{url}: the response was not complete after {seconds}s")]
    TooLong {
        /// The repository.
        url: String,
        /// The limit.
        seconds: u64,
    },
    /// `ssh` failed.
    #[error("can't reach {url} over ssh: {reason}")]
    Ssh {
        /// The repository.
        url: String,
        /// The last lines of ssh's output.
        reason: String,
    },
    /// The ssh server refused the user's keys.
    #[error("can't reach {url} over ssh: {reason}")]
    SshDenied {
        /// The repository.
        url: String,
        /// The last lines of ssh's output.
        reason: String,
    },
    /// A path does not have a repository or a bundle.
    #[error("{path} is not a git repository or bundle: {reason}")]
    Local {
        /// The path.
        path: String,
        /// The reason.
        reason: String,
    },
    /// The URL is not one of a repository on a server.
    #[error("`{url}` is not an https, http, or ssh URL of a repository")]
    UnsupportedUrl {
        /// The URL.
        url: String,
    },
    /// The repository that receives the objects can't be read or written.
    #[error(transparent)]
    Objects(#[from] ObjectError),
}

/// Waits for a request of the repository at `url`, at most for the time that a request may take.
async fn limited<T>(
    env: &dyn Environment,
    url: &str,
    request: impl Future<Output = Result<T, TransportError>>,
) -> Result<T, TransportError> {
    let limit = env.request_timeout();
    let too_long = || TransportError::TooLong {
        url: url.to_owned(),
        seconds: limit.as_secs(),
    };
    let finished = tokio::time::timeout(limit, request).await;
    finished.unwrap_or_else(|_| Err(too_long()))
}

impl TransportError {
    /// Whether a retry may succeed.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Http(error) => error.is_transient(),
            // Bytes were lost or changed in transit.
            Self::Protocol { source, .. } => matches!(
                source,
                ProtocolError::Truncated
                    | ProtocolError::Pack(PackError::Corrupt(_) | PackError::NotAPack)
            ),
            _ => false,
        }
    }
}
