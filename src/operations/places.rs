//! Checks the project and the targets of a command that may create the first files of mdskill there.

use super::OpError;
use crate::context::Context;
use crate::fetch::is_git_folder;
use crate::fs;
use crate::hint::CommandLine;
use crate::install::InstallError;
use crate::lockfile::Lockfile;
use crate::target::Target;

/// Checks that the project can be one: it is not the home folder, where only `-g` is expected, and not
/// a folder of git. A home folder that is a repository, or has a lockfile, is one on purpose.
///
/// `personal` returns the command for the user's own skills.
pub(crate) fn check_project(
    context: &Context<'_>,
    personal: impl FnOnce() -> CommandLine,
) -> Result<(), OpError> {
    let scope = &context.scope;
    if scope.is_personal || scope.lockfile.exists() {
        return Ok(());
    }
    let current = fs::real(&context.env.current_dir);
    let below_root = current
        .ancestors()
        .take_while(|folder| !folder.join(".git").exists());
    if let Some(folder) = below_root.into_iter().find(|folder| is_git_folder(folder)) {
        return Err(OpError::InGitFolder(folder.to_owned()));
    }
    let Some(home) = &context.dirs.home else {
        return Ok(());
    };
    if fs::real(home) == fs::real(&scope.root) && !scope.root.join(".git").exists() {
        return Err(OpError::HomeIsNoProject {
            home: home.clone(),
            personal: personal(),
        });
    }
    Ok(())
}

/// Checks the requested targets, before anything is fetched.
pub(crate) fn check_targets(
    context: &Context<'_>,
    requested: &[Target],
    lockfile: &Lockfile,
) -> Result<(), OpError> {
    let scope = &context.scope;
    let of_skills = lockfile.skills.values().flat_map(|entry| &entry.targets);
    let known: Vec<&Target> = requested
        .iter()
        .chain(&lockfile.targets)
        .chain(of_skills.flatten())
        .collect();
    if requested.is_empty() {
        for target in &lockfile.targets {
            scope.check_target(target)?;
        }
    }
    for target in requested {
        scope.check_new_target(target, known.iter().copied())?;
        let path = scope.target(target);
        let cache = context.dirs.cache.as_ref();
        if cache.is_some_and(|cache| fs::is_within(&path, cache)) {
            return Err(InstallError::TargetReserved { path }.into());
        }
    }
    Ok(())
}
