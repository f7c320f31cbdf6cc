//! [`Config`]: the settings of a project, from `mdskill.toml`.
//!
//! The file is optional. Only `--allow` writes it, and only a table `[skills.NAME]`, which `remove` removes again. An unknown key is an error that stops the command before
//! it does anything, because a typo must not turn into "everything is allowed".

mod limits;
mod per_path;
mod policy;
mod read;
mod rules;
mod search;
mod site;
mod skills;

use std::path::{Path, PathBuf};

use crate::fs;
use crate::policy::Policy;
use mdskill_lint::limits::Limits;

pub use per_path::PerPath;
pub use rules::Rules;
pub use search::{Search, index_url, is_public_index};
pub use site::{SiteConfig, site_url};
pub use skills::{Allowed, Withdrawn, allow, withdraw};

/// The name of the file, which is next to the lockfile.
pub const FILE_NAME: &str = "mdskill.toml";

/// The settings of a project, one field for each table of the file.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// `[rules]` and `[skills.NAME]`: the enabled rules and their severities, and what one skill may break.
    pub rules: Rules,
    /// `[policy]`: the allowed skills.
    pub policy: Policy,
    /// `[limits]`: the largest skill that is installed.
    pub limits: Limits,
    /// `[search]`: the catalogs that `search` asks.
    pub search: Search,
    /// `[site]`: the skills that `site` shows, and its title.
    pub site: SiteConfig,
}

/// A configuration that can't be read.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A line is not valid.
    #[error("{path}:{line}: {problem}", path = path.display())]
    Bad {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The problem, with the next step.
        problem: String,
    },
    /// The file can't be read.
    #[error(transparent)]
    Fs(#[from] fs::Error),
}

impl Config {
    /// Reads the file at `path`, or returns the defaults if it does not exist.
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
        let text =
            String::from_utf8(bytes).map_err(|_| bad((1, "the file is not UTF-8".to_owned())))?;
        Self::parse(&text).map_err(bad)
    }

    /// Parses the text of a file. The error is the line, from 1, and the problem.
    ///
    /// # Errors
    /// For invalid TOML, an unknown key or rule, and an invalid value.
    ///
    /// ```
    /// use mdskill::config::Config;
    ///
    /// let config = Config::parse("[rules]\nstrict = true\nignore = [\"broken-link\"]\n");
    /// assert!(config.is_ok_and(|config| config.rules.is_strict));
    /// let (line, problem) = Config::parse("[rules]\nstrikt = true\n").unwrap_err();
    /// assert_eq!(line, 2);
    /// assert!(problem.contains("did you mean `strict`?"));
    /// ```
    pub fn parse(text: &str) -> Result<Self, (usize, String)> {
        read::config(text).map_err(|fault| fault.in_line_of(text))
    }
}

#[cfg(test)]
mod tests;
