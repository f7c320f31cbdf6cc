//! [`ObjectError`]: why one of git's objects is not to be had.

use std::path::PathBuf;

use crate::object_id::ObjectId;

/// Most bytes of one object.
pub const MAX_OBJECT_BYTES: usize = 16 << 20;

/// An object is not to be had, or is not what it should be.
#[derive(Debug, thiserror::Error)]
pub enum ObjectError {
    /// It is not in the store: fetching may bring it.
    #[error("the object {0} is missing")]
    Missing(ObjectId),
    /// It is of another kind, or its bytes are not what its id says.
    #[error("the object {id} is damaged or has an unexpected type: {reason}")]
    Damaged {
        /// Which object.
        id: ObjectId,
        /// What libgit2 said.
        reason: String,
    },
    /// It is larger than anything a skill holds.
    #[error(
        "the object {id} has {size} bytes; the limit for one file is {MAX_OBJECT_BYTES}"
    )]
    TooLarge {
        /// Which object.
        id: ObjectId,
        /// Its size.
        size: usize,
    },
    /// The system does not let the user into the repository.
    #[error("can't use the git repository {path}: {reason}", path = path.display())]
    Denied {
        /// Its folder.
        path: PathBuf,
        /// The message of libgit2.
        reason: String,
    },
    /// The repository itself can't be used.
    #[error("can't use the git repository {path}: {reason}", path = path.display())]
    Repository {
        /// Its folder.
        path: PathBuf,
        /// What libgit2 said.
        reason: String,
    },
}
