//! Validating skills on disk, a bounded number at a time: of each only findings and facts stay.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;

use rayon::prelude::*;

use super::Options;
use super::discover::{Group, Lying};
use super::display_path::shown;
use super::installed::Installed;
use super::report::Report;
use super::results::Together;
use super::write_fixes::{self, Fixing};
use crate::config::Rules;
use crate::context::Context;
use crate::fs::Error;
use crate::install::InstallError;
use crate::interrupt::Interrupt;
use crate::ops::OpError;
use crate::ops::findings::join;
use crate::view::DiskFiles;
use mdskill_lint::diagnostic::Diagnostic;
use mdskill_lint::{self, ValidationResult, validate};
use mdskill_lint::{FixOutcome, apply_fixes};

/// Skills that are read before their findings are noted, and their fixes written.
pub(super) const CHUNK: usize = 256;

/// How skills on disk are looked at.
pub(super) struct Look<'a> {
    current_dir: &'a Path,
    /// The project's root.
    root: &'a Path,
    interrupt: &'a Interrupt,
    /// Which rules count, how much and where.
    pub rules: &'a Rules,
    fixing: Option<Fixing>,
    installed: Installed,
}

/// What became of one skill.
pub(super) enum Looked<T> {
    /// It was looked at.
    At(T),
    /// It is gone.
    Gone,
    /// It can't be listed.
    Unlisted(Error),
}

impl<'a> Look<'a> {
    /// Prepares to look as the options say.
    ///
    /// # Errors
    /// When the lockfile can't be read.
    pub fn new(context: &'a Context<'_>, options: &'a Options) -> Result<Self, OpError> {
        Ok(Self {
            current_dir: &context.env.current_dir,
            root: &context.scope.root,
            interrupt: &context.interrupt,
            rules: &options.rules,
            fixing: options.fixing,
            installed: match options.fixing {
                Some(_) => Installed::read(context)?,
                // A lockfile that can't be read is told by who needs it.
                None => Installed::read(context).unwrap_or_default(),
            },
        })
    }

    /// Validates the skills of a group, and mends what is to be mended.
    ///
    /// # Errors
    /// When it is interrupted.
    pub fn validate_group(&self, group: &Group, report: &mut Report) -> Result<(), OpError> {
        if self.fixing.is_some() {
            self.installed.note(group, report);
        }
        let mut checked: Vec<(String, ValidationResult)> = Vec::with_capacity(group.skills.len());
        let mut unlisted = Vec::new();
        for chunk in group.skills.chunks(CHUNK) {
            let look = |skill: &Lying| self.mend(skill, group);
            let looked: Vec<_> = chunk.par_iter().map(look).collect::<Result<_, OpError>>()?;
            for (skill, looked) in chunk.iter().zip(looked) {
                match looked {
                    Looked::At(mended) => {
                        let found = self.settle(skill, group, mended, report)?;
                        checked.push((skill.shown.clone(), found));
                    }
                    Looked::Gone => {}
                    Looked::Unlisted(error) => unlisted.push((skill, error)),
                }
            }
        }
        let loose: Vec<&Lying> = group.loose.iter().collect();
        let mut found = Together::of(checked, &loose, &self.rules.settings);
        found.filter(|skill, found| self.drop_ignored(skill, found));
        report.add_set(found);
        self.tell_unlisted(group, &unlisted, report);
        Ok(())
    }

    /// Returns what is found in a skill as it lies there.
    ///
    /// # Errors
    /// When it is interrupted.
    pub fn check(&self, skill: &Lying, group: &Group) -> Result<Looked<ValidationResult>, OpError> {
        self.look(skill, group, |view| validate(view, &self.rules.settings))
    }

    /// Returns a skill as it is to be, in memory.
    fn mend(&self, skill: &Lying, group: &Group) -> Result<Looked<FixOutcome>, OpError> {
        let settings = &self.rules.settings;
        let fixing = self
            .fixing
            .filter(|_| self.installed.may_mend(skill, group));
        self.look(skill, group, |view| match fixing {
            Some(fixing) => apply_fixes(view, settings, fixing.filter),
            None => FixOutcome::from(validate(view, settings)),
        })
    }

    fn look<T>(
        &self,
        skill: &Lying,
        group: &Group,
        take: impl Fn(&DiskFiles) -> T,
    ) -> Result<Looked<T>, OpError> {
        if self.interrupt.is_raised() {
            return Err(InstallError::Interrupted.into());
        }
        Ok(match self.view(skill, group) {
            Ok(view) => Looked::At(take(&view)),
            Err(error) if error.source.kind() == std::io::ErrorKind::NotFound => Looked::Gone,
            Err(error) => Looked::Unlisted(error),
        })
    }

    /// Writes what is mended, or tells the difference; returns what is found afterwards.
    fn settle(
        &self,
        skill: &Lying,
        group: &Group,
        mended: FixOutcome,
        report: &mut Report,
    ) -> Result<ValidationResult, OpError> {
        let (Some(fixing), Some(fixes)) = (self.fixing, &mut report.fixes) else {
            return Ok(mended.checked);
        };
        if fixing.is_dry {
            fixes.add(&skill.shown, &mended, &[]);
            return Ok(mended.checked);
        }
        if self.interrupt.is_raised() {
            return Err(InstallError::Interrupted.into());
        }
        let kept = write_fixes::write(&skill.real, &mended.changes);
        fixes.add(&skill.shown, &mended, &kept);
        if kept.is_empty() {
            return Ok(mended.checked);
        }
        let view = self.view(skill, group)?;
        Ok(validate(&view, &self.rules.settings))
    }

    /// Lists a skill, with its repository around it when that is its own.
    fn view(&self, skill: &Lying, group: &Group) -> Result<DiskFiles, Error> {
        let around = group.around().filter(|_| !self.installed.has(skill));
        DiskFiles::open(&skill.real, around)
    }

    /// Drops what `[rules.per-path]` ignores of what was found, sorted by file, in a folder.
    pub fn drop_ignored(&self, folder: &str, found: &mut Vec<Diagnostic>) {
        let per_path = &self.rules.per_path;
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

    /// Returns where a folder lies in the project, by which name it was reached or not.
    fn place_in_project(&self, folder: &str) -> Option<String> {
        let place = self.current_dir.join(folder).canonicalize().ok()?;
        let root = self.root.canonicalize().ok()?;
        place.strip_prefix(root).ok().map(shown)
    }

    /// Tells what could not be listed, each folder once: a skill's was met on the way to it as well.
    pub fn tell_unlisted(&self, group: &Group, skills: &[(&Lying, Error)], report: &mut Report) {
        let told: HashSet<&Path> = skills
            .iter()
            .map(|(_, error)| error.path.as_path())
            .collect();
        let others = group.unlisted.iter();
        let others = others.filter(|(_, error)| !told.contains(error.path.as_path()));
        let others = others.map(|(place, error)| (place.as_str(), error));
        let skills = skills.iter();
        let skills = skills.map(|(skill, error)| (skill.shown.as_str(), error));
        for (place, error) in skills.chain(others) {
            let Error { action, source, .. } = error;
            let reason = format!("can't {action} it: {source}");
            let unlisted = mdskill_lint::unlistable_folder(&reason, &self.rules.settings);
            let mut found: Vec<Diagnostic> = unlisted.into_iter().collect();
            self.drop_ignored(place, &mut found);
            for mut diagnostic in found {
                place.clone_into(&mut diagnostic.file);
                report.push(place, diagnostic);
            }
        }
    }
}
