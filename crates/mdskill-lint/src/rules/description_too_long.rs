//! SK211: `description` is too long.

use crate::diagnostic::Severity;
use crate::frontmatter::Field;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "SK211",
    name: "description-too-long",
    severity: Severity::Error,
    // Only Codex skips it; VS Code truncates the text, and Claude Code truncates it later.
    blocks_loading: false,
    summary: "`description` has more than 1,024 characters",
    why: "Codex skips such a skill, and VS Code truncates the text; 2 of 2,672 public skills are longer.",
    example: "description: (1,100 characters)",
    how_to_fix: "keep the purpose and the use cases, and move the rest to the body",
    check: Check::Field("description", check),
    ..Rule::DEFAULT
};

/// Maximum length of `description` in characters, not bytes. Source: specification,
/// "`description` field"; 11 public skills exceed it only in bytes.
const MAX_CHARS: usize = 1024;

fn check(_: &ParsedSkill<'_>, field: &Field) -> Option<Finding> {
    let count = field.value.text()?.chars().count();
    let message = format!("`description` has {count} characters; the limit is {MAX_CHARS}");
    (count > MAX_CHARS).then(|| Finding::new(field.value_span, message))
}
