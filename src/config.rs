//! [`Config`]: what a person decided for a project, as `mdskill.toml` says it.
//!
//! It is optional, and only ever read. A key that nobody knows is an error with its line, and
//! nothing is done before that is told: a typo must not turn into "everything is allowed".

mod per_path;
mod policy;
mod read;
mod rules;

use std::path::{Path, PathBuf};

use crate::fs;
use crate::policy::Policy;

pub use per_path::PerPath;
pub use rules::Rules;

/// The file's name, beside the lockfile.
pub const FILE_NAME: &str = "mdskill.toml";

/// What a person decided, a field for each table of the file.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// `[rules]`: which rules count, how much and where.
    pub rules: Rules,
    /// `[policy]`: what is let in.
    pub policy: Policy,
}

/// A file that can't be used. Nothing is done when one is raised.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A line is not what it should be.
    #[error("{path}:{line}: {problem}", path = path.display())]
    Bad {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong, and what to do.
        problem: String,
    },
    /// The disk.
    #[error(transparent)]
    Fs(#[from] fs::Error),
}

impl Config {
    /// Reads the file at `path`; what holds without one when there is none.
    ///
    /// # Errors
    /// [`ConfigError::Bad`] with the line, or when the file can't be read.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let Some(bytes) = fs::read_if_found(path)? else {
            return Ok(Self::default());
        };
        let bad = |(line, problem)| ConfigError::Bad {
            path: path.to_owned(),
            line,
            problem,
        };
        let text = String::from_utf8(bytes).map_err(|_| bad((1, "it is not UTF-8".to_owned())))?;
        Self::parse(&text).map_err(bad)
    }

    /// Parses a file's text; the error is the line, from 1, and the problem.
    ///
    /// # Errors
    /// For bad TOML, a key or a rule that nobody knows, and a value that is none.
    ///
    /// ```
    /// use mdskill::config::Config;
    ///
    /// let config = Config::parse("[rules]\nstrict = true\nignore = [\"broken-link\"]\n");
    /// assert!(config.is_ok_and(|config| config.rules.is_strict));
    /// let (line, problem) = Config::parse("[rules]\nstrikt = true\n").unwrap_err();
    /// assert_eq!(line, 2);
    /// assert!(problem.contains("is `strict` meant?"));
    /// ```
    pub fn parse(text: &str) -> Result<Self, (usize, String)> {
        read::config(text).map_err(|fault| fault.in_line_of(text))
    }
}

#[cfg(test)]
mod tests;
