//! SK311: SKILL.md uses a variable that only some clients replace.

use crate::diagnostic::Severity;
use crate::mentions;
use crate::parsed_skill::ParsedSkill;
use crate::references::path_kind;
use crate::rule::{Check, Finding, Rule};
use std::collections::HashSet;

pub(crate) const RULE: Rule = Rule {
    code: "SK311",
    name: "client-variable",
    severity: Severity::Info,
    summary: "SKILL.md uses a variable that only some clients replace",
    why: "Other clients pass the text to the agent unchanged; 31 places in public skills use `{baseDir}`, and 6 use the plugin's root. The root of a plugin is a warning, because no client sets it for a skill that is installed without its plugin.",
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
        if !reported.insert(variable) {
            return None;
        }
        if !path_kind::is_of_plugin(variable) {
            let message = format!("only some clients replace `{variable}`");
            return Some(Finding::at(&mention, message));
        }
        let message = format!("`{variable}` is set only in a plugin, not in an installed skill");
        let help = "copy the file into the skill, and write the path relative to the skill";
        let finding = Finding::at(&mention, message).with_help(help);
        Some(finding.with_severity(Severity::Warning))
    });
    first.collect()
}
