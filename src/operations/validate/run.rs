//! [`Runner`]: validates skills on disk, a limited number at a time, because only their findings
//! and facts fit in memory.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;

use rayon::prelude::*;

use super::Options;
use super::discover::{DiskPath, Group};
use super::display_path::display_path;
use super::installed::Installed;
use super::report::Report;
use super::results::Results;
use super::write_fixes::{self, Fixing};
use crate::config::PerPath;
use crate::context::Context;
use crate::fs::{self, Error};
use crate::install::InstallError;
use crate::interrupt::Interrupt;
use crate::operations::OpError;
use crate::operations::findings::join;
use crate::parallel;
use crate::skill::DiskFiles;
use mdskill_lint::diagnostic::Diagnostic;
use mdskill_lint::{self, Settings, ValidationResult, validate};
use mdskill_lint::{FixOutcome, apply_fixes};

/// The number of skills that are read before their findings are added and their fixes written.
const CHUNK: usize = 256;

/// Validates skills on disk.
pub(super) struct Runner<'a> {
    current_dir: &'a Path,
    /// The project's root.
    root: &'a Path,
    interrupt: &'a Interrupt,
    /// The settings of the rules for skills that are not installed.
    pub settings: Settings,
    /// The settings of the rules for installed skills.
    settings_of_installed: Settings,
    per_path: &'a PerPath,
    fixing: Option<Fixing>,
    installed: Installed,
}

/// The outcome for one skill.
pub(super) enum SkillOutcome<T> {
    /// The skill was read.
    Done(T),
    /// The skill was deleted in the meantime.
    Gone,
    /// The skill's folder can't be listed.
    Unlisted(Error),
}

impl<'a> Runner<'a> {
    /// Creates a runner with these options.
    ///
    /// # Errors
    /// If the lockfile can't be read.
    pub(super) fn new(context: &'a Context<'_>, options: &'a Options) -> Result<Self, OpError> {
        let installed = match options.fixing {
            Some(_) => Installed::read(context)?,
            // Without fixes, an invalid lockfile is not an error here.
            None => Installed::read(context).unwrap_or_default(),
        };
        Ok(Self {
            current_dir: &context.env.current_dir,
            root: &context.scope.root,
            interrupt: &context.interrupt,
            settings: options.rules.settings_by(|_| None),
            settings_of_installed: installed.settings(&options.rules),
            per_path: &options.rules.per_path,
            fixing: options.fixing,
            installed,
        })
    }

    /// Reads what [`Installed::open`] needs for a group.
    ///
    /// # Errors
    /// If a skill can't be read.
    pub(super) fn prepare(&mut self, context: &Context<'_>, group: &Group) -> Result<(), OpError> {
        self.installed.read_private(context, group)
    }

    /// Returns the settings of the rules for a skill.
    pub(super) fn settings_for(&self, skill: &DiskPath) -> &Settings {
        if self.installed.has(skill) {
            &self.settings_of_installed
        } else {
            &self.settings
        }
    }

    /// Validates the skills of a group, and writes the fixes.
    ///
    /// # Errors
    /// If it is interrupted.
    pub(super) fn validate_group(&self, group: &Group, report: &mut Report) -> Result<(), OpError> {
        if self.fixing.is_some() {
            self.installed.note(group, report);
        }
        let mut checked: Vec<(String, ValidationResult)> = Vec::with_capacity(group.skills.len());
        let mut unlisted = Vec::new();
        for chunk in group.skills.chunks(CHUNK) {
            let outcomes = chunk.par_iter().map(|skill| self.fix(skill, group));
            let outcomes: Vec<_> = parallel::run(|| outcomes.collect::<Result<_, OpError>>())?;
            for (skill, outcome) in chunk.iter().zip(outcomes) {
                match outcome {
                    SkillOutcome::Done(fixed) => {
                        let found = self.write_fixes(skill, group, fixed, report)?;
                        checked.push((skill.shown.clone(), found));
                    }
                    SkillOutcome::Gone => {}
                    SkillOutcome::Unlisted(error) => unlisted.push((skill, error)),
                }
            }
        }
        let loose: Vec<&DiskPath> = group.loose.iter().collect();
        let mut found = Results::of(checked, &loose, &self.settings);
        found.filter(|skill, found| self.drop_ignored(skill, found));
        report.add_results(found);
        self.report_unlisted(group, &unlisted, report);
        Ok(())
    }

    /// Validates a skill on disk.
    ///
    /// # Errors
    /// If it is interrupted.
    pub(super) fn check(
        &self,
        skill: &DiskPath,
        group: &Group,
    ) -> Result<SkillOutcome<ValidationResult>, OpError> {
        let settings = self.settings_for(skill);
        self.with_view(skill, group, |view| validate(view, settings))
    }

