//! [`Environment`]: the settings that the client reads from the user's environment.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::git_config::GitConfig;

/// A token, and the name of its origin. `Debug` does not show the token.
#[derive(Clone)]
pub struct Token {
    /// The origin, such as the name of a variable; may be shown.
    pub origin: String,
    secret: String,
}

impl Token {
    /// Creates a token.
    #[must_use]
    pub fn new(origin: impl Into<String>, secret: impl Into<String>) -> Self {
        Self {
            origin: origin.into(),
            secret: secret.into(),
        }
    }

    /// Returns the secret, to be sent to its host only.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.secret
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} (hidden)", self.origin)
    }
}

/// The user's environment. Only the search path has no default.
///
/// Hosts are in lower case, with the port only if it is not the default one of the scheme.
pub trait Environment {
    /// The folders in which programs (`git`, `gh`, `ssh`) are looked up.
    fn search_path(&self) -> &[PathBuf];

    /// The user's git configuration; empty by default. [`GitConfig::read`] reads it.
    fn git_config(&self) -> &GitConfig {
        static EMPTY: GitConfig = GitConfig::EMPTY;
        &EMPTY
    }

    /// The variables that replace values of git's configuration, such as `GIT_SSL_CAINFO`: the
    /// variable, the last part of the key in `http` in lower case, and the value.
    fn git_variables(&self) -> &[(&'static str, &'static str, String)] {
        &[]
    }

    /// The home folder, which may have a netrc file.
    fn home(&self) -> Option<&Path> {
        None
    }

    /// Returns the variable that sets the proxy for a scheme, and its value. Without one, the
    /// settings of the operating system apply.
    fn proxy_for(&self, _scheme: &str) -> Option<(&'static str, &str)> {
        None
    }

    /// The hosts that are reached without a proxy, as in `NO_PROXY`. For reports only: connections
    /// read the variable themselves.
    fn no_proxy(&self) -> Option<&str> {
        None
    }

    /// Returns the token for exactly this host.
    fn token_for(&self, _host: &str) -> Option<Token> {
        None
    }

    /// Whether the host is GitHub or a GitHub Enterprise server, so that `gh` may know a token.
    fn is_github(&self, host: &str) -> bool {
        host == "github.com" || host.ends_with(".ghe.com")
    }

    /// Whether the host is a GitLab server, which expects another user name with a token.
    fn is_gitlab(&self, host: &str) -> bool {
        host == "gitlab.com"
    }

    /// Whether this runs in continuous integration, where `gh` is not asked.
    fn is_ci(&self) -> bool {
        false
    }

    /// The ssh command line, as in `GIT_SSH_COMMAND`.
    fn ssh_command(&self) -> Option<&str> {
        None
    }

    /// The ssh program, as in `GIT_SSH`; `ssh` by default.
    fn ssh_program(&self) -> Option<&str> {
        None
    }

    /// The time without any data after which a connection fails.
    fn timeout(&self) -> Duration {
        Duration::from_secs(30)
    }

    /// The time after which a request fails, even if data still arrives: four times
    /// [`Environment::timeout`].
    fn request_timeout(&self) -> Duration {
        self.timeout().saturating_mul(4)
    }
}

/// The environment of a program without settings: the search path from `PATH`, and no tokens.
#[derive(Debug, Clone, Default)]
pub struct PathEnvironment {
    search_path: Vec<PathBuf>,
}

impl PathEnvironment {
    /// Creates an environment with the folders of a `PATH` variable.
    #[must_use]
    pub fn new(path: &std::ffi::OsStr) -> Self {
        Self {
            search_path: std::env::split_paths(path).collect(),
        }
    }
}

impl Environment for PathEnvironment {
    fn search_path(&self) -> &[PathBuf] {
        &self.search_path
    }
}
