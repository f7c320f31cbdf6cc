//! SK204: a reserved word in `name`.

use crate::diagnostic::Severity;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Fixable, Rule};

/// See the module.
pub const RULE: Rule = Rule {
    code: "SK204",
    name: "name-reserved",
    severity: Severity::Info,
    is_on: true,
    blocks_loading: false,
    summary: "`name` has `claude` or `anthropic` in it",
    why: "The Claude API reserves both words and refuses to take such a skill; clients that read folders load it; 5 of 2,672 public skills.",
    example: "name: claude-api",
    mend: "choose a name without the word, if the skill is uploaded there",
    fixable: Fixable::No,
    check: Check::Skill(check),
};

/// Words that the Claude API keeps for itself.
const WORDS: [&str; 2] = ["claude", "anthropic"];

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let finding = skill.field("name").and_then(|field| {
        let name = field.value.text()?.to_ascii_lowercase();
        let word = WORDS.into_iter().find(|word| name.contains(word))?;
        let message = format!("`name` has `{word}` in it, which the Claude API reserves");
        Some(Finding::new(field.value_span, message, RULE.mend))
    });
    finding.into_iter().collect()
}
