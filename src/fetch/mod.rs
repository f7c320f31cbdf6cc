//! Fetches the objects of skills from their sources.
//!
//! [`Fetcher::open`] locates a source; [`Repository`] fetches its refs, trees, and blobs, and keeps
//! them in the cache.

pub(crate) mod cache;
pub(crate) mod cached_source;
pub(crate) mod first_seen;
mod folder;
mod forge_url;
mod hint;
pub mod history;
mod repository;
pub(crate) mod resolve;
mod site;
mod source_url;
mod uncommitted;

pub use forge_url::{commit_url, compare_url, folder_url, forge_name, repository_url};
pub use repository::{Fetcher, Move, Repository, Tags};
pub(crate) use repository::{LocalObjects, MAX_STEPS, check_count, resolve_stored};
pub use site::{ArchiveError, SiteError, unpack_archive};
pub use source_url::{Located, Location, LocationError, is_git_folder, locate};

use std::path::PathBuf;

use crate::dirs::NoFolder;
use crate::skill::discover::DiscoverError;
use mdskill_git::ObjectId;
use mdskill_git::http::HttpError;
use mdskill_git::objects::ObjectError;
use mdskill_git::protocol::ProtocolError;
use mdskill_git::transport::TransportError;
use resolve::ResolveError;

/// A source can't be fetched from.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The source does not exist, or its URL is not supported.
    #[error(transparent)]
    Location(#[from] LocationError),
    /// A request failed.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// A ref can't be resolved.
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    /// The network is off, and the cache does not have the object.
    #[error("{what} is not in the cache, and the network is off (--offline)")]
    Offline {
        /// The missing object.
        what: String,
    },
    /// The command took longer than its limit.
    #[error("the command was not complete after {seconds}s; nothing was changed")]
    TooLong {
        /// The limit, twenty times the time without data after which a connection fails.
        seconds: u64,
    },
    /// The server did not send all requested objects.
    #[error("{url} lists {missing} but did not send it; nothing was changed")]
    Incomplete {
        /// The repository.
        url: String,
        /// The first missing object.
        missing: ObjectId,
    },
    /// A site can't be read.
    #[error(transparent)]
    Site(#[from] SiteError),
    /// The cache can't be opened or created.
    #[error("can't use the cache folder {}: {reason}", folder.display())]
    Cache {
        /// The cache folder.
        folder: PathBuf,
        /// The message of the system.
        reason: String,
        /// Whether the user has no permission.
        is_denied: bool,
    },
    /// An object can't be read or written.
    #[error(transparent)]
    Objects(#[from] ObjectError),
    /// The tree can't be searched.
    #[error(transparent)]
    Discover(#[from] DiscoverError),
    /// A file can't be read or written.
    #[error(transparent)]
    Fs(#[from] crate::fs::Error),
    /// The cache folder is not known.
    #[error(transparent)]
    NoFolder(#[from] NoFolder),
}

impl FetchError {
    /// Returns the server's reason if it refused a request.
    pub(crate) fn refusal(&self) -> Option<&str> {
        match self {
            Self::Transport(TransportError::Protocol {
                source: ProtocolError::Refused(reason),
                ..
            }) => Some(reason),
            _ => None,
        }
    }

    /// Whether the server may send something else: it refused a request, or its status is not that of a
    /// missing permission, a limit of requests, or a failure that passes.
    pub(crate) fn refuses_request(&self) -> bool {
        match self {
            Self::Transport(TransportError::Http(HttpError::Status { status, .. })) => {
                matches!(status, 400..=500) && !matches!(status, 401 | 403 | 404 | 429)
            }
            error => error.refusal().is_some(),
        }
    }
}
