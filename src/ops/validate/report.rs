//! What `validate` found, with files as seen from where it was started.

use std::path::Path;

use serde::Serialize;

use super::display_path::shown;
use super::results::Together;
use super::write_fixes::Fixes;
use crate::ops::findings::{Found, join};
use mdskill_lint::diagnostic::{Diagnostic, Safety, Severity};

/// What was found.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// Every finding, by skill, file and place.
    pub diagnostics: Vec<Found>,
    /// How much was looked at and found.
    pub summary: Summary,
    /// Every skill that was looked at, as its findings name it.
    #[serde(skip)]
    pub skills: Vec<String>,
    /// What was mended, when that was asked for.
    #[serde(flatten)]
    pub fixes: Option<Fixes>,
    /// What was named and left alone, a sentence each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// How much was looked at and found.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Skills looked at.
    pub skills: usize,
    /// Findings by severity.
    pub errors: usize,
    /// See `errors`.
    pub warnings: usize,
    /// See `errors`.
    pub infos: usize,
    /// How many of all findings `--fix` can mend.
    pub fixable: usize,
    /// How many more `--fix --unsafe` can mend.
    pub unsafely_fixable: usize,
    /// What was compared with, when only changes were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Since>,
}

/// What was compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Since {
    /// The commit, as it was named.
    #[serde(rename = "ref")]
    pub git_ref: String,
    /// Skills that are as they were, and were not looked at.
    pub unchanged: usize,
    /// Findings that were there before, and are left out.
    pub known: usize,
}

impl Report {
    /// Whether something that was to be mended could not be written.
    #[must_use]
    pub fn is_kept_from_fixing(&self) -> bool {
        let fixes = self.fixes.as_ref();
        fixes.is_some_and(|fixes| !fixes.kept.is_empty())
    }

    /// Whether there was nothing to look at.
    pub(super) fn is_about_nothing(&self) -> bool {
        let since = self.summary.since.as_ref();
        let is_known = since.is_some_and(|since| since.unchanged + since.known > 0);
        self.summary.skills == 0 && self.diagnostics.is_empty() && !is_known
    }

    /// Notes that a file is left alone because no skill is around it.
    pub(super) fn note_outside(&mut self, file: &Path) {
        self.notes.push(format!(
            "{} lies in no skill: it is not looked at",
            shown(file)
        ));
    }

    /// Takes what was found in the skills of one repository or folder.
    pub(super) fn add_set(&mut self, found: Together) {
        for diagnostic in found.loose {
            self.push("", diagnostic);
        }
        for (skill, found) in found.skills {
            self.add(&skill, found);
        }
    }

    /// Takes what was found in a skill, whose files lie below `skill`.
    pub(super) fn add(&mut self, skill: &str, found: Vec<Diagnostic>) {
        self.summary.skills += 1;
        self.skills.push(skill.to_owned());
        self.push_all(skill, found);
    }

    /// Takes what was found in a skill that is not looked at for its own sake.
    pub(super) fn push_all(&mut self, skill: &str, found: Vec<Diagnostic>) {
        for mut diagnostic in found {
            diagnostic.file = join(skill, &diagnostic.file);
            self.push(skill, diagnostic);
        }
    }

    /// Forgets the findings that are milder than `least`; the summary still counts them.
    pub fn keep_from(&mut self, least: Severity) {
        self.diagnostics
            .retain(|found| found.diagnostic.severity >= least);
    }

    /// Takes one finding whose file is as it shall be shown.
    pub(super) fn push(&mut self, skill: &str, diagnostic: Diagnostic) {
        match diagnostic.severity {
            Severity::Error => self.summary.errors += 1,
            Severity::Warning => self.summary.warnings += 1,
            Severity::Info => self.summary.infos += 1,
        }
        match diagnostic.fix.as_ref().map(|fix| fix.safety) {
            Some(Safety::Safe) => self.summary.fixable += 1,
            Some(Safety::Unsafe) => self.summary.unsafely_fixable += 1,
            None => {}
        }
        self.diagnostics.push(Found {
            diagnostic,
            skill: skill.to_owned(),
        });
    }
}
