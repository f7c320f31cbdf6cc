//! The tools and hooks of the frontmatter.

use std::borrow::Cow;

use super::Found;
use super::hooks;
use super::text::TextFile;
use crate::allowed_tools::{is_all, texts, words};
use crate::broken_fields;
use crate::capability::Kind;
use crate::frontmatter::{self, Frontmatter, FrontmatterError};
use crate::span::Span;

/// `known` is the frontmatter of the file, if it was parsed already.
pub(super) fn look(
    file: &TextFile<'_>,
    known: Option<&Result<Frontmatter, FrontmatterError>>,
    found: &mut Found,
) {
    let text = &*file.text;
    let parsed = || Cow::Owned(frontmatter::parse(text.as_bytes()));
    match &*known.map_or_else(parsed, Cow::Borrowed) {
        Ok(frontmatter) => {
            if let Some(field) = frontmatter.field("allowed-tools") {
                for tools in texts(&field.value) {
                    add_tools(file, tools, field.value_span, found);
                }
            }
            if let Some(field) = frontmatter.field("hooks") {
                hooks::look_in_field(file, field, found);
            }
        }
        // A less strict client may accept the frontmatter.
        Err(_) => {
            if let Some(field) = broken_fields::written(text, "allowed-tools") {
                add_tools(file, field.of(text), field, found);
            }
            if let Some(field) = broken_fields::written(text, "hooks") {
                found.add_at(Kind::Hook, "hooks", file, field.start);
            }
        }
    }
}

fn add_tools(file: &TextFile<'_>, tools: &str, field: Span, found: &mut Found) {
    let written = field.of(&file.text);
    let tools = words(tools).map(|word| word.of(tools));
    for tool in tools.filter(|tool| *tool != "-") {
        let kind = match is_all(tool) {
            true => Kind::UnrestrictedBash,
            false => Kind::Tool,
        };
        let at = field.start + written.find(tool).unwrap_or_default();
        found.add_at(kind, tool, file, at);
    }
}
