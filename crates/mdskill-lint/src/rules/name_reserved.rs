//! SK204: a reserved word in `name`.

use crate::diagnostic::Severity;
use crate::frontmatter::Field;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "SK204",
    name: "name-reserved",
    severity: Severity::Info,
    summary: "`name` contains `claude` or `anthropic`",
    why: "The Claude API reserves both words and refuses an upload of such a skill; clients that read folders load it; 5 of 2,672 public skills.",
    example: "name: claude-api",
    how_to_fix: "choose a name without the word if the skill is for the Claude API",
    check: Check::Field("name", check),
    ..Rule::DEFAULT
};

/// Words that the Claude API reserves.
const WORDS: [&str; 2] = ["claude", "anthropic"];

fn check(_: &ParsedSkill<'_>, field: &Field) -> Option<Finding> {
    let name = field.value.text()?.to_ascii_lowercase();
    let word = WORDS.into_iter().find(|word| name.contains(word))?;
    let message = format!("`name` contains `{word}`, which the Claude API reserves");
    Some(Finding::new(field.value_span, message))
}
