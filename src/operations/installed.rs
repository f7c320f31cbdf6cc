//! What several verbs ask about installed skills: which are named, what differs from the lock, and
//! what of their edits is missing or not settled.

use super::OpError;
use super::install_steps::{changed_files, changed_files_but};
use crate::context::Context;
use crate::fs::tree::OnDisk;
use crate::lockfile::{Entry, Lockfile};
use crate::skill::select::nearest;
use crate::skill::tree::SkillTree;
use mdskill_git::objects::Objects;
use mdskill_lint::name::SkillName;
use mdskill_lint::path::SkillPath;

/// Returns which files differ from the locked ones, leftovers aside, when the store still has those.
pub fn stored_difference(context: &Context<'_>, entry: &Entry, on_disk: &OnDisk) -> Vec<String> {
    match stored(context, entry) {
        Some(objects) => changed_files(&objects, entry.tree, on_disk),
        None => Vec::new(),
    }
}

/// Returns which files differ from the locked ones, but for added ones that `is_left_out`, when the
/// store still has the locked ones.
pub fn stored_difference_but(
    context: &Context<'_>,
    entry: &Entry,
    on_disk: &OnDisk,
    is_left_out: impl Fn(&str) -> bool,
) -> Vec<String> {
    match stored(context, entry) {
        Some(objects) => changed_files_but(&objects, entry.tree, on_disk, is_left_out),
        None => Vec::new(),
    }
}

fn stored(context: &Context<'_>, entry: &Entry) -> Option<Objects> {
    let fetcher = context.fetcher().ok()?;
    fetcher.open_stored(&entry.source).ok()?
}

/// Returns the files of a skill with the edits that the lockfile records, as one of its folders has
/// them: from there its other folders can have them, too. Nothing when none has, or none are recorded.
///
/// # Errors
/// When a folder can't be read.
pub fn edited_copy(
    context: &Context<'_>,
    lockfile: &Lockfile,
    name: &SkillName,
    entry: &Entry,
) -> Result<Option<SkillTree>, OpError> {
    let Some(edits) = entry.edits else {
        return Ok(None);
    };
    for target in lockfile.targets_of(entry) {
        let folder = context.scope.skill(target, name);
        if let OnDisk::Folder(snapshot) = OnDisk::read(&folder)?
            && snapshot.is(edits)
        {
            let has_leftovers = snapshot.digest() == edits;
            let files = snapshot.files.iter();
            let files = files.filter(|(path, ..)| has_leftovers || !snapshot.is_leftover(path));
            let files = files.map(|(path, mode, _)| {
                let checked = SkillPath::from_bytes(path.as_bytes()).ok()?;
                Some((checked, *mode, std::fs::read(folder.join(path)).ok()?))
            });
            let files: Option<Vec<_>> = files.collect();
            return Ok(files.and_then(|files| SkillTree::of_files(files).ok()));
        }
    }
    Ok(None)
}

/// Returns the line of the first marker that a merge left in a file, where all three are there.
#[must_use]
pub fn marked_line(bytes: &[u8]) -> Option<usize> {
    let lines = || bytes.split(|byte| *byte == b'\n');
    let first = |mark: &[u8]| lines().position(|line| line.starts_with(mark));
    let (line, _, _) = (first(b"<<<<<<< ")?, first(b"=======")?, first(b">>>>>>> ")?);
    Some(line + 1)
}

/// Returns the named skills, or all.
pub fn named<'a>(
    lockfile: &'a Lockfile,
    names: &'a [SkillName],
) -> impl Iterator<Item = (&'a SkillName, &'a Entry)> {
    lockfile
        .skills
        .iter()
        .filter(move |(name, _)| names.is_empty() || names.contains(name))
}

/// Checks that every named skill is installed.
///
/// # Errors
/// When one is not; its nearest names are in the error.
pub fn check_installed(lockfile: &Lockfile, names: &[SkillName]) -> Result<(), OpError> {
    match names
        .iter()
        .find(|name| !lockfile.skills.contains_key(name))
    {
        None => Ok(()),
        Some(missing) => {
            let installed = lockfile.skills.keys().map(SkillName::as_str);
            let near = nearest(installed, missing.as_str(), 3);
            Err(OpError::NotInstalled {
                name: missing.to_string(),
                nearest: near.into_iter().map(str::to_owned).collect(),
            })
        }
    }
}
