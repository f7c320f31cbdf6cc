//! SK311: SKILL.md uses a variable that only some clients replace.

use crate::diagnostic::Severity;
use crate::mentions::{self, Mention};
use crate::parsed_skill::ParsedSkill;
use crate::references::resolve::Destination;
use crate::rule::{Check, Finding, Rule};
use std::collections::HashSet;

pub(crate) const RULE: Rule = Rule {
    code: "SK311",
    name: "client-variable",
    severity: Severity::Info,
    summary: "SKILL.md uses a variable that only some clients replace",
    why: "Other clients pass the text to the agent unchanged; 31 places in public skills use `{baseDir}`, and 6 use the plugin's root. A file of the plugin is a warning, because only the folder of the skill is installed.",
    example: "python {baseDir}/scripts/check.py",
    how_to_fix: "write the path relative to the skill",
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let mentions = || skill.skill_page().into_iter().flat_map(mentions::of_page);
    let mut reported = HashSet::new();
    // The files of the plugin first, because only they are certainly missing.
    let of_plugin = mentions()
        .filter(|mention| matches!(mention.destination(), Destination::AboveSkill(_)))
        .filter_map(|mention| Some((mention.resolved.variable?, mention)))
        .map(|(variable, mention)| (variable, not_installed(&mention, variable)));
    let others = mentions().filter_map(|mention| {
        let variable = mention.resolved.variable?;
        let message = format!("only some clients replace `{variable}`");
        Some((variable, Finding::at(&mention, message)))
    });
    of_plugin
        .chain(others)
        .filter_map(|(variable, finding)| reported.insert(variable).then_some(finding))
        .collect()
}

fn not_installed(mention: &Mention<'_>, variable: &str) -> Finding {
    let target = &mention.link.target;
    let message =
        format!("`{target}` is a file of the plugin, which is not installed with the skill");
    Finding::at(mention, message)
        .with_help(format!(
            "copy the file into the skill, and write its path without `{variable}`"
        ))
        .with_severity(Severity::Warning)
}
