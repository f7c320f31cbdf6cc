//! `verify`: compare the hashes of installed files with the lockfile, without network requests.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Serialize;

use super::OpError;
use super::checkout::Checkout;
use super::git_notes;
use super::install_steps::changed_files;
use super::installed::{InstalledSkill, SkillFolder, read_folders, required_lockfile};
use super::list::unmanaged;
use super::state::{State, unresolved};
use crate::context::Context;
use crate::fs;
use crate::fs::tree::{self, Listing, OnDisk};
use crate::install::scope::Scope;
use crate::lockfile::Entry;
use crate::target::Target;
use mdskill_lint::name::SkillName;

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
    /// The folders in the targets that agents load and that are not in the lockfile, as shown to the
    /// user; only without names of skills.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) unmanaged: Vec<String>,
}

/// A folder that differs from the lockfile.
#[derive(Debug, Serialize)]
pub(crate) struct Drift {
    pub(crate) name: SkillName,
    /// The folder, as shown to the user.
    pub(crate) place: String,
    /// Its state, as in `list`.
    pub(crate) state: State,
    /// The problem, as a phrase that follows the folder.
    pub(crate) problem: String,
    /// Whether the folder does not exist.
    pub(crate) is_missing: bool,
    /// Whether the only difference is leftovers, which using the skill creates.
    pub(crate) is_leftovers: bool,
    /// The files that differ, each with how; empty if the cache does not have the original.
    pub(crate) files: Vec<String>,
    /// The paths of the leftovers that git tracks, as shown to the user.
    #[serde(skip)]
    pub(crate) tracked: Vec<String>,
    /// The reasons of git for these differences, as sentences.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) causes: Vec<String>,
}

/// Verifies the named skills, or all without names.
pub(crate) fn verify(context: &Context<'_>, names: &[SkillName]) -> Result<Report, OpError> {
    context.consistently(|| verify_once(context, names))
}

fn verify_once(context: &Context<'_>, names: &[SkillName]) -> Result<Report, OpError> {
    let lockfile = required_lockfile(context)?;
    let scope = &context.scope;
    let skills = InstalledSkill::named(scope, &lockfile, names)?;
    let mut report = Report {
        skills: skills.len(),
        ..Report::default()
    };
    for (skill, folder, on_disk) in read_folders(context, skills)? {
        let entry = skill.entry;
        let unlisted = unlisted(scope, &folder.path, &on_disk)?;
        let planted = (!unlisted.is_empty()).then_some(HAS_LEFTOVERS);
        let Some(problem) = problem(entry, &on_disk).or(planted) else {
            report.intact += 1;
            continue;
        };
        let state = State::of(context, skill, &folder, &on_disk)?;
        let (problem, files) = match &on_disk {
            OnDisk::Folder(snapshot) if state == State::Conflict => {
                let unresolved = unresolved(context, skill, &folder.path, snapshot)?;
                let files = unresolved.iter();
                let files = files.map(|file| format!("{}: {}", file.path, file.kind));
                (HAS_MARKERS, files.collect())
            }
            _ => {
                let mut files = files(context, skill, &on_disk);
                files.extend(unlisted);
                (problem, files)
            }
        };
        report.drift.push(Drift {
            name: skill.name.clone(),
            place: folder.place(),
            state,
            problem: problem.to_owned(),
            is_missing: on_disk == OnDisk::Absent,
            is_leftovers: problem == HAS_LEFTOVERS,
            tracked: tracked_leftovers(&folder, &on_disk),
            causes: git_notes::causes(&folder.path, &files),
            files,
        });
    }
    if names.is_empty() {
        let skills: Vec<_> = InstalledSkill::all(scope, &lockfile).collect();
        let of_skills = skills.iter().flat_map(|skill| skill.targets);
        let targets: BTreeSet<&Target> = of_skills.chain(&lockfile.targets).collect();
        for target in targets {
            let unmanaged = unmanaged(scope, &skills, target)?;
            report
                .unmanaged
                .extend(unmanaged.into_iter().map(|skill| skill.place));
        }
    }
    Ok(report)
}

/// Returns the paths of the leftovers in a repository. Those that git does not track are the user's, and not
/// in the snapshot.
fn tracked_leftovers(folder: &SkillFolder<'_>, on_disk: &OnDisk) -> Vec<String> {
    let OnDisk::Folder(snapshot) = on_disk else {
        return Vec::new();
    };
    let files = snapshot.files.iter().map(|(path, ..)| path);
    let left: Vec<&String> = files.filter(|path| snapshot.is_leftover(path)).collect();
    if left.is_empty() || Checkout::of(&folder.path).work_tree().is_none() {
        return Vec::new();
    }
    let place = folder.place();
    left.iter().map(|path| format!("{place}/{path}")).collect()
}

/// Returns the files of a project outside of git that have the names of caches. In a repository, only a
/// tracked file can come from someone else, and it is in the snapshot.
fn unlisted(scope: &Scope, folder: &Path, on_disk: &OnDisk) -> Result<Vec<String>, OpError> {
    let private = on_disk.private();
    if private.is_empty() || scope.is_personal || Checkout::of(folder).work_tree().is_some() {
        return Ok(Vec::new());
    }
    let mut unlisted = Vec::new();
    for path in private {
        let place = folder.join(path);
        let below = if fs::look(&place)?.is_some_and(|there| there.is_dir()) {
            tree::list(&place)?
        } else {
            Listing::default()
        };
        let files = below.files.into_iter().map(|file| file.path);
        let files: Vec<String> = files.chain(below.special_files).collect();
        match files.len() {
            0 => unlisted.push(format!("{path} (added)")),
            1..=MAX_UNLISTED => {
                unlisted.extend(files.iter().map(|file| format!("{path}/{file} (added)")));
            }
            number => unlisted.push(format!("{path}/ (added: {number} files)")),
        }
    }
    Ok(unlisted)
}

/// The most files of a folder that are listed one by one.
const MAX_UNLISTED: usize = 10;
const HAS_MARKERS: &str = "has an unresolved conflict";
const HAS_LEFTOVERS: &str = "has files that the lockfile does not list";

/// Returns the difference from the locked files.
fn problem(entry: &Entry, on_disk: &OnDisk) -> Option<&'static str> {
    let snapshot = match on_disk {
        OnDisk::Absent => return Some("is missing"),
        OnDisk::NotAFolder => return Some("is not a folder"),
        OnDisk::Folder(snapshot) => snapshot,
    };
    let locked = entry.digest_on_disk();
    let is_regular = snapshot.special_files.is_empty();
    if is_regular && snapshot.digest() == locked {
        None
    } else if is_regular && snapshot.own_digest() == locked {
        Some(HAS_LEFTOVERS)
    } else if entry.edits.is_some() && on_disk.is(entry.digest) {
        Some("lacks the local edits that the lockfile records")
    } else {
        Some("differs from the lockfile")
    }
}

fn files(context: &Context<'_>, skill: InstalledSkill<'_>, on_disk: &OnDisk) -> Vec<String> {
    let OnDisk::Folder(snapshot) = on_disk else {
        return Vec::new();
    };
    if let Some(objects) = skill.cached(context) {
        let original = skill.place_in(&objects);
        let files = changed_files(&objects, original, on_disk, |_, _| false);
        if !files.is_empty() {
            return files;
        }
    }
    // Without the locked files, only leftovers are known to be added: by their names.
    let paths = snapshot.files.iter().map(|(path, ..)| path);
    let left = paths.filter(|path| snapshot.is_leftover(path));
    left.map(|path| format!("{path} (added)")).collect()
}
