//! `verify`: compare the hashes of installed files with the lockfile, without network requests.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rayon::prelude::*;
use serde::Serialize;

use super::OpError;
use super::installed::{check_installed, named, stored_difference_but};
use crate::context::Context;
use crate::fs::tree::{OnDisk, Snapshot};
use crate::lockfile::Entry;
use crate::target::Target;
use mdskill_git::work_tree::WorkTree;
use mdskill_lint::name::SkillName;
use mdskill_lint::path::fold;

/// The result of `verify`.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// The number of folders that match the lockfile.
    pub intact: usize,
    /// The number of verified skills, each of which may have several folders.
    #[serde(skip)]
    pub skills: usize,
    /// The folders that do not match.
    pub drift: Vec<Drift>,
}

/// A folder that differs from the lockfile.
#[derive(Debug, Serialize)]
pub struct Drift {
    /// The skill's name.
    pub name: String,
    /// The folder, as shown to the user.
    pub place: String,
    /// The problem, as a phrase that follows the folder.
    pub problem: String,
    /// Whether the folder does not exist.
    pub is_missing: bool,
    /// Whether the only difference is leftovers, which using the skill creates.
    pub is_leftovers: bool,
    /// The files that differ, each with how; empty if the cache does not have the original.
    pub files: Vec<String>,
}

/// Verifies the named skills, or all if there are no names.
///
/// # Errors
/// If the lockfile or a file can't be read, or a name is not installed.
pub fn verify(context: &Context<'_>, names: &[SkillName]) -> Result<Report, OpError> {
    let lockfile = context
        .lockfile()?
        .ok_or_else(|| OpError::no_lockfile(&context.scope))?;
    check_installed(&lockfile, names)?;
    let targets = |(name, entry): (_, _)| {
        lockfile
            .targets_of(entry)
            .iter()
            .map(move |target| (name, entry, target))
    };
    let folders: Vec<(&SkillName, &Entry, &Target)> =
        named(&lockfile, names).flat_map(targets).collect();
    let scope = &context.scope;
    let read = |(name, _, target): &(&SkillName, &Entry, &Target)| {
        OnDisk::read(&scope.skill(target, name))
    };
    let contents: Vec<OnDisk> = folders.par_iter().map(read).collect::<Result<_, _>>()?;
    let mut report = Report {
        skills: named(&lockfile, names).count(),
        ..Report::default()
    };
    let mut work_trees: BTreeMap<&Target, Option<WorkTree>> = BTreeMap::new();
    for ((name, entry, target), on_disk) in folders.into_iter().zip(contents) {
        let place = scope.skill(target, name);
        let private = match &on_disk {
            OnDisk::Folder(snapshot) if snapshot.digest() != entry.digest_on_disk() => {
                let open = || WorkTree::around(&scope.target(target), fold);
                let work_tree = work_trees.entry(target).or_insert_with(open);
                private_files(work_tree.as_ref(), &place, snapshot)
            }
            _ => BTreeSet::new(),
        };
        if is_as_locked(entry, &on_disk, &private) {
            report.intact += 1;
            continue;
        }
        let problem = problem(entry, &on_disk, &private);
        report.drift.push(Drift {
            name: name.to_string(),
            place: scope.display(&place),
            problem: problem.to_owned(),
            is_missing: on_disk == OnDisk::Absent,
            is_leftovers: problem == HAS_LEFTOVERS,
            files: files(context, entry, &on_disk, &private),
        });
    }
    Ok(report)
}

/// Returns the files that only this machine has: the project's git ignores and does not track them,
/// so they are not from a commit. Without git, there are none.
fn private_files(
    work_tree: Option<&WorkTree>,
    place: &Path,
    snapshot: &Snapshot,
) -> BTreeSet<String> {
    let (Some(work_tree), Ok(real)) = (work_tree, place.canonicalize()) else {
        return BTreeSet::new();
    };
    let paths = snapshot.files.iter().map(|(path, ..)| path);
    let private = paths.filter(|path| work_tree.is_private(&real.join(path)));
    private.cloned().collect()
}

/// Whether a folder has exactly the locked files, apart from private ones.
fn is_as_locked(entry: &Entry, on_disk: &OnDisk, private: &BTreeSet<String>) -> bool {
    let OnDisk::Folder(snapshot) = on_disk else {
        return false;
    };
    let locked = entry.digest_on_disk();
    let matches_without_private =
        || snapshot.digest_without(|path| private.contains(path)) == locked;
    snapshot.special_files.is_empty() && (snapshot.digest() == locked || matches_without_private())
}

const HAS_LEFTOVERS: &str = "has files that the lockfile does not list";

fn problem(entry: &Entry, on_disk: &OnDisk, private: &BTreeSet<String>) -> &'static str {
    let OnDisk::Folder(snapshot) = on_disk else {
        return match on_disk {
            OnDisk::Absent => "is missing",
            _ => "is not a folder",
        };
    };
    let own = |path: &str| private.contains(path) || snapshot.is_leftover(path);
    if snapshot.special_files.is_empty() && snapshot.digest_without(own) == entry.digest_on_disk() {
        HAS_LEFTOVERS
    } else if entry.edits.is_some() && on_disk.is(entry.digest) {
        "lacks the local edits that the lockfile records"
    } else {
        "differs from the lockfile"
    }
}

fn files(
    context: &Context<'_>,
    entry: &Entry,
    on_disk: &OnDisk,
    private: &BTreeSet<String>,
) -> Vec<String> {
    let OnDisk::Folder(snapshot) = on_disk else {
        return Vec::new();
    };
    let is_private = |path: &str| private.contains(path);
    let files = stored_difference_but(context, entry, on_disk, is_private);
    if !files.is_empty() {
        return files;
    }
    // Without cached data, only leftovers are known to be added: by their names.
    let paths = snapshot.files.iter().map(|(path, ..)| path);
    let left = paths.filter(|path| snapshot.is_leftover(path) && !private.contains(*path));
    left.map(|path| format!("{path} (added)")).collect()
}
