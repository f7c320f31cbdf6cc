//! Checks the two required fields, `name` and `description`.

use crate::frontmatter::Frontmatter;
use crate::span::Span;

/// Returns the position and the message if a required field is missing, empty or not a string.
#[must_use]
pub fn missing(frontmatter: &Frontmatter, key: &str) -> Option<(Span, String)> {
    let Some(field) = frontmatter.field(key) else {
        return Some((Span::at(0), format!("the frontmatter has no `{key}`")));
    };
    let problem = match field.value.text() {
        Some("") => "empty".to_owned(),
        Some(_) => return None,
        None if field.value.kind() == "empty" => "empty".to_owned(),
        None => format!("{}, not a string", field.value.kind()),
    };
    Some((field.value_span, format!("`{key}` is {problem}")))
}
