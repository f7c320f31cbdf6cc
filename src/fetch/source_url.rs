//! Locates sources: maps the name of a source to an address.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use reqwest::Url;

use crate::env::Env;
use crate::redact::redact_url;
use crate::source::{Source, is_caseless, is_scp_like};
use mdskill_git::environment::Environment as _;
use mdskill_git::transport::ssh::SshAddress;

/// The place of a source.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// An https, http, or ssh URL. One from git's configuration may contain a password.
    Server(String),
    /// A git repository on this machine.
    GitFolder(PathBuf),
    /// A git bundle on this machine.
    Bundle(PathBuf),
    /// A folder of files.
    Folder(PathBuf),
    /// The https URL of a site.
    Site(String),
}

/// A source with its place.
pub struct Located {
    /// The address without credentials, for messages. It does not depend on git's configuration, because
    /// the cache has the same objects wherever they come from.
    pub address: String,
    /// The place.
    pub location: Location,
    /// Whether `insteadOf` in git's configuration selects the place.
    pub is_rewritten: bool,
}

/// A source can't be located.
#[derive(Debug, thiserror::Error)]
pub enum LocationError {
    /// A mirror folder does not have the repository.
    #[error("the mirror {mirror} does not have {name}: found neither {name}.git nor {name}.bundle")]
    NotInMirror {
        /// The folder that `MDSKILL_GITHUB_URL` names.
        mirror: String,
        /// `owner/repo`.
        name: String,
    },
    /// A path does not exist.
    #[error("{path} does not exist")]
    NoSuchPath {
        /// The path.
        path: String,
    },
    /// A URL is invalid or not supported.
    #[error("can't fetch from `{url}`: {reason}")]
    BadUrl {
        /// The URL.
        url: String,
        /// The reason.
        reason: String,
    },
}

impl Location {
    /// Returns the address, for messages.
    fn display(&self) -> String {
        match self {
            Self::Server(url) => redact_url(url),
            Self::Site(url) => url.clone(),
            Self::GitFolder(path) | Self::Bundle(path) | Self::Folder(path) => {
                path.display().to_string()
            }
        }
    }
}

impl Located {
    /// Returns the key in the cache, which is the same for all spellings of a repository.
    #[must_use]
    pub fn cache_key(&self, source: &Source) -> String {
        let is_caseless = match source {
            Source::GitHub { .. } => is_web(&self.address),
            Source::Git { url } => is_caseless(url),
            // A site may have the address of a repository.
            Source::Site { .. } => return format!("site:{}", self.address),
            Source::Folder { .. } => false,
        };
        if is_caseless {
            self.address.to_ascii_lowercase()
        } else {
            self.address.clone()
        }
    }
}

/// Locates `source`; relative folders are resolved against `root`.
///
/// # Errors
/// When a local path does not exist, a mirror does not have it, or a URL is invalid.
pub fn locate(source: &Source, env: &Env, root: &Path) -> Result<Located, LocationError> {
    let written = written_address(source, env)?;
    let rewritten = written
        .as_deref()
        .and_then(|written| env.git_config().rewrite(written));
    let Some(rewritten) = rewritten else {
        return locate_written(source, env, root);
    };
    let own = locate_written(source, env, root).map(|own| own.address);
    Ok(Located {
        // An address such as `git://` is used only in place of another one.
        address: own.unwrap_or_else(|_| written.unwrap_or_default()),
        location: locate_rewritten(&rewritten, env)?,
        is_rewritten: true,
    })
}

/// Locates `source` as it is written, without git's configuration.
///
/// # Errors
/// See [`locate`].
pub(super) fn locate_written(
    source: &Source,
    env: &Env,
    root: &Path,
) -> Result<Located, LocationError> {
    let location = match source {
        Source::GitHub { owner, repo } => {
            locate_github(&env.github_url, owner, repo, &env.current_dir)
        }
        Source::Git { url } => locate_url(url),
        Source::Site { url } => Ok(Location::Site(url.clone())),
        Source::Folder { path } => {
            let folder = root.join(path);
            if folder.is_dir() {
                Ok(Location::Folder(folder))
            } else {
                Err(no_such_path(&folder))
            }
        }
    }?;
    Ok(Located {
        address: location.display(),
        location,
        is_rewritten: false,
    })
}

