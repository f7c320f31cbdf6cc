//! [`Found`]: a finding as reports have it, with the skill that it is about.

mod json;

use mdskill_lint::diagnostic::{Diagnostic, Severity};

/// One finding, and the skill that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// Returns the file as seen from where its folder is seen from.
#[must_use]
pub fn join(folder: &str, file: &str) -> String {
    match folder {
        "" | "." => file.to_owned(),
        folder => format!("{folder}/{file}"),
    }
}
