//! Skills of a folder that is also where they are installed: what is there is the author's own.

use std::path::{Path, PathBuf};

use super::OpError;
use crate::fs;
use crate::install::scope::Scope;
use crate::lockfile::Entry;
use crate::source::Source;
use crate::target::Target;
use mdskill_lint::name::SkillName;

/// Why a folder that is its own source is left alone.
pub const REASON: &str = "the lockfile names it as its own source, so there is no other copy of it; `mdskill remove` takes it out of the lockfile and keeps the folder";

/// Checks that the folder of a skill and the targets it is to be installed into are apart, by
/// their real paths: each would change with the other.
///
/// # Errors
/// [`OpError::OwnSource`].
pub fn check_apart(
    scope: &Scope,
    (source, path): (&Source, &str),
    name: &SkillName,
    targets: &[Target],
) -> Result<(), OpError> {
    let Some(folder) = folder_of(scope, source, path) else {
        return Ok(());
    };
    for target in targets {
        let (place, target) = (scope.skill(target, name), scope.target(target));
        let is_inside = [&target, &place].map(|outer| fs::is_within(&folder, outer));
        let contains = [&target, &place].map(|inner| fs::is_within(inner, &folder));
        if is_inside.contains(&true) || contains.contains(&true) {
            return Err(OpError::OwnSource {
                folder: scope.display(&folder),
                target: scope.display(&target),
                is_inside: is_inside.contains(&true),
            });
        }
    }
    Ok(())
}

/// Whether the source of an entry is `place`, where it is installed, or in it.
#[must_use]
pub fn is_own_source(scope: &Scope, entry: &Entry, place: &Path) -> bool {
    let folder = folder_of(scope, &entry.source, &entry.path);
    folder.is_some_and(|folder| fs::is_within(&folder, place))
}

/// Returns the folder that a skill is copied from, when its source is a folder of files.
fn folder_of(scope: &Scope, source: &Source, path: &str) -> Option<PathBuf> {
    let Source::Folder { path: folder } = source else {
        return None;
    };
    let parts = [folder.as_str(), path];
    let parts = parts.iter().filter(|part| !matches!(**part, "" | "."));
    Some(parts.fold(scope.root.clone(), |folder, part| folder.join(part)))
}
