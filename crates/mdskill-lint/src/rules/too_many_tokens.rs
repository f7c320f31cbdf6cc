//! SK403: the body has more than about 5,000 tokens.

use crate::SKILL_FILE;
use crate::diagnostic::Severity;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Rule};
use crate::tokens::{CHARACTERS_PER_TOKEN, estimate};

pub(crate) const RULE: Rule = Rule {
    code: "SK403",
    name: "too-many-tokens",
    severity: Severity::Warning,
    summary: "the body has more than about 5,000 tokens",
    why: "The specification recommends fewer, because all of them use the context of the agent; 75 of 2,672 public skills have more.",
    example: "a body of 30,000 characters",
    how_to_fix: "move rarely needed parts to files in `references/`, and link to them",
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

/// Maximum number of tokens. Source: specification, "Progressive disclosure".
const MAX_TOKENS: usize = 5000;

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let finding = skill.skill_page().and_then(|page| {
        let characters = page.text[page.body_offset..].chars().count();
        let tokens = estimate(characters);
        (tokens > MAX_TOKENS).then(|| {
            let message = format!(
                "the instructions have about {tokens} tokens ({characters} characters divided by {CHARACTERS_PER_TOKEN}); the specification recommends fewer than {MAX_TOKENS}"
            );
            Finding::about(SKILL_FILE, message)
        })
    });
    finding.into_iter().collect()
}
