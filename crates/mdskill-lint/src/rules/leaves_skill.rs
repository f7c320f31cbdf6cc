//! SK305: a link or path leads out of the skill.

use crate::diagnostic::Severity;
use crate::markdown::LinkKind;
use crate::mentions::{self, Mention};
use crate::parsed_skill::ParsedSkill;
use crate::references::resolve::{Destination, OutsidePath};
use crate::rule::{Check, Finding, Fixable, Rule};

/// See the module.
pub const RULE: Rule = Rule {
    code: "SK305",
    name: "leaves-skill",
    severity: Severity::Warning,
    is_on: true,
    blocks_loading: false,
    summary: "a link or path leads out of the skill",
    why: "What lies beside a skill in its repository is not installed with it: 879 links of public skills break this way.",
    example: "[more](../other-skill/SKILL.md)",
    mend: "move the file into the skill, or name the other skill in words",
    fixable: Fixable::No,
    check: Check::Skill(check),
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    mentions::all(skill)
        .filter_map(|mention| finding(&mention))
        .collect()
}

fn finding(mention: &Mention<'_>) -> Option<Finding> {
    let target = &mention.link.target;
    let (message, help) = match mention.destination() {
        Destination::Outside(OutsidePath {
            skill: Some(skill), ..
        }) => {
            let name = skill.rsplit('/').next().unwrap_or(skill);
            (
                format!("`{target}` leads to another skill, `{name}`"),
                format!("install `{name}` beside this one, or move the file into this skill"),
            )
        }
        Destination::Outside(OutsidePath { path, .. }) => (
            format!("`{target}` leads out of the skill to `{path}` of the repository"),
            "move the file into the skill: only the skill's folder is installed".to_owned(),
        ),
        Destination::OutsideUnknown => (
            format!("`{target}` leads out of the skill"),
            "move the file into the skill: only the skill's folder is installed".to_owned(),
        ),
        _ => return None,
    };
    let severity = match mention.link.kind {
        // A block of code that runs there is for whoever has the repository.
        LinkKind::CodeBlock | LinkKind::Command => Severity::Info,
        _ => mention.severity(Severity::Warning),
    };
    Some(mention.finding(message, help).as_severe_as(severity))
}
