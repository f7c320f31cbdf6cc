//! SK311: SKILL.md needs a variable that only some clients replace.

use crate::diagnostic::Severity;
use crate::mentions;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Fixable, Rule};
use std::collections::HashSet;

/// See the module.
pub const RULE: Rule = Rule {
    code: "SK311",
    name: "client-variable",
    severity: Severity::Info,
    is_on: true,
    blocks_loading: false,
    summary: "SKILL.md needs a variable that only some clients replace",
    why: "Other clients hand the text over as it is; 31 places in public skills need `{baseDir}`, 6 the plugin's root.",
    example: "python {baseDir}/scripts/check.py",
    mend: "write the path relative to the skill",
    fixable: Fixable::No,
    check: Check::Skill(check),
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let mut told = HashSet::new();
    let page = skill.skill_page().into_iter();
    let mentions = page.flat_map(mentions::of_page);
    let first = mentions.filter_map(|mention| {
        let variable = mention.resolved.variable?;
        let message = format!("`{variable}` is replaced by some clients only");
        told.insert(variable)
            .then(|| mention.finding(message, RULE.mend))
    });
    first.collect()
}
