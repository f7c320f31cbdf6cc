//! The installer: plans that can be printed, and transactions that are applied completely or not at
//! all.

pub mod journal;
pub mod plan;
mod project;
pub mod recovery;
pub mod scope;
mod seal;
pub mod state;
pub mod transaction;

use std::path::PathBuf;

use crate::fs;
use crate::fs::lock::LockError;
use crate::hint::{HasHint, Hint, for_shell};
use crate::lockfile::LockfileError;
use crate::target::Target;
use mdskill_git::objects::ObjectError;

/// An error of the installer. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// A file system operation failed.
    #[error(transparent)]
    Fs(#[from] fs::Error),
    /// The lock can't be acquired.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The lockfile can't be read.
    #[error(transparent)]
    Lockfile(#[from] LockfileError),
    /// A skill's files can't be read from the repository.
    #[error(transparent)]
    Objects(#[from] ObjectError),
    /// Another program changed a skill between the plan and the exchange.
    #[error("{path} was changed while it was being replaced; nothing was installed", path = path.display())]
    Changed {
        /// The skill's folder.
        path: PathBuf,
    },
    /// A folder is not a valid target.
    #[error(transparent)]
    Target(#[from] crate::target::TargetError),
    /// A target is a link that leads out of the project.
    #[error("{path} is a link that leads out of the project", path = path.display())]
    TargetOutside {
        /// The link.
        path: PathBuf,
    },
    /// A target is in a folder of git or of mdskill.
    #[error("{path} is in, or leads into, a folder of git or mdskill, or is a file of mdskill", path = path.display())]
    TargetReserved {
        /// The target, or the link on the way to it.
        path: PathBuf,
    },
    /// The project belongs to another user.
    #[error("the project {path} belongs to another user", path = path.display())]
    ForeignProject {
        /// The root of the project.
        path: PathBuf,
    },
    /// A file of the project is a link out of it.
    #[error("{path} is a link that leads out of the project", path = path.display())]
    FileOutside {
        /// The link.
        path: PathBuf,
    },
    /// A target, or a part of its path, is a file.
    #[error("skills can't be installed in {path}: it is not a folder", path = path.display())]
    TargetNotAFolder {
        /// The file.
        path: PathBuf,
    },
    /// A target is in another one, or its name differs only in letter case.
    #[error(
        "{target} and {other} can't both be targets: one is inside the other, or only letter case differs"
    )]
    TargetNested {
        /// The new target.
        target: Target,
        /// The other target.
        other: Target,
    },
    /// Something in the state folder was not created by mdskill.
    #[error("{path} was not created by mdskill: it is a link or has an unexpected type", path = path.display())]
    ForeignState {
        /// The link, file or folder.
        path: PathBuf,
    },
    /// The staging folder exists, and no interrupted command of this user is known to have left it.
    #[error("{path} exists: an interrupted command left it, or it came with the project", path = path.display())]
    StageTaken {
        /// The folder.
        path: PathBuf,
    },
    /// The user pressed Ctrl-C before the commit.
    #[error("interrupted; nothing was changed")]
    Interrupted,
    /// A step failed, and so did undoing the steps before it. The journal remains.
    #[error("the changes can't be undone now: {undo}; the first problem: {problem}", problem = problem(error))]
    NotUndone {
        /// The problem of the step.
        error: Box<InstallError>,
        /// The problem of undoing.
        undo: Box<InstallError>,
        /// A command that tries again.
        next: String,
    },
    /// The journal of an interrupted command is invalid.
    #[error("{path} of an interrupted command can't be read: {source}", path = path.display())]
    Journal {
        /// The journal.
        path: PathBuf,
        /// The problem.
        source: serde_json::Error,
    },
}

/// Returns the problem, without the statement that nothing was changed.
fn problem(error: &InstallError) -> String {
    match error {
        InstallError::Interrupted => "interrupted".to_owned(),
        InstallError::Changed { path } => {
            format!("{} was changed while it was being replaced", path.display())
        }
        error => error.to_string(),
    }
}

impl HasHint for InstallError {
    fn hint(&self) -> Option<Hint> {
        match self {
            Self::Fs(error) | Self::Lock(LockError::Io(error)) => error.hint(),
            Self::Lockfile(error) => error.hint(),
            Self::Objects(error) => error.hint(),
            Self::Changed { .. } => Some(Hint::text("run the command again")),
            Self::NotUndone { next, .. } => Some(Hint::text(format!("{next} tries again"))),
            Self::TargetOutside { .. } | Self::TargetReserved { .. } => Some(Hint::text(
                "use a target in the project, outside of `.git` and `.mdskill`",
            )),
            Self::TargetNotAFolder { .. } | Self::TargetNested { .. } => Some(Hint::text(
                "use another folder in the project, for example `.github/skills`",
            )),
            Self::ForeignProject { path } => Some(Hint::text(format!(
                "`git config --global --add safe.directory {}` trusts it, as in git",
                for_shell(&path.display().to_string())
            ))),
            Self::FileOutside { .. } => Some(Hint::text("replace the link by a file")),
            Self::ForeignState { .. } => Some(Hint::text("remove it and run the command again")),
            Self::StageTaken { .. } => Some(Hint::text(
                "move the files you need out of it, remove it, and run the command again",
            )),
            Self::Journal { .. } => Some(Hint::text(
                "check the folders that it names, then remove it",
            )),
            _ => None,
        }
    }
}
