//! The ways to a repository, behind one [`Remote`].
//!
//! `http` and `ssh` speak protocol v2 themselves; `local` opens what is on this
//! machine; `system` starts the user's `git` where a server is too old for v2.

pub mod http;
pub mod local;
mod remote;
pub mod ssh;
pub mod system;

pub use remote::Remote;

use super::objects::{ObjectError, PackError};
use super::protocol::ProtocolError;
use crate::http::HttpError;

/// A repository could not be asked, or its answer not be used.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// HTTP failed.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The answer is none, or a refusal.
    #[error("{url}: {source}")]
    Protocol {
        /// Which repository.
        url: String,
        /// What is wrong with the answer.
        source: ProtocolError,
    },
    /// The repository's ids are SHA-256.
    #[error("{url} is a SHA-256 repository; mdskill reads SHA-1 repositories only")]
    Sha256 {
        /// Which repository.
        url: String,
    },
    /// The server speaks no protocol v2, and `git` is not there or failed.
    #[error("{url} does not support git protocol version 2, and {reason}")]
    NoVersion2 {
        /// Which repository.
        url: String,
        /// Why `git` did not help.
        reason: String,
    },
    /// `ssh` failed.
    #[error("can't reach {url} over ssh: {reason}")]
    Ssh {
        /// Which repository.
        url: String,
        /// What ssh said, on its last lines.
        reason: String,
    },
    /// The ssh server refused the user's keys.
    #[error("can't reach {url} over ssh: {reason}")]
    SshDenied {
        /// Which repository.
        url: String,
        /// The last lines of ssh's output.
        reason: String,
    },
    /// There is no repository on this machine where one was named.
    #[error("{path} is not a git repository or bundle: {reason}")]
    Local {
        /// The path as named.
        path: String,
        /// Why not.
        reason: String,
    },
    /// The store can't take or give objects.
    #[error(transparent)]
    Objects(#[from] ObjectError),
}

impl TransportError {
    /// Whether the same may succeed in a moment.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Http(error) => error.is_transient(),
            // Bytes that were lost or changed on the way.
            Self::Protocol { source, .. } => matches!(
                source,
                ProtocolError::Truncated
                    | ProtocolError::Pack(PackError::Corrupt(_) | PackError::NotAPack)
            ),
            _ => false,
        }
    }
}
