//! [`Frontmatter`]: the YAML at the top of a SKILL.md, read with suspicion.
//!
//! All of YAML 1.2 is accepted that the library reads and the budgets below hold. This is the
//! only file that names the library. No public skill (2,672 at their heads) comes near the
//! budgets or has an anchor, an alias or a tag.

use std::collections::HashSet;

use serde::de::DeserializeSeed;

mod cursor;
mod error;
mod quoting;
mod scan;
mod split;
mod value;

pub use error::{Before, Fault, FrontmatterError, Preamble};
pub use quoting::{Quoted, quote};
pub use split::{Document, MAX_FRONTMATTER_BYTES, MAX_SKILL_MD_BYTES, split};
pub use value::Value;

use crate::span::Span;
use value::{Built, Spent};

/// Deepest nesting of values; the specification knows two levels (`metadata`).
pub const MAX_DEPTH: usize = 16;
/// Most values, keys counted too; the specification knows six fields.
pub const MAX_NODES: usize = 1000;

/// The fields of a SKILL.md, and where its body begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Frontmatter {
    fields: Vec<Field>,
    /// All of it between the two `---` lines.
    pub span: Span,
    /// Byte of the file at which the body begins.
    pub body_offset: usize,
    /// Line of the file at which the body begins.
    pub body_line: usize,
}

/// One key of the frontmatter with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The key.
    pub key: String,
    /// Where the key stands in the file.
    pub key_span: Span,
    /// The value.
    pub value: Value,
    /// Where the value stands in the file as it is written, its quotes included; the key
    /// when it has none.
    pub value_span: Span,
    /// Where the keys and values of the map stand that is its value, in its order; empty when
    /// the value is none, or comes through an alias.
    pub children: Vec<Child>,
}

/// Where a key within a field's map stands, and its value; the key twice when it has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Child {
    /// The key.
    pub key_span: Span,
    /// The value as it is written, its quotes included.
    pub value_span: Span,
}

impl Frontmatter {
    /// Returns every field in the order of the file.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// Returns the field of that key.
    #[must_use]
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.key == key)
    }

    /// Returns the field `name`.
    #[must_use]
    pub fn name(&self) -> Option<&Field> {
        self.field("name")
    }

    /// Returns the field `description`.
    #[must_use]
    pub fn description(&self) -> Option<&Field> {
        self.field("description")
    }

    /// Returns the field `license`.
    #[must_use]
    pub fn license(&self) -> Option<&Field> {
        self.field("license")
    }

    /// Returns the field `compatibility`.
    #[must_use]
    pub fn compatibility(&self) -> Option<&Field> {
        self.field("compatibility")
    }

    /// Returns the field `allowed-tools`.
    #[must_use]
    pub fn allowed_tools(&self) -> Option<&Field> {
        self.field("allowed-tools")
    }

    /// Returns the field `metadata`.
    #[must_use]
    pub fn metadata(&self) -> Option<&Field> {
        self.field("metadata")
    }
}

/// Reads the frontmatter of a SKILL.md, in the sense of YAML 1.2.
///
/// # Errors
/// As [`split()`], and when the YAML is invalid, is no map, has a key twice or one that is no
/// text, or is over a budget.
pub fn parse(text: &[u8]) -> Result<Frontmatter, FrontmatterError> {
    read(split(text).map_err(|error| sure_of_its_end(text, error))?)
}

fn read(document: Document<'_>) -> Result<Frontmatter, FrontmatterError> {
    let scan = scan::scan(document.yaml);
    let offset = document.yaml_offset;
    let in_file = |(span, fault): (Span, Fault)| {
        FrontmatterError::new(span.shifted(offset), fault.shifted(offset))
    };
    if let Some(refused) = scan.refused {
        return Err(in_file(refused));
    }
    let root = read_yaml(document.yaml).map_err(|refusal| {
        let is_explained = !matches!(refusal.1, Fault::TooManyNodes | Fault::TooDeep);
        let suspected = scan.suspected.clone().filter(|_| is_explained);
        in_file(suspected.unwrap_or_else(|| explain(refusal, document.yaml, &scan.keys)))
    })?;
    Ok(Frontmatter {
        fields: fields(root, &document, &scan.keys)?,
        span: Span::new(offset, offset + document.yaml.len()),
        body_offset: document.body_offset,
        body_line: document.body_line,
    })
}

/// Keeps the place where an unclosed frontmatter seems to end only when what is above it can be read.
fn sure_of_its_end(text: &[u8], mut error: FrontmatterError) -> FrontmatterError {
    if let Fault::Unclosed { closes_at, .. } = &mut error.fault
        && let Some(end) = *closes_at
    {
        let closed = [&text[..end], b"\n---\n"].concat();
        let fields = split(&closed).and_then(read);
        *closes_at = fields.is_ok().then_some(end);
    }
    error
}

