//! [`Dirs`]: the folders outside a project that belong to mdskill.

use std::path::PathBuf;

use directories::{BaseDirs, ProjectDirs};

use crate::env::Env;

/// The person's folders; each may be missing where there is no home.
#[derive(Debug, Clone)]
pub struct Dirs {
    /// The home folder, for personal targets.
    pub home: Option<PathBuf>,
    /// The folder of the store; losing it costs a fetch.
    pub cache: Option<PathBuf>,
    /// The folder of the personal lockfile.
    pub config: Option<PathBuf>,
}

/// A folder is needed, and the platform names none.
#[derive(Debug, thiserror::Error)]
#[error("there is no {what} folder: set HOME, or {variable}")]
pub struct NoFolder {
    what: &'static str,
    variable: &'static str,
}

impl Dirs {
    /// Returns the platform's folders, or those that `env` names instead.
    #[must_use]
    pub fn of(env: &Env) -> Self {
        let platform = ProjectDirs::from("", "", "mdskill");
        let cache = platform.as_ref().map(|dirs| dirs.cache_dir().to_owned());
        let config = platform.as_ref().map(|dirs| dirs.config_dir().to_owned());
        Self {
            home: BaseDirs::new().map(|dirs| dirs.home_dir().to_owned()),
            cache: env.cache_dir().or(cache),
            config: env.config_dir().or(config),
        }
    }

    /// Returns the cache folder.
    ///
    /// # Errors
    /// When there is no home and no variable.
    pub fn cache(&self) -> Result<PathBuf, NoFolder> {
        let variable = "MDSKILL_CACHE_DIR";
        self.cache.clone().ok_or(NoFolder {
            what: "cache",
            variable,
        })
    }

    /// Returns the config folder.
    ///
    /// # Errors
    /// When there is no home and no variable.
    pub fn config(&self) -> Result<PathBuf, NoFolder> {
        let variable = "MDSKILL_CONFIG_DIR";
        self.config.clone().ok_or(NoFolder {
            what: "config",
            variable,
        })
    }

    /// Returns the home folder.
    ///
    /// # Errors
    /// When there is none.
    pub fn home(&self) -> Result<PathBuf, NoFolder> {
        let variable = "use a project instead of -g";
        self.home.clone().ok_or(NoFolder {
            what: "home",
            variable,
        })
    }
}
