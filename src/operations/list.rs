//! `list`: the installed skills and their states, without network requests.

use rayon::prelude::*;
use serde::Serialize;

use super::OpError;
use crate::context::Context;
use crate::fs::tree::OnDisk;
use crate::fs::{self, At};
use crate::install::scope::Scope;
use crate::lockfile::{Entry, Lockfile};
use crate::target::Target;
use mdskill_lint::SKILL_FILE;
use mdskill_lint::name::SkillName;

/// The result of `list`.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// Every skill in every target, sorted by name.
    pub skills: Vec<Installed>,
}

/// One skill in one target.
#[derive(Debug, Serialize)]
pub struct Installed {
    /// The name of its folder.
    pub name: String,
    /// The path of its folder, as shown to the user.
    pub place: String,
    /// The state of the folder.
    pub state: State,
    /// The source in the lockfile; `None` for an unmanaged skill.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The folder in the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The ref that `update` follows; `None` for the default branch.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub git_ref: Option<String>,
    /// The locked commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
}

/// The state of a skill's folder, compared with the lockfile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
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
    #[must_use]
    pub fn word(self) -> &'static str {
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
///
/// # Errors
/// If the lockfile or a folder can't be read.
pub fn list(context: &Context<'_>) -> Result<Report, OpError> {
    let lockfile = context.lockfile()?.unwrap_or_default();
    let scope = &context.scope;
    let mut report = Report::default();
    for target in every_target(&lockfile) {
        let managed: Vec<Installed> = lockfile
            .skills
            .par_iter()
            .filter(|(_, entry)| lockfile.targets_of(entry).contains(&target))
            .map(|(name, entry)| installed(scope, name, entry, &target))
            .collect::<Result<_, OpError>>()?;
        report.skills.extend(managed);
        report
            .skills
            .extend(unmanaged(context, &lockfile, &target)?);
    }
    report
        .skills
        .sort_by(|a, b| (&a.name, &a.place).cmp(&(&b.name, &b.place)));
    Ok(report)
}

fn every_target(lockfile: &Lockfile) -> Vec<Target> {
    let own = lockfile
        .skills
        .values()
        .filter_map(|entry| entry.targets.as_ref())
        .flatten();
    let mut targets: Vec<Target> = lockfile.targets.iter().chain(own).cloned().collect();
    targets.sort();
    targets.dedup();
    targets
}

fn installed(
    scope: &Scope,
    name: &SkillName,
    entry: &Entry,
    target: &Target,
) -> Result<Installed, OpError> {
    let folder = scope.skill(target, name);
    let on_disk = OnDisk::read(&folder)?;
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
        name: name.to_string(),
        place: scope.display(&folder),
        state,
        source: Some(entry.source.to_string()),
        path: Some(entry.path.clone()),
        git_ref: entry.git_ref.clone(),
        commit: entry.commit.map(|commit| commit.to_string()),
    })
}

/// Returns the skills of a target that are not in the lockfile: agents load them, too.
fn unmanaged(
    context: &Context<'_>,
    lockfile: &Lockfile,
    target: &Target,
) -> Result<Vec<Installed>, OpError> {
    let folder = context.scope.target(target);
    let Some(entries) = fs::if_found(std::fs::read_dir(&folder)).at("list", &folder)? else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.at("list", &folder)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_managed = name.parse::<SkillName>().is_ok_and(|name| {
            lockfile
                .skills
                .get(&name)
                .is_some_and(|entry| lockfile.targets_of(entry).contains(target))
        });
        if !is_managed && entry.path().join(SKILL_FILE).is_file() {
            found.push(Installed {
                name,
                place: context.scope.display(&entry.path()),
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
