//! The installer: a plan that can be printed, and a transaction that happens wholly or not at all.

pub mod journal;
pub mod plan;
pub mod scope;
mod seal;
pub mod transaction;

use std::path::PathBuf;

use crate::fs;
use crate::fs::lock::LockError;
use crate::hint::{HasHint, Hint};
use crate::lockfile::LockfileError;
use crate::skill::tree::TreeError;
use mdskill_git::objects::ObjectError;

/// Nothing was installed, and what was there is as it was.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// The disk.
    #[error(transparent)]
    Fs(#[from] fs::Error),
    /// Another process is at it.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The lockfile can't be read.
    #[error(transparent)]
    Lockfile(#[from] LockfileError),
    /// A skill's files can't be read from the store.
    #[error(transparent)]
    Objects(#[from] ObjectError),
    /// A skill's files must not be written.
    #[error("`{name}` is refused: {source}")]
    Tree {
        /// Which skill.
        name: String,
        /// Why.
        source: TreeError,
    },
    /// Somebody wrote into a skill between the plan and the swap.
    #[error("{path} was changed while it was being replaced; everything is as it was: run the command again", path = path.display())]
    Changed {
        /// The skill's folder.
        path: PathBuf,
    },
    /// A folder that is no target.
    #[error(transparent)]
    Target(#[from] crate::target::TargetError),
    /// A target leads out of the project.
    #[error("{path} is a link that leads out of the project; skills are only installed inside", path = path.display())]
    TargetOutside {
        /// The link.
        path: PathBuf,
    },
    /// A target is in a folder of git's or of mdskill's.
    #[error("{path} is, or leads into, a folder that git or mdskill keeps for itself; choose another target", path = path.display())]
    TargetReserved {
        /// The target, or the link on the way to it.
        path: PathBuf,
    },
    /// Something in the folder for a command's own files is not mdskill's.
    #[error("{path} was not put there by mdskill: it is a link, or its type is not the expected one; remove it and run the command again", path = path.display())]
    ForeignState {
        /// The link, file or folder.
        path: PathBuf,
    },
    /// Where skills are made ready is a folder that no command of this user's is known to have left.
    #[error("{path} is in the way: a killed command left it, or it came with the project; move what you need out of it, remove it, and run the command again", path = path.display())]
    StageTaken {
        /// The folder.
        path: PathBuf,
    },
    /// Ctrl-C, before the point of no return.
    #[error("interrupted; everything is as it was")]
    Interrupted,
    /// The journal of a killed command can't be understood.
    #[error("{path} was left by a command that was killed, and can't be read: {reason}; look at the folders it names, then remove it", path = path.display())]
    Journal {
        /// The journal.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

impl HasHint for InstallError {
    fn hint(&self) -> Option<Hint> {
        match self {
            Self::Fs(error) | Self::Lock(LockError::Io(error)) => error.hint(),
            Self::Lockfile(error) => error.hint(),
            Self::Objects(error) => error.hint(),
            _ => None,
        }
    }
}
