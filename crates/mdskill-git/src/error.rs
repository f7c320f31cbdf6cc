//! [`ObjectError`]: why an object can't be read or written.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use git2::{ErrorClass, ErrorCode};

use crate::object_id::ObjectId;
use crate::tree::MAX_NAME_BYTES;

/// The maximum size of an object, in bytes.
pub const MAX_OBJECT_BYTES: usize = 64 << 20;

/// An object can't be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ObjectError {
    /// The object is not in the repository; a fetch may bring it.
    #[error("the object {0} is missing")]
    Missing(ObjectId),
    /// The object has another type, or its bytes do not match its id.
    #[error("the object {id} is damaged or has an unexpected type: {reason}")]
    Damaged {
        /// The object.
        id: ObjectId,
        /// The message of libgit2.
        reason: String,
    },
    /// The object is larger than [`MAX_OBJECT_BYTES`].
    #[error("the object {id} has {size} bytes; the limit for one file is {MAX_OBJECT_BYTES}")]
    TooLarge {
        /// The object.
        id: ObjectId,
        /// The size in bytes.
        size: usize,
    },
    /// A tree has a name that no file system can have.
    #[error("a name has {size} bytes, more than the limit of {MAX_NAME_BYTES}: `{}…`", .name.escape_debug())]
    LongName {
        /// The beginning of the name.
        name: String,
        /// The length of the name in bytes.
        size: usize,
    },
    /// The user has no permission to use the repository.
    #[error("can't use the git repository {path}: {reason}", path = path.display())]
    Denied {
        /// The folder of the repository.
        path: PathBuf,
        /// The message of libgit2.
        reason: String,
    },
    /// The system refuses an operation, for example because the disk is full.
    #[error("can't use the git repository {path}: {reason}", path = path.display())]
    System {
        /// The folder of the repository.
        path: PathBuf,
        /// The message of the system.
        reason: String,
    },
    /// The repository itself can't be used.
    #[error("can't use the git repository {path}: {reason}", path = path.display())]
    Repository {
        /// The folder of the repository.
        path: PathBuf,
        /// The message of libgit2.
        reason: String,
    },
}

impl ObjectError {
    /// Makes an error of a repository whose files can't be used.
    pub(crate) fn of_disk(path: &Path, error: &io::Error) -> Self {
        let (path, reason) = (path.to_owned(), error.to_string());
        match error.kind() {
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                Self::Denied { path, reason }
            }
            _ => Self::System { path, reason },
        }
    }
}

/// Makes an error of a repository that libgit2 can't use.
pub(crate) fn refuse(path: &Path, error: &git2::Error) -> ObjectError {
    let reason = match error.code() {
        ErrorCode::Owner => format!(
            "it belongs to another user; to trust it, run `git config --global --add safe.directory {}`",
            path.display()
        ),
        _ => error.message().to_owned(),
    };
    let path = path.to_owned();
    // libgit2 reports no error number, only the system's message.
    if error.message().contains("Permission denied") {
        ObjectError::Denied { path, reason }
    } else if matches!(error.class(), ErrorClass::Os | ErrorClass::NoMemory) {
        ObjectError::System { path, reason }
    } else {
        ObjectError::Repository { path, reason }
    }
}

/// Makes an error of an object that libgit2 can't read.
pub(crate) fn unreadable(id: ObjectId, error: &git2::Error) -> ObjectError {
    match error.code() {
        ErrorCode::NotFound => ObjectError::Missing(id),
        _ => damaged(id, error.message()),
    }
}

/// Makes an error of an object whose bytes are wrong.
pub(crate) fn damaged(id: ObjectId, reason: &str) -> ObjectError {
    ObjectError::Damaged {
        id,
        reason: reason.to_owned(),
    }
}
