//! The folders in which agents look for skills, and the skills that other tools installed there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::manifests::Noted;
use crate::context::Context;
use crate::fs::{self, At};
use crate::importers::ImportedSkill;
use crate::install::scope::Scope;
use crate::operations::OpError;
use crate::target::Target;
use mdskill_lint::SKILL_FILE;
use mdskill_lint::agents::AGENTS;
use mdskill_lint::name::SkillName;

/// The existing folders in which agents look for skills.
pub(in crate::operations) struct SkillFolders {
    pub(in crate::operations) targets: Vec<Target>,
    /// Those that are symbolic links, which are not imported from.
    linked: Vec<Target>,
}

impl SkillFolders {
    /// Finds the folders of all known agents, and every `.NAME/skills`.
    pub(in crate::operations) fn find(scope: &Scope) -> Result<Self, OpError> {
        let root = scope.root.canonicalize().at("read", &scope.root)?;
        let existing = candidates(scope)?.into_iter().filter_map(|target| {
            let real = scope.target(&target).canonicalize().ok()?;
            real.is_dir().then_some((target, real))
        });
        let (targets, linked): (Vec<_>, Vec<_>) =
            existing.partition(|(target, real)| *real == root.join(target.as_str()));
        let without_paths = |folders: Vec<(Target, PathBuf)>| {
            folders.into_iter().map(|(target, _)| target).collect()
        };
        Ok(Self {
            targets: without_paths(targets),
            linked: without_paths(linked),
        })
    }

    /// Returns the folders of all skills, also those that are grouped in a folder of their own.
    pub(super) fn skills(&self, context: &Context<'_>) -> Result<Vec<PathBuf>, OpError> {
        let mut skills = Vec::new();
        for target in &self.targets {
            for folder in subfolders(&context.scope.target(target))? {
                if folder.join(SKILL_FILE).exists() {
                    skills.push(folder);
                } else {
                    skills.extend(subfolders(&folder)?);
                }
            }
        }
        Ok(skills)
    }

    /// Returns the targets that have a folder of this skill.
    pub(super) fn of(&self, scope: &Scope, skill: &ImportedSkill, name: &SkillName) -> Vec<Target> {
        let mut targets: Vec<Target> = if skill.places.is_empty() {
            self.targets.clone()
        } else {
            let places = skill.places.iter();
            let above = places.filter_map(|place| place.strip_suffix(name.as_str()));
            above
                .filter_map(|above| above.strip_suffix('/')?.parse().ok())
                .collect()
        };
        targets.retain(|target| {
            let found = scope.skill(target, name).symlink_metadata();
            found.is_ok_and(|found| found.is_dir())
                && !self.linked.contains(target)
                && scope.check_target(target).is_ok()
        });
        targets
    }

    /// Returns the symbolic links among the folders and the noted skills in them.
    pub(super) fn links(&self, scope: &Scope, noted: &[Noted]) -> Vec<String> {
        let mut links: BTreeSet<String> = self.linked.iter().map(ToString::to_string).collect();
        let names = noted.iter().map(|noted| &noted.skill.folder);
        for name in names.filter_map(|folder| SkillName::from_folder(folder).ok()) {
            let places = self.targets.iter().map(|target| scope.skill(target, &name));
            let linked = places.filter(|place| place.is_symlink());
            links.extend(linked.map(|place| scope.display(&place)));
        }
        links.into_iter().collect()
    }

    /// Returns the names of the folders, for a message.
    pub(super) fn names(&self) -> String {
        let names: Vec<&str> = self.targets.iter().map(Target::as_str).collect();
        if names.is_empty() {
            "any agent's folder".to_owned()
        } else {
            names.join(", ")
        }
    }
}

/// Returns the folders that may exist: those of all known agents, and every `.NAME/skills`.
fn candidates(scope: &Scope) -> Result<Vec<Target>, OpError> {
    let known = AGENTS.iter().map(|agent| {
        if scope.is_personal {
            agent.personal
        } else {
            agent.project
        }
    });
    let mut names: Vec<String> = known.map(str::to_owned).collect();
    for above in ["", ".config/"] {
        for folder in subfolders(&scope.root.join(above))? {
            let name = folder.file_name().unwrap_or_default().to_string_lossy();
            if !above.is_empty() || name.starts_with('.') {
                names.push(format!("{above}{name}/skills"));
            }
        }
    }
    let mut targets: Vec<Target> = Vec::new();
    for target in names.iter().filter_map(|name| name.parse().ok()) {
        if !targets.contains(&target) {
            targets.push(target);
        }
    }
    Ok(targets)
}

/// Returns the folders in a folder, sorted; none if it does not exist.
fn subfolders(folder: &Path) -> Result<Vec<PathBuf>, OpError> {
    let entries = fs::if_found(std::fs::read_dir(folder)).at("list", folder)?;
    let mut found = Vec::new();
    for entry in entries.into_iter().flatten() {
        let entry = entry.at("list", folder)?;
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}