/// Returns the address that a user would give to git, which git's configuration may replace; `None`
/// for a folder or a site.
fn written_address(source: &Source, env: &Env) -> Result<Option<String>, LocationError> {
    match source {
        Source::GitHub { owner, repo } if is_web(&env.github_url) => {
            let url = parse_url(&format!("{}/{owner}/{repo}.git", env.github_url))?;
            Ok(Some(url.to_string()))
        }
        Source::Git { url } => Ok(Some(url.clone())),
        Source::GitHub { .. } | Source::Site { .. } | Source::Folder { .. } => Ok(None),
    }
}

/// Returns the place of an address from git's configuration, which has the forms that git accepts.
fn locate_rewritten(address: &str, env: &Env) -> Result<Location, LocationError> {
    if is_web(address) {
        let url = Url::parse(address).map_err(|error| LocationError::BadUrl {
            url: redact_url(address),
            reason: error.to_string(),
        })?;
        return Ok(Location::Server(with_suffix(url).to_string()));
    }
    let is_local = match (address.find(':'), address.find('/')) {
        (Some(colon), Some(slash)) => slash < colon,
        (colon, _) => colon.is_none(),
    };
    if !is_local && !Path::new(address).is_absolute() {
        return match SshAddress::parse(address) {
            Some(_) if !address.contains("://") => Ok(Location::Server(address.to_owned())),
            _ => locate_url(address),
        };
    }
    let path = env.current_dir.join(address);
    locate_path(&path).or_else(|error| {
        // As in git, which also finds `/srv/repo.git` by `/srv/repo`.
        let suffixed = PathBuf::from(format!("{}.git", path.display()));
        locate_path(&suffixed).map_err(|_| error)
    })
}

fn locate_github(
    base: &str,
    owner: &str,
    repo: &str,
    current: &Path,
) -> Result<Location, LocationError> {
    if is_web(base) {
        let url = parse_url(&format!("{base}/{owner}/{repo}.git"))?;
        return Ok(Location::Server(url.to_string()));
    }
    let mirror = if base.starts_with("file://") {
        file_path(base)?
    } else {
        current.join(base)
    };
    let of_owner = in_any_case(&mirror, owner);
    let named = |name: String| {
        of_owner
            .as_ref()
            .and_then(|folder| in_any_case(folder, &name))
    };
    let folders = [format!("{repo}.git"), repo.to_owned()];
    let mut folders = folders.into_iter().filter_map(named);
    if let Some(folder) = folders.find(|folder| is_git_folder(folder)) {
        return Ok(Location::GitFolder(folder));
    }
    match named(format!("{repo}.bundle")) {
        Some(bundle) if bundle.is_file() => Ok(Location::Bundle(bundle)),
        _ => Err(LocationError::NotInMirror {
            mirror: mirror.display().to_string(),
            name: format!("{owner}/{repo}"),
        }),
    }
}

/// Returns the entry of a mirror with this name, in any letter case, as on GitHub.
fn in_any_case(folder: &Path, name: &str) -> Option<PathBuf> {
    let exact = folder.join(name);
    if exact.exists() {
        return Some(exact);
    }
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths = entries.map(|entry| entry.path());
    paths.find(|path| {
        path.file_name()
            .and_then(OsStr::to_str)
            .is_some_and(|found| found.eq_ignore_ascii_case(name))
    })
}

