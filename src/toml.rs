//! [`Fault`]: what is wrong with a TOML text, and where.

use toml_edit::{Document, Item, TableLike};

/// What is wrong with a TOML text, and the byte where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The byte.
    pub at: usize,
    /// What is wrong, and what to do.
    pub problem: String,
}

impl Fault {
    /// Returns the fault at a byte.
    #[must_use]
    pub fn new(at: usize, problem: impl Into<String>) -> Self {
        Self {
            at,
            problem: problem.into(),
        }
    }

    /// Returns the fault of a value.
    #[must_use]
    pub fn of(item: &Item, problem: impl Into<String>) -> Self {
        Self::new(item.span().map_or(0, |span| span.start), problem)
    }

    /// Returns the fault of a key.
    #[must_use]
    pub fn of_key(table: &dyn TableLike, key: &str, problem: impl Into<String>) -> Self {
        let span = table.get_key_value(key).and_then(|(key, _)| key.span());
        Self::new(span.map_or(0, |span| span.start), problem)
    }

    /// Returns the line in the text, from 1, and the problem.
    ///
    /// A line is counted only when there is something to tell: counting from the
    /// top for each block took half of `list`'s time.
    #[must_use]
    pub fn in_line_of(self, text: &str) -> (usize, String) {
        let before = text.get(..self.at).unwrap_or(text);
        (before.matches('\n').count() + 1, self.problem)
    }
}

/// Parses a text, keeping the place of every key and value.
///
/// # Errors
/// When it is not TOML.
pub fn parse(text: &str) -> Result<Document<&str>, Fault> {
    Document::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        Fault::new(at, error.message().trim().replace('\n', ", "))
    })
}

/// Returns the texts of a list, each with the byte where it stands; nothing when it is no list
/// of texts.
#[must_use]
pub fn texts(item: &Item) -> Option<Vec<(usize, &str)>> {
    let values = item.as_array()?.iter();
    values
        .map(|value| Some((value.span()?.start, value.as_str()?)))
        .collect()
}
