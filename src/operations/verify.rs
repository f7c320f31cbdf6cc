//! `verify`: compare the hashes of installed files with the lockfile, without network requests.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rayon::prelude::*;
use serde::Serialize;

use super::OpError;
use super::install_steps::changed_files;
use super::installed::{InstalledSkill, required_lockfile};
use crate::context::Context;
use crate::fs::tree::{OnDisk, Snapshot};
use crate::lockfile::Entry;
use crate::target::Target;
use mdskill_git::work_tree::WorkTree;
use mdskill_lint::name::SkillName;
use mdskill_lint::path::fold;

/// The result of `verify`.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    /// The number of folders that match the lockfile.
    pub(crate) intact: usize,
    /// The number of verified skills, each of which may have several folders.
    #[serde(skip)]
    pub(crate) skills: usize,
    /// The folders that do not match.
    pub(crate) drift: Vec<Drift>,
}

/// A folder that differs from the lockfile.
#[derive(Debug, Serialize)]
pub(crate) struct Drift {
    pub(crate) name: SkillName,
    /// The folder, as shown to the user.
    pub(crate) place: String,
    /// The problem, as a phrase that follows the folder.
    pub(crate) problem: String,
    /// Whether the folder does not exist.
    pub(crate) is_missing: bool,
    /// Whether the only difference is leftovers, which using the skill creates.
    pub(crate) is_leftovers: bool,
    /// The files that differ, each with how; empty if the cache does not have the original.
    pub(crate) files: Vec<String>,
}

/// Verifies the named skills, or all without names.
pub(crate) fn verify(context: &Context<'_>, names: &[SkillName]) -> Result<Report, OpError> {
    let lockfile = required_lockfile(context)?;
    let scope = &context.scope;
    let skills = InstalledSkill::named(scope, &lockfile, names)?;
    let mut report = Report {
        skills: skills.len(),
        ..Report::default()
    };
    let folders = skills
        .into_iter()
        .flat_map(|skill| skill.folders().map(move |folder| (skill, folder)));
    let folders: Vec<_> = folders.collect();
    let contents = folders.par_iter().map(|(_, folder)| folder.read());
    let contents: Vec<OnDisk> = contents.collect::<Result<_, _>>()?;
    let mut work_trees: BTreeMap<&Target, Option<WorkTree>> = BTreeMap::new();
    for ((skill, folder), on_disk) in folders.into_iter().zip(contents) {
        let entry = skill.entry;
        let private = match &on_disk {
            OnDisk::Folder(snapshot) if snapshot.digest() != entry.digest_on_disk() => {
                let open = || WorkTree::around(&scope.target(folder.target), fold);
                let work_tree = work_trees.entry(folder.target).or_insert_with(open);
                private_files(work_tree.as_ref(), &folder.path, snapshot)
            }
            _ => BTreeSet::new(),
        };
        let Some(problem) = problem(entry, &on_disk, &private) else {
            report.intact += 1;
            continue;
        };
        report.drift.push(Drift {
            name: skill.name.clone(),
            place: folder.place(),
            problem: problem.to_owned(),
            is_missing: on_disk == OnDisk::Absent,
            is_leftovers: problem == HAS_LEFTOVERS,
            files: files(context, skill, &on_disk, &private),
        });
    }
    Ok(report)
}

/// Returns the files that only this machine has: the project's git ignores and does not track them,
/// so they are not from a commit. Without git, the list is empty.
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

const HAS_LEFTOVERS: &str = "has files that the lockfile does not list";

/// Returns the difference from the locked files, apart from private ones.
fn problem(entry: &Entry, on_disk: &OnDisk, private: &BTreeSet<String>) -> Option<&'static str> {
    let snapshot = match on_disk {
        OnDisk::Absent => return Some("is missing"),
        OnDisk::NotAFolder => return Some("is not a folder"),
        OnDisk::Folder(snapshot) => snapshot,
    };
    let locked = entry.digest_on_disk();
    let is_private = |path: &str| private.contains(path);
    let is_own = |path: &str| is_private(path) || snapshot.is_leftover(path);
    let is_regular = snapshot.special_files.is_empty();
    if is_regular && (snapshot.digest() == locked || snapshot.digest_without(is_private) == locked)
    {
        None
    } else if is_regular && snapshot.digest_without(is_own) == locked {
        Some(HAS_LEFTOVERS)
    } else if entry.edits.is_some() && on_disk.is(entry.digest) {
        Some("lacks the local edits that the lockfile records")
    } else {
        Some("differs from the lockfile")
    }
}

fn files(
    context: &Context<'_>,
    skill: InstalledSkill<'_>,
    on_disk: &OnDisk,
    private: &BTreeSet<String>,
) -> Vec<String> {
    let OnDisk::Folder(snapshot) = on_disk else {
        return Vec::new();
    };
    let is_private = |_: &Snapshot, path: &str| private.contains(path);
    if let Some(objects) = skill.cached(context) {
        let files = changed_files(&objects, skill.place_in(&objects), on_disk, is_private);
        if !files.is_empty() {
            return files;
        }
    }
    // Without the locked files, only leftovers are known to be added: by their names.
    let paths = snapshot.files.iter().map(|(path, ..)| path);
    let left = paths.filter(|path| snapshot.is_leftover(path) && !private.contains(*path));
    left.map(|path| format!("{path} (added)")).collect()
}
