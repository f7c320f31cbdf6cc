//! SK115: `compatibility` is not a string of 1 to 500 characters.

use crate::diagnostic::Severity;
use crate::frontmatter::Value;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "SK115",
    name: "compatibility",
    severity: Severity::Error,
    summary: "`compatibility` is not a string of 1 to 500 characters",
    why: "The specification requires 1-500 characters if the field is present.",
    example: "compatibility: [linux, macos]",
    how_to_fix: "describe what the skill needs in at most 500 characters, or remove the field",
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

/// Maximum length of `compatibility` in characters. Source: specification, "`compatibility` field".
const MAX_CHARS: usize = 500;

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let finding = skill.field("compatibility").and_then(|field| {
        let message = match field.value.text() {
            Some("") => "`compatibility` is empty".to_owned(),
            Some(text) if text.chars().count() > MAX_CHARS => {
                let count = text.chars().count();
                format!("`compatibility` has {count} characters; the limit is {MAX_CHARS}")
            }
            Some(_) => return None,
            None if field.value == Value::Null => "`compatibility` is empty".to_owned(),
            None => format!("`compatibility` is {}, not a string", field.value.kind()),
        };
        let help = "write one short string, or remove the field";
        Some(Finding::new(field.value_span, message, help))
    });
    finding.into_iter().collect()
}
