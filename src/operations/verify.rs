//! `verify`: compare the hashes of installed files with the lockfile, without network requests.

use serde::Serialize;

use super::OpError;
use super::git_notes;
use super::install_steps::changed_files;
use super::installed::{InstalledSkill, read_folders, required_lockfile};
use super::state::{State, unresolved};
use crate::context::Context;
use crate::fs::tree::OnDisk;
use crate::lockfile::Entry;
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
        let Some(problem) = problem(entry, &on_disk) else {
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
            _ => (problem, files(context, skill, &on_disk)),
        };
        report.drift.push(Drift {
            name: skill.name.clone(),
            place: folder.place(),
            state,
            problem: problem.to_owned(),
            is_missing: on_disk == OnDisk::Absent,
            is_leftovers: problem == HAS_LEFTOVERS,
            causes: git_notes::causes(&folder.path, &files),
            files,
        });
    }
    Ok(report)
}

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
