//! What the frontmatter grants: tools, and hooks.

use super::Found;
use super::hooks;
use super::text::TextFile;
use crate::allowed_tools::{is_all, texts, words};
use crate::broken_fields;
use crate::capability::Kind;
use crate::frontmatter;
use crate::span::Span;

pub(super) fn look(file: &TextFile<'_>, found: &mut Found) {
    let text = file.text.as_str();
    match frontmatter::parse(text.as_bytes()) {
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
        // A client that reads it less strictly than we do sees these all the same.
        Err(_) => {
            if let Some(field) = broken_fields::written(text, "allowed-tools") {
                add_tools(file, field.of(text), field, found);
            }
            if let Some(field) = broken_fields::written(text, "hooks") {
                let line = file.line(field.start);
                found.add(Kind::Hook, "hooks", file.path, Some(line));
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
        found.add(kind, tool, file.path, Some(file.line(at)));
    }
}
