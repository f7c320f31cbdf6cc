//! [`Found`]: a finding and its skill, as in reports.

mod json;

use mdskill_lint::diagnostic::{Diagnostic, Severity};

/// One finding and its skill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The finding. Its file is relative to the current directory, with forward slashes.
    pub diagnostic: Diagnostic,
    /// The skill's folder or spec.
    pub skill: String,
    /// Whether the installed version has the same finding.
    pub is_known: bool,
}

impl Found {
    /// Returns the findings of the skill at `place`, whose files are relative to it.
    pub fn of(place: &str, found: Vec<Diagnostic>) -> impl Iterator<Item = Self> + '_ {
        found.into_iter().map(move |mut diagnostic| {
            diagnostic.file = join(place, &diagnostic.file);
            Self {
                diagnostic,
                skill: place.to_owned(),
                is_known: false,
            }
        })
    }

    /// Whether it is an error.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.diagnostic.severity == Severity::Error
    }
}

/// Joins a folder and a file in it; the folder may be empty or `.`.
#[must_use]
pub fn join(folder: &str, file: &str) -> String {
    match folder {
        "" | "." => file.to_owned(),
        folder => format!("{folder}/{file}"),
    }
}
