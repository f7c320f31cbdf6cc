//! [`Fault`]: a problem in a TOML text, with its place.

use toml_edit::{Document, Item, TableLike};

/// A problem in a TOML text, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The byte offset.
    pub at: usize,
    /// The problem, with the next step.
    pub problem: String,
}

impl Fault {
    /// Returns a fault at a byte offset.
    #[must_use]
    pub fn new(at: usize, problem: impl Into<String>) -> Self {
        Self {
            at,
            problem: problem.into(),
        }
    }

    /// Returns a fault at a value.
    #[must_use]
    pub fn of(item: &Item, problem: impl Into<String>) -> Self {
        Self::new(item.span().map_or(0, |span| span.start), problem)
    }

    /// Returns a fault at a key.
    #[must_use]
    pub fn of_key(table: &dyn TableLike, key: &str, problem: impl Into<String>) -> Self {
        let span = table.get_key_value(key).and_then(|(key, _)| key.span());
        Self::new(span.map_or(0, |span| span.start), problem)
    }

    /// Returns the line in the text, from 1, and the problem.
    ///
    /// Lines are counted only for a fault, because counting them for each block took half of the
    /// time of `list`.
    #[must_use]
    pub fn in_line_of(self, text: &str) -> (usize, String) {
        let before = text.get(..self.at).unwrap_or(text);
        (before.matches('\n').count() + 1, self.problem)
    }
}

/// Parses a text and keeps the span of every key and value.
///
/// # Errors
/// When it is not TOML.
pub fn parse(text: &str) -> Result<Document<&str>, Fault> {
    Document::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        Fault::new(at, error.message().trim().replace('\n', ", "))
    })
}

/// Returns a table.
///
/// # Errors
/// `problem`, when the item is not a table.
pub fn table<'a>(item: &'a Item, problem: &str) -> Result<&'a dyn TableLike, Fault> {
    item.as_table_like().ok_or_else(|| Fault::of(item, problem))
}

/// Returns the texts of a list, each with its byte offset.
///
/// # Errors
/// `problem`, when the item is not a list of texts.
pub fn texts<'a>(item: &'a Item, problem: &str) -> Result<Vec<(usize, &'a str)>, Fault> {
    let values = item.as_array().into_iter().flatten();
    let texts = values.map(|value| Some((value.span()?.start, value.as_str()?)));
    let texts = texts.collect::<Option<_>>().filter(|_| item.is_array());
    texts.ok_or_else(|| Fault::of(item, problem))
}
