//! SK115: `compatibility` is no text of 1 to 500 characters.

use crate::diagnostic::Severity;
use crate::frontmatter::Value;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Fixable, Rule};

/// See the module.
pub const RULE: Rule = Rule {
    code: "SK115",
    name: "compatibility",
    severity: Severity::Error,
    is_on: true,
    blocks_loading: false,
    summary: "`compatibility` is not a text of 1 to 500 characters",
    why: "The specification, `compatibility`: 1-500 characters if it is given.",
    example: "compatibility: [linux, macos]",
    mend: "say in at most 500 characters what the skill needs, or drop the field",
    fixable: Fixable::No,
    check: Check::Skill(check),
};

/// Longest `compatibility`, in characters. Source: specification, "`compatibility` field".
const MAX_CHARS: usize = 500;

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let finding = skill.field("compatibility").and_then(|field| {
        let message = match field.value.text() {
            Some("") => "`compatibility` is empty".to_owned(),
            Some(text) if text.chars().count() > MAX_CHARS => {
                let count = text.chars().count();
                format!("`compatibility` has {count} characters, more than {MAX_CHARS}")
            }
            Some(_) => return None,
            None if field.value == Value::Null => "`compatibility` is empty".to_owned(),
            None => format!("`compatibility` is {}, not a text", field.value.kind()),
        };
        let help = "write one short text, or leave the field out";
        Some(Finding::new(field.value_span, message, help))
    });
    finding.into_iter().collect()
}
