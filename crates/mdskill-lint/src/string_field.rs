//! Checks fields whose value must be a string.

use crate::frontmatter::{Field, Frontmatter};
use crate::span::Span;

/// Returns the problem if a field is empty or not a string.
pub(crate) fn not_a_string(field: &Field) -> Option<String> {
    let problem = match (field.value.text(), field.value.kind()) {
        (Some(""), _) | (None, "empty") => "empty".to_owned(),
        (Some(_), _) => return None,
        (None, kind) => format!("{kind}, not a string"),
    };
    Some(format!("`{}` is {problem}", field.key))
}

/// Returns the position and the problem if a required field is missing, empty or not a string.
pub(crate) fn missing(frontmatter: &Frontmatter, key: &str) -> Option<(Span, String)> {
    match frontmatter.field(key) {
        Some(field) => not_a_string(field).map(|problem| (field.value_span, problem)),
        None => Some((Span::at(0), format!("the frontmatter has no `{key}`"))),
    }
}
