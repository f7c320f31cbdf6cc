//! Finds the project around a folder. A stranger may have made the folders on the way, so a project
//! of another user is refused, as git refuses a repository of one (CVE-2022-24765).

use std::path::{Path, PathBuf};

use super::InstallError;
use crate::config;
use crate::env::Env;
use crate::fs;
use crate::lockfile;
use crate::platform;
use mdskill_lint::path::is_dot_git;

/// The files and the folder that make a folder a project.
const MARKERS: [&str; 3] = [lockfile::FILE_NAME, config::FILE_NAME, ".git"];

/// Finds the root of the project around the current folder: the nearest folder with a lockfile, a configuration,
/// or a git repository, else the current folder itself. So a repository is never part of a project around it.
///
/// # Errors
/// [`InstallError::ForeignProject`] if the root belongs to another user, and
/// [`InstallError::FileOutside`] if its lockfile or configuration is a link out of it.
pub(super) fn find_root(env: &Env) -> Result<PathBuf, InstallError> {
    let current = &env.current_dir;
    let markers = |folder: &Path| MARKERS.map(|name| folder.join(name));
    let exists = |path: &PathBuf| path.symlink_metadata().is_ok();
    let Some(root) = current
        .ancestors()
        .find(|folder| markers(folder).iter().any(exists))
    else {
        return Ok(current.to_owned());
    };
    let is_foreign = |path: &Path| {
        let owner = platform::owner_if_not(path, env.sudo_user);
        // A file of root is not one of a stranger: a container makes them.
        owner.is_some_and(|owner| path == root || owner != 0)
    };
    let all = markers(root);
    let mut places = all.iter().map(PathBuf::as_path).chain([root]);
    if places.any(is_foreign) && !env.trusts(root) {
        let path = root.to_owned();
        return Err(InstallError::ForeignProject { path });
    }
    for file in &all[..2] {
        check_file(file, root)?;
    }
    Ok(root.to_owned())
}

/// Checks that a file of a project is not a link out of it or into `.git`. A link to another folder of
/// the same git repository is common in one with several projects.
fn check_file(file: &Path, root: &Path) -> Result<(), InstallError> {
    if !fs::look(file)?.is_some_and(|there| there.is_symlink()) {
        return Ok(());
    }
    let has_git = |folder: &&Path| folder.join(".git").symlink_metadata().is_ok();
    let around = root.ancestors().find(has_git).unwrap_or(root);
    let inside = file.canonicalize().ok().zip(around.canonicalize().ok());
    let inside = inside
        .as_ref()
        .and_then(|(file, around)| file.strip_prefix(around).ok());
    let is_git = |part: std::path::Component<'_>| is_dot_git(&part.as_os_str().to_string_lossy());
    if inside.is_some_and(|inside| !inside.components().any(is_git)) {
        Ok(())
    } else {
        Err(InstallError::FileOutside {
            path: file.to_owned(),
        })
    }
}
