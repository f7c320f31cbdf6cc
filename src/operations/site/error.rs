//! [`SiteError`]: a site can't be made.

use std::path::PathBuf;

use crate::fs;
use crate::fs::generated::GeneratedError;
use crate::hint::{HasHint, Hint};

/// A site can't be made.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// A template has an error.
    #[error("{path}:{line}: {problem}")]
    Template {
        /// The file.
        path: String,
        /// The line, from 1.
        line: usize,
        /// The problem.
        problem: String,
    },
    /// The folder leads out of the project.
    #[error("{} leads out of the project through a link", .0.display())]
    Outside(PathBuf),
    /// The folder can't be used.
    #[error(transparent)]
    Folder(#[from] GeneratedError),
    /// The file system refused.
    #[error(transparent)]
    Fs(#[from] fs::Error),
    /// The pages can't be served.
    #[error("the pages can't be served: {0}")]
    Preview(std::io::Error),
    /// The lockfile has no skills.
    #[error("no skill is installed")]
    NothingInstalled,
    /// Nothing says which skills to show.
    #[error("no skills are named")]
    NoSources,
}

impl SiteError {
    /// Whether an argument is invalid.
    pub(crate) fn is_usage(&self) -> bool {
        matches!(self, Self::NoSources)
    }

    /// Returns the error of the file system, if it is one.
    pub(crate) fn of_disk(&self) -> Option<&fs::Error> {
        match self {
            Self::Fs(error) | Self::Folder(GeneratedError::Fs(error)) => Some(error),
            _ => None,
        }
    }
}

impl HasHint for SiteError {
    fn hint(&self) -> Option<Hint> {
        Some(match self {
            Self::Template { .. } => {
                Hint::text("the guide `web-pages` lists the values that templates can use")
            }
            Self::Outside(_) => Hint::text("remove the link, or use another folder"),
            Self::Folder(GeneratedError::NotEmpty(_) | GeneratedError::NotAFolder(_)) => {
                Hint::text("use a new folder, for example `--out public`")
            }
            Self::Folder(GeneratedError::List { .. }) => {
                Hint::text("delete the folder if nothing in it is needed, or use another one")
            }
            Self::Folder(GeneratedError::OfOthers { .. }) => {
                Hint::text("use another folder; --force replaces the pages")
            }
            Self::Fs(error) | Self::Folder(GeneratedError::Fs(error)) => return error.hint(),
            Self::Preview(_) => Hint::text("use another port, for example `--port 8000`"),
            Self::NothingInstalled => {
                Hint::text("`mdskill add` installs skills; name a repository to show its skills")
            }
            Self::NoSources => Hint::text(
                "name a repository, for example wshobson/agents, use --installed, or set `sources` below `[site]` in mdskill.toml",
            ),
        })
    }
}