fn locate_url(url: &str) -> Result<Location, LocationError> {
    let bad = |reason: &str| LocationError::BadUrl {
        url: url.to_owned(),
        reason: reason.to_owned(),
    };
    if url.starts_with("ssh://") || (!url.contains("://") && is_scp_like(url)) {
        SshAddress::parse(url).ok_or_else(|| bad("its host or path is missing"))?;
        return Ok(Location::Server(url.to_owned()));
    }
    if url.starts_with("file://") {
        return locate_path(&file_path(url)?);
    }
    if !is_web(url) {
        return Err(bad("its scheme is not https, http, ssh, or file"));
    }
    Ok(Location::Server(with_suffix(parse_url(url)?).to_string()))
}

fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

/// Returns the URL of a repository for that of its page: `https://HOST/owner/repo` is a page, and on
/// every forge, the repository has the suffix `.git`.
fn with_suffix(mut url: Url) -> Url {
    let parts = url.path().trim_matches('/').split('/').count();
    if parts == 2 && Path::new(url.path()).extension() != Some(OsStr::new("git")) {
        let path = format!("{}.git", url.path().trim_end_matches('/'));
        url.set_path(&path);
    }
    url
}

fn locate_path(path: &Path) -> Result<Location, LocationError> {
    if is_git_folder(path) || path.join(".git").exists() {
        return Ok(Location::GitFolder(path.to_owned()));
    }
    if path.is_file() {
        return Ok(Location::Bundle(path.to_owned()));
    }
    Err(no_such_path(path))
}

fn no_such_path(path: &Path) -> LocationError {
    LocationError::NoSuchPath {
        path: path.display().to_string(),
    }
}

/// Whether a folder is a bare git repository, by the same criteria as in git.
#[must_use]
pub fn is_git_folder(path: &Path) -> bool {
    path.join("HEAD").is_file() && path.join("objects").is_dir() && path.join("refs").is_dir()
}

fn parse_url(url: &str) -> Result<Url, LocationError> {
    let bad = |reason: String| LocationError::BadUrl {
        url: url.to_owned(),
        reason,
    };
    let parsed = Url::parse(url).map_err(|error| bad(error.to_string()))?;
    if parsed.username().is_empty() && parsed.password().is_none() {
        return Ok(parsed);
    }
    // The URL is not shown, because it contains a secret.
    Err(LocationError::BadUrl {
        url: "(hidden)".to_owned(),
        reason:
            "it contains a user name or password; set MDSKILL_TOKEN or use git's credential helper"
                .to_owned(),
    })
}

fn file_path(url: &str) -> Result<PathBuf, LocationError> {
    let path = Url::parse(url)
        .ok()
        .and_then(|parsed| parsed.to_file_path().ok());
    path.ok_or_else(|| LocationError::BadUrl {
        url: url.to_owned(),
        reason: "it is not a file URL".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(source: &str) -> String {
        // Without a search path there is no git, and so no configuration of it.
        let lookup = |name: &str| (name == "PATH").then(String::new);
        let env = Env::from_lookup(lookup, PathBuf::from("/"));
        match locate(&source.parse().unwrap(), &env, Path::new("/p")) {
            Ok(located) => located.address,
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn url_of_page_becomes_url_of_repository() {
        assert_eq!(at("github:a/b"), "https://github.com/a/b.git");
        assert_eq!(at("https://gitlab.com/a/b"), "https://gitlab.com/a/b.git");
        assert_eq!(
            at("https://dev.azure.com/org/p/_git/r"),
            "https://dev.azure.com/org/p/_git/r"
        );
        assert_eq!(at("https://h/a/b.git"), "https://h/a/b.git");
        assert_eq!(at("git@h:a/b.git"), "git@h:a/b.git");
        assert!(at("file:///nowhere/x.git").contains("/nowhere/x.git does not exist"));
    }

    #[test]
    fn secret_in_url_of_mirror_is_refused_and_not_shown() {
        let mirror = "https://user:hunter2@h";
        let found = locate_github(mirror, "a", "b", Path::new("/"));
        let error = found.map(|location| location.display()).unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains("name or password") && !text.contains("hunter2"),
            "{text}"
        );
    }
}
