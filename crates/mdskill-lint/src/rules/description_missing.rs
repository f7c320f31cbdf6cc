//! SK210: there is no `description`.

use crate::diagnostic::Severity;
use crate::parsed_skill::ParsedSkill;
use crate::required_field;
use crate::rule::{Check, Finding, Fixable, Rule};

/// See the module.
pub const RULE: Rule = Rule {
    code: "SK210",
    name: "description-missing",
    severity: Severity::Error,
    is_on: true,
    blocks_loading: true,
    summary: "`description` is missing, empty or not a text",
    why: "It is what an agent chooses a skill by: clients skip a skill without it, and Claude Code makes do with the first line of the body.",
    example: "name: pdf\ndescription:",
    mend: "add `description:` with what the skill does and when to use it",
    fixable: Fixable::No,
    check: Check::Skill(check),
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let missing = skill
        .frontmatter()
        .and_then(|frontmatter| required_field::missing(frontmatter, "description"));
    let finding = missing.map(|(at, message)| {
        let help = match skill.field("description") {
            Some(_) => "write a text behind `description:`: what the skill does and when to use it",
            None => RULE.mend,
        };
        Finding::new(at, message, help)
    });
    finding.into_iter().collect()
}
