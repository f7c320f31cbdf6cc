//! What `validate` found, with files as seen from where it was started.

use serde::Serialize;

use super::fixing::Fixes;
use super::shown::join;
use crate::diagnostic::{Diagnostic, Safety, Severity};
use crate::validate::set::{Facts, Set};
use crate::validate::{Checked, Settings, validate_set};

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

/// One finding, and the skill that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The finding; its file as seen from where the command was started, with forward slashes.
    pub diagnostic: Diagnostic,
    /// The skill's folder, or the spec that names it.
    pub skill: String,
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
}

impl Report {
    /// Whether something that was to be mended could not be written.
    #[must_use]
    pub fn is_kept_from_fixing(&self) -> bool {
        let fixes = self.fixes.as_ref();
        fixes.is_some_and(|fixes| !fixes.kept.is_empty())
    }

    /// Takes what was found in the skills of one repository or folder, looks at them together,
    /// and at the loose files between them. `filter` drops what does not count of what was found
    /// in a folder.
    pub(super) fn add_set(
        &mut self,
        checked: Vec<(String, Checked)>,
        loose: &[String],
        settings: &Settings,
        filter: impl Fn(&str, &mut Vec<Diagnostic>),
    ) {
        let mut found: Vec<Vec<Diagnostic>> = Vec::with_capacity(checked.len());
        let mut facts: Vec<(String, Facts)> = Vec::with_capacity(checked.len());
        for (skill, checked) in checked {
            found.push(checked.diagnostics);
            facts.push((skill, checked.facts));
        }
        let set = Set {
            skills: &facts,
            loose,
        };
        let mut between = Vec::new();
        for (skill, diagnostic) in validate_set(&set, settings) {
            match skill {
                Some(at) => found[at].push(diagnostic),
                None => between.push(diagnostic),
            }
        }
        filter("", &mut between);
        for diagnostic in between {
            self.push("", diagnostic);
        }
        for ((skill, _), mut found) in facts.iter().zip(found) {
            found.sort_by(|a, b| (&a.file, a.start, a.code).cmp(&(&b.file, b.start, b.code)));
            filter(skill, &mut found);
            self.add(skill, found);
        }
    }

    /// Takes what was found in a skill, whose files lie below `skill`.
    pub(super) fn add(&mut self, skill: &str, found: Vec<Diagnostic>) {
        self.summary.skills += 1;
        self.skills.push(skill.to_owned());
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
