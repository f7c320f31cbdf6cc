//! What `validate` found, with files as seen from where it was started.

use serde::Serialize;

use super::fixing::Fixes;
use super::shown::join;
use crate::diagnostic::{Diagnostic, Severity};
use crate::validate::set::{Facts, Set};
use crate::validate::{Checked, Settings, validate_set};

/// What was found.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// Every finding, by skill, file and place.
    pub diagnostics: Vec<Found>,
    /// How much was looked at and found.
    pub summary: Summary,
    /// What was mended, when that was asked for.
    #[serde(flatten)]
    pub fixes: Option<Fixes>,
    /// What was named and left alone, a sentence each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// One finding, and the skill that it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(into = "Line")]
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
}

/// A finding as JSON has it.
#[derive(Serialize)]
#[expect(
    clippy::struct_field_names,
    reason = "the fields' names are the form of the JSON"
)]
struct Line {
    code: &'static str,
    severity: &'static str,
    file: String,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    message: String,
    help: String,
    skill: String,
}

impl From<Found> for Line {
    fn from(Found { diagnostic, skill }: Found) -> Self {
        Self {
            code: diagnostic.code,
            severity: diagnostic.severity.word(),
            file: diagnostic.file,
            line: diagnostic.start.line,
            column: diagnostic.start.column,
            end_line: diagnostic.end.line,
            end_column: diagnostic.end.column,
            message: diagnostic.message,
            help: diagnostic.help,
            skill,
        }
    }
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
