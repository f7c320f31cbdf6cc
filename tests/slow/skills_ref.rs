//! A second implementation of the reference checker of the specification, skills-ref 0.1.1, for comparison with ours.
//!
//! It cuts the frontmatter at the first two `---` in any position, reads every scalar as a string,
//! measures without stripping, accepts letters of all scripts, and refuses valid YAML that strictyaml does not support.
//! Source: `parser.py` and `validator.py` of skills-ref.

use std::borrow::Cow;

use mdskill_lint::frontmatter::{self, Fault, Field, Frontmatter, Value};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

const FIELDS: [&str; 6] = [
    "name",
    "description",
    "license",
    "allowed-tools",
    "metadata",
    "compatibility",
];
const MAX_NAME: usize = 64;
const MAX_DESCRIPTION: usize = 1024;
const MAX_COMPATIBILITY: usize = 500;

/// Returns the reasons why the checker refuses a `SKILL.md` in a folder, as the codes of our matching rules, in the
/// order of the file.
pub fn refusals(folder: &str, text: &str) -> Vec<&'static str> {
    let mut codes = Vec::new();
    if text.starts_with('\u{feff}') {
        codes.push("SK003");
    }
    let Some(rest) = text.strip_prefix("---") else {
        codes.push("SK101");
        return codes;
    };
    let Some((yaml, _)) = rest.split_once("---") else {
        codes.push("SK102");
        return codes;
    };
    let whole = format!("---\n{yaml}\n---\n");
    let refused = match frontmatter::parse(whole.as_bytes()) {
        Ok(read) => Checker {
            folder,
            whole: &whole,
            read: &read,
        }
        .refusals(),
        Err(error) => vec![(0, code_of(&error.fault))],
    };
    codes.extend(refused.into_iter().map(|(_, code)| code));
    codes
}

fn code_of(fault: &Fault) -> &'static str {
    match fault {
        Fault::DuplicateKey { .. } => "SK104",
        Fault::NotAMap { .. } => "SK105",
        _ => "SK103",
    }
}

/// A parsed frontmatter.
struct Checker<'a> {
    folder: &'a str,
    whole: &'a str,
    read: &'a Frontmatter,
}

type Refusals = Vec<(usize, &'static str)>;

impl Checker<'_> {
    fn refusals(&self) -> Refusals {
        let mut found = self.not_strict();
        // It drops keys that `<<` merges.
        let is_unknown = |field: &&Field| {
            let is_merge = field.key == "<<" && matches!(field.value, Value::Map(_));
            !is_merge && !FIELDS.contains(&field.key.as_str())
        };
        let unknown = self.read.fields().iter().filter(is_unknown);
        found.extend(unknown.map(|field| (field.key_span.start, "SK110")));
        found.extend(self.missing("name", "SK201"));
        found.extend(self.missing("description", "SK210"));
        found.extend(self.name());
        found.extend(self.too_long("description", MAX_DESCRIPTION, "SK211"));
        found.extend(self.too_long("compatibility", MAX_COMPATIBILITY, "SK115"));
        found.sort_unstable();
        found
    }

    /// Returns the written text of a field, or `None` for a list or a map.
    fn text(&self, field: &Field) -> Option<Cow<'_, str>> {
        match &field.value {
            Value::String(text) => Some(Cow::Owned(text.clone())),
            Value::List(_) | Value::Map(_) => None,
            _ if field.value_span == field.key_span => Some(Cow::Borrowed("")),
            _ => Some(Cow::Borrowed(field.value_span.of(self.whole))),
        }
    }

    fn missing(&self, key: &str, code: &'static str) -> Option<(usize, &'static str)> {
        let Some(field) = self.read.field(key) else {
            return Some((0, code));
        };
        let is_there = self.text(field).is_some_and(|text| !text.trim().is_empty());
        (!is_there).then_some((field.value_span.start, code))
    }

    fn name(&self) -> Refusals {
        let Some(field) = self.read.field("name") else {
            return Vec::new();
        };
        let Some(text) = self.text(field).filter(|text| !text.trim().is_empty()) else {
            return Vec::new();
        };
        let name: String = text.trim().nfkc().collect();
        let is_valid = name.chars().count() <= MAX_NAME
            && name == name.to_lowercase()
            && !name.starts_with('-')
            && !name.ends_with('-')
            && !name.contains("--")
            && name.chars().all(|c| is_alphanumeric(c) || c == '-');
        let is_folder = self.folder.nfkc().eq(name.chars());
        let faults = [(is_valid, "SK202"), (is_folder, "SK203")];
        let broken = faults.into_iter().filter(|(is_fine, _)| !is_fine);
        broken
            .map(|(_, code)| (field.value_span.start, code))
            .collect()
    }

    fn too_long(
        &self,
        key: &str,
        most: usize,
        code: &'static str,
    ) -> Option<(usize, &'static str)> {
        let field = self.read.field(key)?;
        let is_broken = match self.text(field) {
            Some(text) => text.chars().count() > most && !text.trim().is_empty(),
            // A description that is not a string is reported as missing.
            None => key == "compatibility",
        };
        is_broken.then_some((field.value_span.start, code))
    }

    /// Returns the fields with YAML that strictyaml refuses: flow collections, anchors, tags, tabs between words, and
    /// maps with another indentation than the first.
    fn not_strict(&self) -> Refusals {
        let mut indent = None;
        let mut found = Vec::new();
        if self.whole["---\n".len()..].trim_start().starts_with('{') {
            found.push((0, "SK106"));
        }
        for field in self.read.fields() {
            let value = field.value_span.of(self.whole);
            let column = field.children.first().map(|child| {
                let before = &self.whole[..child.key_span.start];
                before.len() - before.rfind('\n').map_or(0, |at| at + 1)
            });
            let is_block = !value.starts_with(['{', '[']);
            let is_uneven =
                is_block && column.is_some_and(|column| *indent.get_or_insert(column) != column);
            let written = field
                .children
                .iter()
                .map(|child| child.value_span.of(self.whole));
            let written: Vec<&str> = written.chain([value]).collect();
            let gap =
                &self.whole[field.key_span.end..field.value_span.start.max(field.key_span.end)];
            if is_uneven || gap.contains('\t') || written.into_iter().any(is_not_strict) {
                let at = column
                    .filter(|_| is_uneven)
                    .map_or(0, |_| field.children[0].key_span.start);
                found.push((at.max(field.value_span.start), "SK106"));
            }
        }
        found
    }
}

fn is_not_strict(value: &str) -> bool {
    let is_quoted = value.starts_with(['"', '\'', '|', '>']);
    value.starts_with(['[', '{', '&', '!']) || !is_quoted && value.contains('\t')
}

/// Python's `isalnum`: letters and numbers, but not marks and circled letters, which Rust counts as alphabetic.
fn is_alphanumeric(c: char) -> bool {
    let is_letter =
        c.is_alphabetic() && !is_combining_mark(c) && !('\u{1f130}'..='\u{1f189}').contains(&c);
    is_letter || c.is_numeric()
}
