//! The state folder between transactions: the trash, a `.gitignore`, and what readers compare.

use std::path::Path;
use std::time::SystemTime;

use super::InstallError;
use super::journal::Journals;
use super::scope::Scope;
use crate::fs::{self, atomic};
use mdskill_lint::name::SkillName;

/// The times and sizes that change when a transaction begins or ends.
#[derive(Debug, PartialEq, Eq)]
pub struct Stamp([Option<Looks>; 3]);

/// When a file or folder was changed and created, and its size.
type Looks = (Option<SystemTime>, Option<SystemTime>, u64);

impl Stamp {
    /// Returns the stamp of a scope. `None` while a command of this user exchanges folders.
    #[must_use]
    pub fn of(scope: &Scope) -> Option<Self> {
        if Journals::find(scope).ok()?.ours.is_some() {
            return None;
        }
        let state = scope.state();
        let above = state.parent().unwrap_or(Path::new("."));
        let looked = [scope.lockfile.as_path(), &state, above].map(|path| {
            let there = fs::look(path).ok()??;
            Some((there.modified().ok(), there.created().ok(), there.len()))
        });
        Some(Self(looked))
    }
}

/// Creates the trash, and returns a name that is free there and not in `taken`.
///
/// # Errors
/// If the trash can't be created.
pub(super) fn free_in_trash(
    scope: &Scope,
    name: &SkillName,
    taken: &[SkillName],
) -> Result<SkillName, InstallError> {
    let trash = scope.trash();
    fs::create_folder(&trash)?;
    let mut number = 1_u32;
    loop {
        let free = name.numbered(number);
        if !taken.contains(&free) && fs::look(&trash.join(&free))?.is_none() {
            return Ok(free);
        }
        number += 1;
    }
}

/// Creates the `.gitignore` of the state folder.
///
/// # Errors
/// If it can't be written.
pub(super) fn write_ignore_file(scope: &Scope) -> Result<(), InstallError> {
    let ignore = scope.ignore();
    if fs::look(&ignore)?.is_none_or(|there| there.len() == 0) {
        atomic::write_cache(&ignore, b"*\n")?;
    }
    Ok(())
}

/// Whether the state folder has more than the trash and the journals that no command of this user wrote.
pub(super) fn is_untidy(scope: &Scope) -> bool {
    let state = scope.state();
    let has_kept = || {
        let mut kept = scope.journals().into_iter().chain([scope.trash()]);
        kept.any(|path| path.exists())
    };
    // A link is left to the commands that write, which refuse it.
    let is_folder = fs::look(&state).is_ok_and(|there| there.is_some_and(|there| there.is_dir()));
    is_folder
        && (scope.lock().symlink_metadata().is_ok() || atomic::has_leftovers(&state) || !has_kept())
}

/// Removes the state folder's files, unless the trash has entries.
pub(super) fn remove_state(scope: &Scope) {
    let is_empty =
        |folder: &Path| std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none());
    let trash = scope.trash();
    if is_empty(&trash) {
        drop(std::fs::remove_dir(&trash));
    }
    if !trash.exists() && !scope.journals().iter().any(|path| path.exists()) {
        drop(fs::remove_file(&scope.ignore()));
    }
}
