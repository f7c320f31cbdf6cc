//! [`Report`]: the findings of `validate`. Files are relative to the current directory.

use std::path::Path;

use serde::Serialize;

use super::display_path::display_path;
use super::results::Results;
use super::write_fixes::Fixes;
use crate::operations::findings::{Found, join};
use mdskill_lint::diagnostic::{Diagnostic, Safety, Severity};

/// The result of `validate`.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// All findings, sorted by skill, file and position.
    pub diagnostics: Vec<Found>,
    /// The numbers of skills and findings.
    pub summary: Summary,
    /// All validated skills, by the name that their findings have.
    #[serde(skip)]
    pub skills: Vec<String>,
    /// The fixes, if requested.
    #[serde(flatten)]
    pub fixes: Option<Fixes>,
    /// A sentence for each named file or skill that was not validated or not fixed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// The numbers of skills and findings.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// The validated skills.
    pub skills: usize,
    /// The findings that are errors.
    pub errors: usize,
    /// The findings that are warnings.
    pub warnings: usize,
    /// The findings that are notes.
    pub infos: usize,
    /// The findings that `--fix` can fix.
    pub fixable: usize,
    /// The additional findings that `--fix --unsafe` can fix.
    pub unsafely_fixable: usize,
    /// The comparison, with `--since`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Since>,
}

/// The comparison with a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Since {
    /// The commit, as the user named it.
    #[serde(rename = "ref")]
    pub git_ref: String,
    /// The unchanged skills, which were not validated.
    pub unchanged: usize,
    /// The findings that the commit has, too. They are left out.
    pub known: usize,
}

impl Report {
    /// Whether a fix could not be written.
    #[must_use]
    pub fn is_kept_from_fixing(&self) -> bool {
        let fixes = self.fixes.as_ref();
        fixes.is_some_and(|fixes| !fixes.kept.is_empty())
    }

    /// Whether there was nothing to validate.
    pub(super) fn is_empty(&self) -> bool {
        let since = self.summary.since.as_ref();
        let is_known = since.is_some_and(|since| since.unchanged + since.known > 0);
        self.summary.skills == 0 && self.diagnostics.is_empty() && !is_known
    }

    /// Notes that a file was not validated because it is not in a skill.
    pub(super) fn note_outside(&mut self, file: &Path) {
        self.notes.push(format!(
            "{} is not in a skill and was not validated",
            display_path(file)
        ));
    }

    /// Adds the findings of one repository or folder.
    pub(super) fn add_results(&mut self, found: Results) {
        for diagnostic in found.loose {
            self.push("", diagnostic);
        }
        for (skill, found) in found.skills {
            self.add(&skill, found);
        }
    }

    /// Adds the findings of a skill; their files are relative to `skill`.
    pub(super) fn add(&mut self, skill: &str, found: Vec<Diagnostic>) {
        self.summary.skills += 1;
        self.skills.push(skill.to_owned());
        self.push_all(skill, found);
    }

    /// Adds the findings of a skill that does not count as validated.
    pub(super) fn push_all(&mut self, skill: &str, found: Vec<Diagnostic>) {
        for mut diagnostic in found {
            diagnostic.file = join(skill, &diagnostic.file);
            self.push(skill, diagnostic);
        }
    }

    /// Removes the findings that are less severe than `least`; the summary still counts them.
    pub fn keep_from(&mut self, least: Severity) {
        self.diagnostics
            .retain(|found| found.diagnostic.severity >= least);
    }

    /// Adds one finding whose file is as shown to the user.
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
            is_known: false,
            skill: skill.to_owned(),
        });
    }
}
