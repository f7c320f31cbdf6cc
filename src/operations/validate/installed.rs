//! [`Installed`]: the installed skills, which are to be fixed in their source repository.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::discover::{DiskPath, Group};
use super::report::Report;
use crate::config::Rules;
use crate::context::Context;
use crate::fs::{self, tree};
use crate::operations::OpError;
use crate::operations::installed::InstalledSkill;
use crate::skill::DiskFiles;
use crate::source::Source;
use mdskill_lint::Settings;
use mdskill_lint::leftovers::is_made_by_tools;
use mdskill_lint::name::SkillName;

/// The real paths of installed skills, and their sources.
#[derive(Debug, Default)]
pub(super) struct Installed {
    folders: BTreeMap<PathBuf, SkillName>,
    sources: BTreeMap<SkillName, Source>,
    /// The user's own files in the skills that have files with names that tools use.
    private: BTreeMap<PathBuf, Vec<String>>,
}

impl Installed {
    /// Reads the lockfile.
    ///
    /// # Errors
    /// If it can't be read.
    pub(super) fn read(context: &Context<'_>) -> Result<Self, OpError> {
        let Some(lockfile) = context.lockfile()? else {
            return Ok(Self::default());
        };
        let folders =
            InstalledSkill::all(&context.scope, &lockfile).flat_map(InstalledSkill::folders);
        let places = folders.map(|folder| (real(&folder.path), folder.name.clone()));
        let skills = lockfile.skills.iter();
        Ok(Self {
            folders: places.collect(),
            sources: skills
                .map(|(name, entry)| (name.clone(), entry.source.clone()))
                .collect(),
            private: BTreeMap::new(),
        })
    }

    /// Finds out which files of the skills of a group belong to them, where the names do not decide it: a
    /// locked `__pycache__` is a part of its skill.
    ///
    /// # Errors
    /// If a skill can't be read.
    pub(super) fn read_private(
        &mut self,
        context: &Context<'_>,
        group: &Group,
    ) -> Result<(), OpError> {
        let installed = group.skills.iter().filter(|skill| self.has(skill));
        let places: Vec<&PathBuf> = installed.map(|skill| &skill.real).collect();
        let places = places.into_iter().filter(|place| {
            tree::list(place).is_ok_and(|listing| {
                let mut files = listing.files.iter();
                files.any(|file| is_made_by_tools(&file.path))
            })
        });
        let places: BTreeSet<PathBuf> = places.cloned().collect();
        if places.is_empty() {
            return Ok(());
        }
        let lockfile = context.lockfile()?.unwrap_or_default();
        for skill in InstalledSkill::all(&context.scope, &lockfile) {
            for folder in skill.folders() {
                let real = real(&folder.path);
                if places.contains(&real) {
                    let on_disk = skill.read(context, &folder)?;
                    self.private.insert(real, on_disk.private().to_vec());
                }
            }
        }
        Ok(())
    }

    /// Opens an installed skill.
    ///
    /// # Errors
    /// If its folder can't be listed.
    pub(super) fn open(&self, skill: &DiskPath) -> Result<DiskFiles, fs::Error> {
        match self.private.get(&skill.real) {
            Some(private) => DiskFiles::installed(&skill.real, private),
            None => DiskFiles::open(&skill.real, None),
        }
    }

    /// Returns the settings for installed skills, which may break what is allowed for their source.
    pub(super) fn settings(&self, rules: &Rules) -> Settings {
        rules.settings_by(|name| self.sources.get(name))
    }

    /// Whether mdskill installed the skill. Then the repository around it is not its source, in
    /// which its links may lead to other files.
    pub(super) fn has(&self, skill: &DiskPath) -> bool {
        self.has_folder(&skill.real)
    }

    /// Whether mdskill installed the skill in this folder, a real path.
    pub(super) fn has_folder(&self, real: &Path) -> bool {
        self.folders.contains_key(real)
    }

    /// Whether a skill may be fixed: an installed one only if the user named it.
    pub(super) fn may_fix(&self, skill: &DiskPath, group: &Group) -> bool {
        skill.real == group.named || !self.has(skill)
    }

    /// Adds notes about the installed skills of a group: those that are not fixed are one note.
    pub(super) fn note(&self, group: &Group, report: &mut Report) {
        let mut left: Vec<&str> = Vec::new();
        for skill in &group.skills {
            match self.folders.get(&skill.real) {
                Some(_) if skill.real == group.named => report.notes.push(format!(
                    "{} is installed: each fix in it is a local edit, which `update` keeps; fix it in its source, too",
                    skill.shown
                )),
                Some(name) => left.push(name.as_str()),
                None => {}
            }
        }
        if !left.is_empty() {
            report.notes.push(format!(
                "installed skills are not fixed, because their source is elsewhere; name one to fix it here: {}",
                left.join(", ")
            ));
        }
    }
}

fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}
