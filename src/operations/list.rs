//! `list`: the installed skills and their states, without network requests.

use std::collections::BTreeSet;

use rayon::prelude::*;
use serde::Serialize;

use super::OpError;
use super::installed::{InstalledSkill, SkillFolder};
use crate::context::Context;
use crate::fs::tree::OnDisk;
use crate::fs::{self, At};
use crate::install::scope::Scope;
use crate::lockfile::Entry;
use crate::target::Target;
use mdskill_lint::SKILL_FILE;

/// The result of `list`.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    /// Every skill in every target, sorted by name.
    pub(crate) skills: Vec<Installed>,
}

/// One skill in one target.
#[derive(Debug, Serialize)]
pub(crate) struct Installed {
    /// The name of its folder.
    pub(crate) name: String,
    /// The path of its folder, as shown to the user.
    pub(crate) place: String,
    /// The state of the folder.
    pub(crate) state: State,
    /// The source in the lockfile; `None` for an unmanaged skill.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<String>,
    /// The folder in the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<String>,
    /// The ref that `update` follows; `None` for the default branch.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub(crate) git_ref: Option<String>,
    /// The locked commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) commit: Option<String>,
}

/// The state of a skill's folder, compared with the lockfile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum State {
    /// The files are as locked.
    Ok,
    /// The files have the edits that the lockfile records.
    Kept,
    /// The files differ from the lockfile.
    Modified,
    /// The folder does not exist.
    Missing,
    /// The folder is not in the lockfile.
    Unmanaged,
}

impl State {
    /// Returns the state as shown to the user.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Modified => "modified",
            Self::Kept => "modified, kept",
            Self::Missing => "missing",
            Self::Unmanaged => "unmanaged",
        }
    }
}

/// Lists the skills in every target, and compares each folder with the lockfile.
pub(crate) fn list(context: &Context<'_>) -> Result<Report, OpError> {
    let lockfile = context.lockfile()?.unwrap_or_default();
    let skills: Vec<_> = InstalledSkill::all(&context.scope, &lockfile).collect();
    let managed = skills.par_iter().flat_map_iter(|skill| {
        let folders = skill.folders();
        folders.map(|folder| managed(skill.entry, &folder))
    });
    let mut found: Vec<Installed> = managed.collect::<Result<_, OpError>>()?;
    let targets = skills.iter().flat_map(|skill| skill.targets);
    for target in targets.chain(&lockfile.targets).collect::<BTreeSet<_>>() {
        found.extend(unmanaged(&context.scope, &skills, target)?);
    }
    found.sort_by(|a, b| (&a.name, &a.place).cmp(&(&b.name, &b.place)));
    Ok(Report { skills: found })
}

fn managed(entry: &Entry, folder: &SkillFolder<'_>) -> Result<Installed, OpError> {
    let on_disk = folder.read_own(entry)?;
    let state = if on_disk == OnDisk::Absent {
        State::Missing
    } else if !on_disk.is(entry.digest_on_disk()) {
        State::Modified
    } else if entry.edits.is_some() {
        State::Kept
    } else {
        State::Ok
    };
    Ok(Installed {
        name: folder.name.to_string(),
        place: folder.place(),
        state,
        source: Some(entry.source.to_string()),
        path: Some(entry.path.clone()),
        git_ref: entry.git_ref.clone(),
        commit: entry.commit.map(|commit| commit.to_string()),
    })
}

/// Returns the skills of a target that are not in the lockfile: agents load them, too.
fn unmanaged(
    scope: &Scope,
    skills: &[InstalledSkill<'_>],
    target: &Target,
) -> Result<Vec<Installed>, OpError> {
    let folder = scope.target(target);
    let Some(entries) = fs::if_found(std::fs::read_dir(&folder)).at("list", &folder)? else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.at("list", &folder)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_managed = skills
            .iter()
            .any(|skill| skill.name.as_str() == name && skill.targets.contains(target));
        if !is_managed && entry.path().join(SKILL_FILE).is_file() {
            found.push(Installed {
                name,
                place: scope.display(&entry.path()),
                state: State::Unmanaged,
                source: None,
                path: None,
                git_ref: None,
                commit: None,
            });
        }
    }
    Ok(found)
}
