//! [`Frontmatter`]: the YAML at the top of a SKILL.md, parsed as untrusted input.
//!
//! All YAML 1.2 that the library supports is accepted, within the limits below. This is the only
//! module that uses YAML libraries. None of 2,672 published skills comes near the limits, or has
//! an anchor, an alias, or a tag.

use std::collections::HashSet;

use serde::de::DeserializeSeed;

mod error;
mod places;
mod quoting;
mod split;
mod value;

pub use error::{Before, Fault, FrontmatterError, Preamble};
pub use quoting::{Quoted, quote};
pub use split::{Document, MAX_FRONTMATTER_BYTES, MAX_SKILL_MD_BYTES, split, split_if_any};
pub use value::Value;

use crate::span::Span;
use value::Limits;

/// The maximum depth of values. The specification needs two levels (`metadata`).
pub const MAX_DEPTH: usize = 16;
/// The maximum number of values, including keys. The specification has six fields.
pub const MAX_NODES: usize = 1000;

/// The fields of a SKILL.md.
#[derive(Debug, Clone, PartialEq)]
pub struct Frontmatter {
    fields: Vec<Field>,
}

/// A field of the frontmatter.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The key.
    pub key: String,
    /// The span of the key.
    pub key_span: Span,
    /// The value.
    pub value: Value,
    /// The span of the value as written, including quotes; the span of the key without a value.
    pub value_span: Span,
    /// The spans of the keys and values, if the value is a map; empty if the value is an alias.
    pub children: Vec<Child>,
}

/// The places of a key and its value; the span of the key twice without a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Child {
    /// The span of the key.
    pub key_span: Span,
    /// The span of the value as written, including quotes.
    pub value_span: Span,
    /// The places of the keys and values, if the value is a map.
    pub children: Vec<Self>,
}

impl Frontmatter {
    /// Returns all fields in file order.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// Returns the field with this key.
    #[must_use]
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.key == key)
    }

    /// Returns the trimmed text of the field with this key; `None` if it is empty or not a text.
    #[must_use]
    pub fn text_of(&self, key: &str) -> Option<&str> {
        let text = self.field(key)?.value.text()?;
        Some(text).filter(|text| !text.is_empty())
    }
}

/// Parses the frontmatter of a SKILL.md as YAML 1.2.
///
/// # Errors
/// As [`split()`], and when the YAML is invalid, is not a map, has a duplicate key or a key that is
/// not a text, or exceeds a limit.
pub fn parse(text: &[u8]) -> Result<Frontmatter, FrontmatterError> {
    read(split(text).map_err(|error| verify_end(text, error))?)
}

fn read(document: Document<'_>) -> Result<Frontmatter, FrontmatterError> {
    let (yaml, offset) = (document.yaml, document.yaml_offset);
    let in_file = |error: FrontmatterError| error.shifted(offset);
    let places = places::read(yaml, offset).map_err(in_file)?;
    let root = build(yaml, &Limits::new(MAX_NODES))
        .map_err(|error| in_file(places::explain_refused(yaml, error)))?;
    Ok(Frontmatter {
        fields: fields(root, Span::at(offset), places)?,
    })
}

/// Keeps the probable end of an unclosed frontmatter only if the text before it can be parsed.
fn verify_end(text: &[u8], mut error: FrontmatterError) -> FrontmatterError {
    if let Fault::Unclosed { closes_at, .. } = &mut error.fault
        && let Some(end) = *closes_at
    {
        let closed = [&text[..end], b"\n---\n"].concat();
        let fields = split(&closed).and_then(read);
        *closes_at = fields.is_ok().then_some(end);
    }
    error
}

/// Returns the trimmed name and description of a SKILL.md. Each is `None` if it is empty or not a
/// text, and both are if the frontmatter is invalid.
#[must_use]
pub fn summary(text: &[u8]) -> (Option<String>, Option<String>) {
    let Ok(frontmatter) = parse(text) else {
        return (None, None);
    };
    let text_of = |key| frontmatter.text_of(key).map(str::to_owned);
    (text_of("name"), text_of("description"))
}

