//! [`Dirs`]: the user's folders: home, cache, and configuration.

use std::path::PathBuf;

use directories::{BaseDirs, ProjectDirs};

use crate::env::Env;

/// The user's folders. Each is `None` without a home folder.
#[derive(Debug, Clone)]
pub struct Dirs {
    /// The home folder, for targets with `-g`.
    pub home: Option<PathBuf>,
    /// The cache folder. Deleting it only causes another fetch.
    pub cache: Option<PathBuf>,
    /// The folder of the user's lockfile.
    pub config: Option<PathBuf>,
}

/// A required folder that the platform does not define.
#[derive(Debug, thiserror::Error)]
#[error("no {what} folder found: set HOME, or {otherwise}")]
pub struct NoFolder {
    what: &'static str,
    otherwise: &'static str,
}

impl Dirs {
    /// Returns the folders of the platform, unless `env` sets others.
    #[must_use]
    pub fn of(env: &Env) -> Self {
        let platform = ProjectDirs::from("", "", "mdskill");
        let cache = platform.as_ref().map(|dirs| dirs.cache_dir().to_owned());
        let config = platform.as_ref().map(|dirs| dirs.config_dir().to_owned());
        Self {
            // That of a system user is often a path that does not exist.
            home: BaseDirs::new()
                .map(|dirs| dirs.home_dir().to_owned())
                .filter(|home| home.is_dir()),
            cache: env.cache_dir.clone().or(cache),
            config: env.config_dir.clone().or(config),
        }
    }

    /// Returns the cache folder.
    ///
    /// # Errors
    /// When neither `HOME` nor the variable is set.
    pub fn cache(&self) -> Result<PathBuf, NoFolder> {
        required(self.cache.as_ref(), "cache", "MDSKILL_CACHE_DIR")
    }

    /// Returns the config folder.
    ///
    /// # Errors
    /// When neither `HOME` nor the variable is set.
    pub fn config(&self) -> Result<PathBuf, NoFolder> {
        required(self.config.as_ref(), "config", "MDSKILL_CONFIG_DIR")
    }

    /// Returns the home folder.
    ///
    /// # Errors
    /// Without a home folder.
    pub fn home(&self) -> Result<PathBuf, NoFolder> {
        required(self.home.as_ref(), "home", "use a project instead of -g")
    }
}

fn required(
    folder: Option<&PathBuf>,
    what: &'static str,
    otherwise: &'static str,
) -> Result<PathBuf, NoFolder> {
    folder.cloned().ok_or(NoFolder { what, otherwise })
}
