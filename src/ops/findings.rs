//! [`Found`]: a finding as reports have it, with the skill that it is about.

use serde::Serialize;

use crate::diagnostic::{Diagnostic, Severity};

/// One finding, and the skill that it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(into = "Line")]
pub struct Found {
    /// The finding; its file as seen from where the command was started, with forward slashes.
    pub diagnostic: Diagnostic,
    /// The skill's folder, or the spec that names it.
    pub skill: String,
}

impl Found {
    /// Returns the findings of the skill at `place`, whose files are named from inside it.
    pub fn of(place: &str, found: Vec<Diagnostic>) -> impl Iterator<Item = Self> + '_ {
        found.into_iter().map(move |mut diagnostic| {
            diagnostic.file = join(place, &diagnostic.file);
            Self {
                diagnostic,
                skill: place.to_owned(),
            }
        })
    }

    /// Whether it is an error.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.diagnostic.severity == Severity::Error
    }
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

/// Returns the file as seen from where its folder is seen from.
#[must_use]
pub fn join(folder: &str, file: &str) -> String {
    match folder {
        "" | "." => file.to_owned(),
        folder => format!("{folder}/{file}"),
    }
}