/// Parses a YAML text that is not a frontmatter, with at most `nodes` values and unique keys. The
/// error is the line, from 1, and the problem.
///
/// # Errors
/// When the text is not valid YAML, or exceeds a limit.
pub fn document(text: &str, nodes: usize) -> Result<Value, (usize, String)> {
    build(text, &Limits::new(nodes).rejecting_duplicates()).map_err(|error| {
        let line = text[..error.span.start].matches('\n').count() + 1;
        let problem = match error.fault {
            Fault::TooManyNodes => format!("it has more than {nodes} values"),
            Fault::TooDeep => format!("it is nested deeper than {MAX_DEPTH} levels"),
            Fault::Yaml { message } => message,
            other => other.to_string(),
        };
        (line, problem)
    })
}

fn build(yaml: &str, limits: &Limits) -> Result<Value, FrontmatterError> {
    let parser = serde_yaml::Deserializer::from_str(yaml);
    limits.root().deserialize(parser).map_err(|error| {
        let at = error
            .location()
            .map_or(0, |place| offset_of(yaml, place.line(), place.column()));
        // The parser counts lines from the start of the frontmatter: remove its line numbers.
        let message = error.to_string();
        let message = message
            .split(" at line ")
            .next()
            .unwrap_or_default()
            .to_owned();
        let fault = limits.exceeded.take().unwrap_or(Fault::Yaml { message });
        FrontmatterError::new(Span::at(at), fault)
    })
}

/// Returns the byte offset of a line and a column, which count from 1, or the end of the text.
fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let lines = text.split_inclusive('\n').take(line.saturating_sub(1));
    let start: usize = lines.map(str::len).sum();
    let mut columns = text[start..].char_indices().map(|(at, _)| at);
    start
        + columns
            .nth(column.saturating_sub(1))
            .unwrap_or(text.len() - start)
}

/// Combines the values with their places.
fn fields(
    root: Value,
    first_line: Span,
    places: Vec<Child>,
) -> Result<Vec<Field>, FrontmatterError> {
    let Value::Map(entries) = root else {
        let found = root.kind();
        return Err(FrontmatterError::new(first_line, Fault::NotAMap { found }));
    };
    let mut seen = HashSet::new();
    let mut fields = Vec::new();
    let mut places = places.into_iter();
    for (key, value) in entries {
        let mut place = places.next().unwrap_or(Child {
            key_span: first_line,
            value_span: first_line,
            children: Vec::new(),
        });
        if !matches!(&value, Value::Map(entries) if entries.len() == place.children.len()) {
            place.children.clear();
        }
        let at_key = |fault| FrontmatterError::new(place.key_span, fault);
        let key = key.as_key().ok_or_else(|| at_key(Fault::CollectionKey))?;
        check_keys(&value).map_err(|fault| FrontmatterError::new(place.value_span, fault))?;
        if !seen.insert(key.clone()) {
            return Err(at_key(Fault::DuplicateKey { key }));
        }
        fields.push(Field {
            key,
            key_span: place.key_span,
            value,
            value_span: place.value_span,
            children: place.children,
        });
    }
    Ok(fields)
}

/// Checks the maps inside a value: keys must be unique, and must not be collections.
fn check_keys(value: &Value) -> Result<(), Fault> {
    match value {
        Value::List(items) => items.iter().try_for_each(check_keys),
        Value::Map(entries) => {
            let mut seen = HashSet::new();
            entries.iter().try_for_each(|(key, value)| {
                let key = key.as_key().ok_or(Fault::CollectionKey)?;
                check_keys(value)?;
                if seen.insert(key.clone()) {
                    Ok(())
                } else {
                    Err(Fault::DuplicateKey { key })
                }
            })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
