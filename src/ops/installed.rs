//! What several verbs ask about installed skills: which are named, what differs from the lock, and
//! what of their edits is missing or not settled.

use super::OpError;
use super::apply::changed_files;
use crate::context::Context;
use crate::fs::tree::OnDisk;
use crate::lockfile::{Entry, Lockfile};
use crate::name::SkillName;
use crate::skill::select::nearest;

/// Returns which files differ from the locked ones, when the store still has those.
pub fn stored_difference(context: &Context<'_>, entry: &Entry, on_disk: &OnDisk) -> Vec<String> {
    let opened = context
        .fetcher()
        .and_then(|fetcher| fetcher.open_stored(&entry.source));
    match opened {
        Ok(Some(objects)) => changed_files(&objects, entry.tree, on_disk),
        _ => Vec::new(),
    }
}

/// Says what to do when a folder lacks the edits that the lockfile records: they are in the project's
/// own repository, and can't be had from upstream.
#[must_use]
pub fn lacks_edits(name: &SkillName, entry: &Entry, on_disk: &OnDisk) -> Option<String> {
    entry.edits.filter(|edits| !on_disk.is(*edits))?;
    match on_disk {
        OnDisk::Absent => Some(
            "it is missing, and mdskill.lock records local edits to it: take it from the project's own history, or --force goes on without them".to_owned(),
        ),
        folder if folder.is(entry.digest) => Some(format!(
            "the local edits that mdskill.lock records are not in it: take them from the project's own history, or `mdskill keep {name}` records that there are none",
        )),
        _ => None,
    }
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
