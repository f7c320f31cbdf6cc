//! Checks a folder of git before libgit2 opens it, because libgit2 waits for a pipe without end.
//!
//! An archive or another user of the machine may bring such a folder.

use std::fs::{File, Metadata};
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::error::ObjectError;

/// The files that libgit2 reads in each repository.
const FILES: [&str; 10] = [
    "HEAD",
    "commondir",
    "config",
    "config.worktree",
    "gitdir",
    "index",
    "info/attributes",
    "info/exclude",
    "packed-refs",
    "shallow",
];
/// The settings whose values are files.
const FILE_SETTINGS: [&str; 3] = ["attributesfile", "excludesfile", "path"];
/// The number of bytes of a configuration that are looked at.
const MAX_CONFIG_BYTES: u64 = 1 << 20;
/// How many files may include each other: libgit2 gives up here.
const MAX_DEPTH: u32 = 10;

/// Checks the repository at `path`, bare or not.
///
/// # Errors
/// When a file that libgit2 would read is a pipe, a socket, or a device.
pub(crate) fn check(path: &Path) -> Result<(), ObjectError> {
    let inner = path.join(".git");
    let git = if inner.symlink_metadata().is_ok() {
        &inner
    } else {
        path
    };
    match special_file(git) {
        None => Ok(()),
        Some(special) => Err(ObjectError::Repository {
            path: path.to_owned(),
            reason: format!("{} is not a regular file", special.display()),
        }),
    }
}

/// Checks the repository that contains `folder`, if there is one.
///
/// # Errors
/// As [`check`].
pub(crate) fn check_around(folder: &Path) -> Result<(), ObjectError> {
    let is_repository =
        |above: &&Path| above.join(".git").exists() || above.join("objects").is_dir();
    let real = folder.canonicalize();
    let real = real.as_deref().unwrap_or(folder);
    real.ancestors().find(is_repository).map_or(Ok(()), check)
}

/// Whether opening a path, to which a link may lead, neither waits nor reads without end.
pub(crate) fn is_harmless(path: &Path) -> bool {
    // The usual way to say "no file".
    if path == Path::new("/dev/null") {
        return true;
    }
    let is_special = |there: Metadata| !there.is_dir() && !there.is_file();
    !path.metadata().is_ok_and(is_special)
}

/// Returns a file of a folder of git, or one that its configuration names, that is not harmless.
fn special_file(git: &Path) -> Option<PathBuf> {
    if git.is_file() {
        return None;
    }
    let mut files = FILES.iter().map(|name| git.join(name));
    let special = files.find(|file| !is_harmless(file));
    special.or_else(|| special_in_config(&git.join("config"), MAX_DEPTH))
}

fn special_in_config(config: &Path, depth: u32) -> Option<PathBuf> {
    let depth = depth.checked_sub(1)?;
    let mut text = Vec::new();
    let file = config.is_file().then(|| File::open(config))?;
    file.ok()?
        .take(MAX_CONFIG_BYTES)
        .read_to_end(&mut text)
        .ok()?;
    // A backslash at the end continues the line.
    let text = String::from_utf8_lossy(&text).replace("\\\n", "");
    let named = text.lines().filter_map(|line| {
        let (key, value) = line.split_once('=')?;
        let key = key.rsplit([']', ' ', '\t']).find(|part| !part.is_empty())?;
        let is_file = FILE_SETTINGS.contains(&key.to_ascii_lowercase().as_str());
        let value = value.trim().replace(['"', '\\'], "");
        is_file.then(|| config.with_file_name(value))
    });
    named.into_iter().find_map(|file| {
        if is_harmless(&file) {
            special_in_config(&file, depth)
        } else {
            Some(file)
        }
    })
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn pipes_are_found_also_where_the_configuration_names_them() {
        let folder = tempfile::tempdir().unwrap();
        let git = folder.path().join(".git");
        std::fs::create_dir_all(git.join("objects")).unwrap();
        assert!(check(folder.path()).is_ok());
        let special = git.join("special");
        let _listener = UnixListener::bind(&special).unwrap();
        for config in [
            "[include]\n\tpath = special\n",
            "[include] path=special\n",
            "[includeIf \"gitdir:/\"]\n\tPath = \"spec\\\nial\" \n",
            "[core]\n\texcludesFile = ../.git/special\n",
            "[include]\npath = more\n",
        ] {
            std::fs::write(git.join("config"), config).unwrap();
            let more = "[core]\n\tattributesfile = special";
            std::fs::write(git.join("more"), more).unwrap();
            assert!(check(folder.path()).is_err(), "{config}");
            assert!(check_around(&git.join("objects")).is_err(), "{config}");
        }
        let harmless = "[include]\n\tpath = config\n[core]\n\texcludesFile = /dev/null\n";
        std::fs::write(git.join("config"), harmless).unwrap();
        assert!(check(folder.path()).is_ok());
        std::fs::rename(&special, git.join("shallow")).unwrap();
        let error = check(&git).unwrap_err().to_string();
        assert!(error.contains("shallow is not a regular file"), "{error}");
    }
}
