//! Skills whose source is the folder that they are installed in. Its files are never replaced or
//! removed, because they have no other copy.

use std::path::{Path, PathBuf};

use super::OpError;
use super::report::Reason;
use crate::fs;
use crate::hint::{Hint, mdskill};
use crate::install::scope::Scope;
use crate::lockfile::Entry;
use crate::source::Source;
use crate::target::Target;
use mdskill_lint::name::SkillName;

/// The reason why a folder that is its own source is not changed.
pub(crate) fn reason(name: &SkillName) -> Reason {
    Reason::with_hint(
        "the lockfile names it as its own source, so it is the only copy",
        Hint::command(mdskill("remove").word(name.as_str()))
            .then(" removes it from the lockfile and keeps the folder"),
    )
}

/// Checks that neither the folder of a skill nor a target is in the other, because a change of one
/// would then change the other. Links are followed.
pub(crate) fn check_apart(
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
            let (folder, target) = (scope.display(&folder), scope.display(&target));
            return Err(if is_inside.contains(&true) {
                OpError::InTarget { folder, target }
            } else {
                OpError::ContainsTarget { folder, target }
            });
        }
    }
    Ok(())
}

/// Whether the source of an entry is the folder `place`, which it is installed in, or is in it.
pub(crate) fn is_own_source(scope: &Scope, entry: &Entry, place: &Path) -> bool {
    let folder = folder_of(scope, &entry.source, &entry.path);
    folder.is_some_and(|folder| fs::is_within(&folder, place))
}

/// Returns the folder that a skill is copied from; `None` if its source is a git repository.
fn folder_of(scope: &Scope, source: &Source, path: &str) -> Option<PathBuf> {
    let Source::Folder { path: folder } = source else {
        return None;
    };
    let parts = [folder.as_str(), path];
    let parts = parts.iter().filter(|part| !matches!(**part, "" | "."));
    Some(parts.fold(scope.root.clone(), |folder, part| folder.join(part)))
}
