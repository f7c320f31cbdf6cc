//! SK115: `compatibility` is not a string of 1 to 500 characters.

use crate::diagnostic::Severity;
use crate::frontmatter::Field;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Rule};
use crate::string_field;

pub(crate) const RULE: Rule = Rule {
    code: "SK115",
    name: "compatibility",
    severity: Severity::Error,
    summary: "`compatibility` is not a string of 1 to 500 characters",
    why: "The specification requires 1-500 characters if the field is present.",
    example: "compatibility: [linux, macos]",
    how_to_fix: "describe what the skill needs in at most 500 characters, or remove the field",
    check: Check::Field("compatibility", check),
    ..Rule::DEFAULT
};

/// Maximum length of `compatibility` in characters. Source: specification, "`compatibility` field".
const MAX_CHARS: usize = 500;

fn check(_: &ParsedSkill<'_>, field: &Field) -> Option<Finding> {
    let message = match field.value.text() {
        Some(text) if !text.is_empty() => {
            let count = text.chars().count();
            if count <= MAX_CHARS {
                return None;
            }
            format!("`compatibility` has {count} characters; the limit is {MAX_CHARS}")
        }
        _ => string_field::not_a_string(field)?,
    };
    let help = "write one short string, or remove the field";
    Some(Finding::new(field.value_span, message).with_help(help))
}