    /// Applies the fixes of a skill in memory.
    fn fix(&self, skill: &DiskPath, group: &Group) -> Result<SkillOutcome<FixOutcome>, OpError> {
        let settings = self.settings_for(skill);
        let fixing = self.fixing.filter(|_| self.installed.may_fix(skill, group));
        self.with_view(skill, group, |view| match fixing {
            Some(fixing) => apply_fixes(view, settings, fixing.filter),
            None => FixOutcome::from(validate(view, settings)),
        })
    }

    fn with_view<T>(
        &self,
        skill: &DiskPath,
        group: &Group,
        take: impl Fn(&DiskFiles) -> T,
    ) -> Result<SkillOutcome<T>, OpError> {
        if self.interrupt.is_raised() {
            return Err(InstallError::Interrupted.into());
        }
        Ok(match self.view(skill, group) {
            Ok(view) => SkillOutcome::Done(take(&view)),
            Err(error) if error.source.kind() == std::io::ErrorKind::NotFound => SkillOutcome::Gone,
            Err(error) => SkillOutcome::Unlisted(error),
        })
    }

    /// Writes the fixes, or reports the difference; returns the findings after the fixes.
    fn write_fixes(
        &self,
        skill: &DiskPath,
        group: &Group,
        outcome: FixOutcome,
        report: &mut Report,
    ) -> Result<ValidationResult, OpError> {
        let (Some(fixing), Some(fixes)) = (self.fixing, &mut report.fixes) else {
            return Ok(outcome.checked);
        };
        if fixing.is_dry {
            fixes.add(&skill.shown, &outcome, &[]);
            return Ok(outcome.checked);
        }
        if self.interrupt.is_raised() {
            return Err(InstallError::Interrupted.into());
        }
        let is_outside = fs::leads_out(&self.current_dir.join(&skill.shown), self.root);
        let kept = if is_outside {
            let reason = "a link leads to it, out of the project: fix it there";
            let kept = |change| (change, reason.to_owned());
            outcome.changes.iter().map(kept).collect()
        } else {
            write_fixes::write(&skill.real, &outcome.changes)
        };
        fixes.add(&skill.shown, &outcome, &kept);
        if kept.is_empty() {
            return Ok(outcome.checked);
        }
        let view = self.view(skill, group)?;
        Ok(validate(&view, self.settings_for(skill)))
    }

    /// Opens a skill, together with the repository around it unless the skill was installed.
    fn view(&self, skill: &DiskPath, group: &Group) -> Result<DiskFiles, Error> {
        if self.installed.has(skill) {
            return self.installed.open(skill);
        }
        DiskFiles::open(&skill.real, group.around())
    }

    /// Removes the findings that `[rules.per-path]` ignores from those of a folder, sorted by file.
    pub(super) fn drop_ignored(&self, folder: &str, found: &mut Vec<Diagnostic>) {
        let per_path = &self.per_path;
        if per_path.is_empty() {
            return;
        }
        let Some(place) = self.place_in_project(folder) else {
            return;
        };
        let (mut file, mut ignored) = (None, BTreeSet::new());
        found.retain(|diagnostic| {
            if file.as_ref() != Some(&diagnostic.file) {
                ignored = per_path.ignored_in(&join(&place, &diagnostic.file));
                file = Some(diagnostic.file.clone());
            }
            !ignored.contains(diagnostic.code)
        });
    }

    /// Returns the path of a folder in the project, with links resolved.
    fn place_in_project(&self, folder: &str) -> Option<String> {
        let place = self.current_dir.join(folder).canonicalize().ok()?;
        let root = self.root.canonicalize().ok()?;
        place.strip_prefix(root).ok().map(display_path)
    }

    /// Reports the folders that can't be listed, each once: that of a skill is also an unlisted folder
    /// of the group.
    pub(super) fn report_unlisted(
        &self,
        group: &Group,
        skills: &[(&DiskPath, Error)],
        report: &mut Report,
    ) {
        let skills = skills.iter().map(|(skill, error)| (&skill.shown, error));
        let folders = group.unlisted.iter().map(|(folder, error)| (folder, error));
        let mut reported = HashSet::new();
        for (place, error) in skills.chain(folders) {
            if !reported.insert(&error.path) {
                continue;
            }
            let reason = format!("can't {} it: {}", error.action, error.source);
            let unlisted = mdskill_lint::unlistable_folder(&reason, &self.settings);
            let mut found: Vec<Diagnostic> = unlisted.into_iter().collect();
            self.drop_ignored(place, &mut found);
            for mut diagnostic in found {
                place.clone_into(&mut diagnostic.file);
                report.push(place, diagnostic);
            }
        }
    }
}