/// Returns the stripped name and description of a SKILL.md, each when it is a
/// text that is not empty; neither when the frontmatter is broken.
#[must_use]
pub fn summary(text: &[u8]) -> (Option<String>, Option<String>) {
    let Ok(frontmatter) = parse(text) else {
        return (None, None);
    };
    let text_of = |field: Option<&Field>| {
        let text = field.and_then(|field| field.value.text())?;
        (!text.is_empty()).then(|| text.to_owned())
    };
    (
        text_of(frontmatter.name()),
        text_of(frontmatter.description()),
    )
}

/// Reads a YAML text that is no frontmatter: of at most so many values, and no key twice in one
/// map. The error is the line, from 1, and the problem.
///
/// # Errors
/// When it is no YAML, or over a budget.
pub fn document(text: &str, nodes: usize) -> Result<Value, (usize, String)> {
    build(text, &Built::at_most(nodes).rejecting_duplicates()).map_err(|(at, fault)| {
        let line = text[..at.start].matches('\n').count() + 1;
        let problem = match fault {
            Fault::TooManyNodes => format!("it has more than {nodes} values"),
            Fault::TooDeep => format!("it is nested deeper than {MAX_DEPTH} levels"),
            Fault::Yaml { message } => message,
            other => other.to_string(),
        };
        (line, problem)
    })
}

fn read_yaml(yaml: &str) -> Result<Value, (Span, Fault)> {
    build(yaml, &Built::at_most(MAX_NODES))
}

fn build(yaml: &str, built: &Built) -> Result<Value, (Span, Fault)> {
    let parsed = built
        .root()
        .deserialize(serde_yaml::Deserializer::from_str(yaml));
    parsed.map_err(|error| {
        let at = error
            .location()
            .map_or(0, |place| offset_of(yaml, place.line(), place.column()));
        // The parser's own line numbers count from the frontmatter: cut them off.
        let told = error.to_string();
        let message = told
            .split(" at line ")
            .next()
            .unwrap_or_default()
            .to_owned();
        let fault = match built.spent() {
            None => Fault::Yaml { message },
            Some(Spent::Nodes) => Fault::TooManyNodes,
            Some(Spent::Depth) => Fault::TooDeep,
        };
        (Span::at(at), fault)
    })
}

/// Returns the byte of a line and a column that count from 1, at most the end of the text.
fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let lines = text.split_inclusive('\n').take(line.saturating_sub(1));
    let start: usize = lines.map(str::len).sum();
    let mut columns = text[start..].char_indices().map(|(at, _)| at);
    start
        + columns
            .nth(column.saturating_sub(1))
            .unwrap_or(text.len() - start)
}

/// Turns the parser's refusal into the author's words where the value in which
/// it lies begins with a bracket (86 of 314 broken files in public history).
fn explain(refusal: (Span, Fault), yaml: &str, keys: &[scan::Key]) -> (Span, Fault) {
    let (place, fault) = &refusal;
    let around = keys.iter().rev().find(|key| key.span.start <= place.start);
    if let (Fault::Yaml { .. }, Some(key)) = (fault, around)
        && let Some(first) = yaml[key.value.start..].chars().next()
    {
        let start = key.value.start;
        let quoted = quoting::quoted(yaml, start, 0);
        let fault = match first {
            '[' | '{' => Fault::BrokenCollection {
                open: first,
                quoted,
            },
            '&' | '!' => Fault::ReservedStart {
                character: first,
                quoted,
            },
            _ => return refusal,
        };
        return (Span::at(start), fault);
    }
    refusal
}

fn fields(
    root: Value,
    document: &Document<'_>,
    keys: &[scan::Key],
) -> Result<Vec<Field>, FrontmatterError> {
    let first_line = Span::at(document.yaml_offset);
    let Value::Map(entries) = root else {
        let found = root.kind();
        return Err(FrontmatterError::new(first_line, Fault::NotAMap { found }));
    };
    let mut seen = HashSet::new();
    let mut fields = Vec::new();
    for (at, (key, value)) in entries.into_iter().enumerate() {
        let in_file = |span: Span| span.shifted(document.yaml_offset);
        let place = keys.get(at);
        let (key_span, value_span) = place.map_or((first_line, first_line), |key| {
            (in_file(key.span), in_file(key.value))
        });
        let children = place.map_or(&[][..], |key| &key.children);
        let children = match &value {
            Value::Map(entries) if entries.len() == children.len() => children,
            _ => &[],
        };
        let child = |child: &scan::Key| Child {
            key_span: in_file(child.span),
            value_span: in_file(child.value),
        };
        let key = key
            .as_key()
            .ok_or_else(|| FrontmatterError::new(key_span, Fault::CollectionKey))?;
        check_keys(&value).map_err(|fault| FrontmatterError::new(value_span, fault))?;
        if !seen.insert(key.clone()) {
            return Err(FrontmatterError::new(key_span, Fault::DuplicateKey { key }));
        }
        fields.push(Field {
            key,
            key_span,
            value,
            value_span,
            children: children.iter().map(child).collect(),
        });
    }
    Ok(fields)
}

/// Checks the maps inside a value: every key once, and none a collection.
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
