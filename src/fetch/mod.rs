//! The fetcher: from a source's name to the objects of its skills.
//!
//! [`Fetcher::open`] finds where a source is; [`Repository`] asks it for refs,
//! trees and blobs, and keeps what it gets in the store.

mod compare;
mod folder;
mod hint;
pub mod history;
mod lineage;
mod location;
mod repository;
pub mod resolve;
pub mod seen;
pub mod store;

pub use compare::compare_url;
pub use location::{Location, LocationError, is_git_folder, locate};
pub use repository::{Fetcher, Move, Repository};

use crate::dirs::NoFolder;
use crate::skill::discover::DiscoverError;
use mdskill_git::ObjectId;
use mdskill_git::objects::ObjectError;
use mdskill_git::transport::TransportError;
use resolve::ResolveError;

/// A source can't be fetched from.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// There is nowhere to look.
    #[error(transparent)]
    Location(#[from] LocationError),
    /// It can't be asked.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// Its refs don't say what was asked.
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    /// The network is forbidden, and the store does not have it.
    #[error("{what} is not in the cache, and the network is off (--offline)")]
    Offline {
        /// What is missing.
        what: String,
    },
    /// The server answered, but not with everything that was asked for.
    #[error("{url} lists {missing} but did not send it; nothing was changed")]
    Incomplete {
        /// Which repository.
        url: String,
        /// The first object missing.
        missing: ObjectId,
    },
    /// The store can't be read or written.
    #[error(transparent)]
    Objects(#[from] ObjectError),
    /// The tree can't be searched.
    #[error(transparent)]
    Discover(#[from] DiscoverError),
    /// The disk.
    #[error(transparent)]
    Fs(#[from] crate::fs::Error),
    /// There is no cache folder.
    #[error(transparent)]
    NoFolder(#[from] NoFolder),
}
