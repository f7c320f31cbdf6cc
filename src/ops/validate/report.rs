//! What `validate` found, with files as seen from where it was started.

use serde::Serialize;

use crate::diagnostic::{Diagnostic, Severity};
use crate::ops::findings::{Found, join};

/// What was found.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// Every finding, by skill, file and place.
    pub diagnostics: Vec<Found>,
    /// How much was looked at and found.
    pub summary: Summary,
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
    /// What was compared with, when only changes were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Since>,
}

/// What was compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Since {
    /// The commit, as it was named.
    #[serde(rename = "ref")]
    pub reference: String,
    /// Skills that are as they were, and were not looked at.
    pub unchanged: usize,
    /// Findings that were there before, and are left out.
    pub known: usize,
}

impl Report {
    /// Takes what was found in a skill, whose files lie below `skill`.
    pub(super) fn add(&mut self, skill: &str, found: Vec<Diagnostic>) {
        self.summary.skills += 1;
        for mut diagnostic in found {
            diagnostic.file = join(skill, &diagnostic.file);
            self.push(skill, diagnostic);
        }
    }

    /// Takes one finding whose file is as it shall be shown.
    pub(super) fn push(&mut self, skill: &str, diagnostic: Diagnostic) {
        match diagnostic.severity {
            Severity::Error => self.summary.errors += 1,
            Severity::Warning => self.summary.warnings += 1,
            Severity::Info => self.summary.infos += 1,
        }
        self.summary.fixable += usize::from(diagnostic.fix.is_some());
        self.diagnostics.push(Found {
            diagnostic,
            skill: skill.to_owned(),
        });
    }
}
