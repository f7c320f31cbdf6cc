//! `list`: the installed skills and their states, without network requests.

use std::collections::{BTreeSet, HashSet};

use serde::Serialize;

use super::OpError;
use super::import::other_lockfiles;
use super::import::skill_folders::SkillFolders;
use super::installed::{InstalledSkill, read_folders};
use super::state::State;
use crate::context::Context;
use crate::fs::{self, At};
use crate::install::scope::Scope;
use crate::lockfile::Lockfile;
use crate::target::Target;
use mdskill_lint::SKILL_FILE;

/// The result of `list`.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    /// Every skill in every target, sorted by name.
    pub(crate) skills: Vec<Installed>,
    /// The lockfiles of other tools, if a skill is unmanaged.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) other_lockfiles: Vec<String>,
    /// The number of the user's own skills (`-g`), if the project has no skills.
    #[serde(skip)]
    pub(crate) personal: usize,
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
    /// The tag, if the ref is a tag or a range.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) version: Option<String>,
    /// The locked commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) commit: Option<String>,
    /// The rules that the configuration allows it to break.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) allowed: Vec<&'static str>,
}

/// Lists the skills in every target, and compares each folder with the lockfile.
pub(crate) fn list(context: &Context<'_>) -> Result<Report, OpError> {
    context.consistently(|| list_once(context))
}

fn list_once(context: &Context<'_>) -> Result<Report, OpError> {
    let lockfile = context.lockfile()?.unwrap_or_default();
    let skills: Vec<_> = InstalledSkill::all(&context.scope, &lockfile).collect();
    // An invalid configuration is an error of the commands that change something.
    let allowed = context.config().unwrap_or_default().rules.allowed;
    let mut found = Vec::new();
    for (skill, folder, on_disk) in read_folders(context, skills.iter().copied())? {
        let entry = skill.entry;
        found.push(Installed {
            name: skill.name.to_string(),
            place: folder.place(),
            state: State::of(context, skill, &folder, &on_disk)?,
            source: Some(entry.source.to_string()),
            path: Some(entry.path.clone()),
            git_ref: entry.git_ref.clone(),
            version: entry.version.clone(),
            commit: entry.commit.map(|commit| commit.to_string()),
            allowed: allowed.codes(skill.name, &entry.source),
        });
    }
    let targets = skills.iter().flat_map(|skill| skill.targets);
    let mut targets: BTreeSet<Target> = targets.chain(&lockfile.targets).cloned().collect();
    if targets.is_empty() {
        targets.extend(SkillFolders::find(&context.scope)?.targets);
    }
    for target in &targets {
        found.extend(unmanaged(&context.scope, &skills, target)?);
    }
    found.sort_by(|a, b| (&a.name, &a.place).cmp(&(&b.name, &b.place)));
    let is_unmanaged = found.iter().any(|skill| skill.state == State::Unmanaged);
    let others = is_unmanaged.then(|| other_lockfiles(context));
    Ok(Report {
        personal: if found.is_empty() {
            count_personal(context)
        } else {
            0
        },
        skills: found,
        other_lockfiles: others.unwrap_or_default(),
    })
}

/// Returns the number of the user's own skills. A problem with their lockfile is not one of a project.
fn count_personal(context: &Context<'_>) -> usize {
    let (Ok(home), Ok(config), false) = (
        context.dirs.home(),
        context.dirs.config(),
        context.scope.is_personal,
    ) else {
        return 0;
    };
    let lockfile = Scope::user(home, &config).lockfile;
    let text = Lockfile::read_text(&lockfile).ok().flatten();
    let lockfile = text.and_then(|text| Lockfile::parse(&text).ok());
    lockfile.map_or(0, |lockfile| lockfile.skills.len())
}

/// Returns the skills of a target that are not in the lockfile: agents load them, too.
pub(super) fn unmanaged(
    scope: &Scope,
    skills: &[InstalledSkill<'_>],
    target: &Target,
) -> Result<Vec<Installed>, OpError> {
    let folder = scope.target(target);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let Some(entries) = fs::if_found(std::fs::read_dir(&folder)).at("list", &folder)? else {
        return Ok(Vec::new());
    };
    let managed = skills.iter().filter(|skill| skill.targets.contains(target));
    let managed: HashSet<&str> = managed.map(|skill| skill.name.as_str()).collect();
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.at("list", &folder)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !managed.contains(&*name) && entry.path().join(SKILL_FILE).is_file() {
            found.push(Installed {
                name,
                place: scope.display(&entry.path()),
                state: State::Unmanaged,
                source: None,
                path: None,
                git_ref: None,
                version: None,
                commit: None,
                allowed: Vec::new(),
            });
        }
    }
    Ok(found)
}
