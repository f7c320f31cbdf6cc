//! SK311: SKILL.md uses a variable that only some clients replace.

use crate::diagnostic::Severity;
use crate::mentions;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Rule};
use std::collections::HashSet;

pub(crate) const RULE: Rule = Rule {
    code: "SK311",
    name: "client-variable",
    severity: Severity::Info,
    summary: "SKILL.md uses a variable that only some clients replace",
    why: "Other clients pass the text to the agent unchanged; 31 places in public skills use `{baseDir}`, and 6 use the plugin's root.",
    example: "python {baseDir}/scripts/check.py",
    how_to_fix: "write the path relative to the skill",
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let mut reported = HashSet::new();
    let mentions = skill.skill_page().into_iter().flat_map(mentions::of_page);
    let first = mentions.filter_map(|mention| {
        let variable = mention.resolved.variable?;
        let message = format!("only some clients replace `{variable}`");
        reported
            .insert(variable)
            .then(|| Finding::at(&mention, message))
    });
    first.collect()
}
