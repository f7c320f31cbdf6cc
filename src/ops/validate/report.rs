//! What `validate` found, with files as seen from where it was started.

use serde::Serialize;

use crate::diagnostic::{Diagnostic, Safety, Severity};

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

/// Returns the file as seen from where its folder is seen from.
pub(super) fn join(folder: &str, file: &str) -> String {
    match folder {
        "" | "." => file.to_owned(),
        folder => format!("{folder}/{file}"),
    }
}
