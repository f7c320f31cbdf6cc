//! SK210: the `description` is missing.

use crate::diagnostic::Severity;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Rule};
use crate::string_field;

pub(crate) const RULE: Rule = Rule {
    code: "SK210",
    name: "description-missing",
    severity: Severity::Error,
    blocks_loading: true,
    summary: "`description` is missing, empty or not a string",
    why: "Agents choose a skill by its description: clients skip a skill without one, and Claude Code uses the first line of the body instead.",
    example: "name: pdf\ndescription:",
    how_to_fix: "add a `description:` that says what the skill does and when to use it",
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let missing = skill
        .frontmatter()
        .and_then(|frontmatter| string_field::missing(frontmatter, "description"));
    let finding = missing.map(|(at, message)| {
        let help = match skill.field("description") {
            Some(_) => "write a string after `description:` that says what the skill does and when to use it",
            None => RULE.how_to_fix,
        };
        Finding::new(at, message).with_help(help)
    });
    finding.into_iter().collect()
}
