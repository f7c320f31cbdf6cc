//! SK305: a link or path to a file outside of the skill.

use crate::diagnostic::Severity;
use crate::markdown::LinkKind;
use crate::mentions::Mention;
use crate::parsed_skill::ParsedSkill;
use crate::references::resolve::{Destination, OutsidePath};
use crate::rule::{Check, Finding, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "SK305",
    name: "leaves-skill",
    severity: Severity::Warning,
    summary: "a link or path to a file outside of the skill",
    why: "Only the folder of a skill is installed, not other files of its repository: 879 links of public skills break because of this.",
    example: "[more](../other-skill/SKILL.md)",
    how_to_fix: "move the file into the skill, or mention the other skill by name",
    check: Check::Mention(check),
    ..Rule::DEFAULT
};

fn check(_: &ParsedSkill<'_>, mention: &Mention<'_>) -> Option<Finding> {
    let target = &mention.link.target;
    let only_skill =
        || "move the file into the skill: only the skill's folder is installed".to_owned();
    let (message, help) = match mention.destination() {
        Destination::Outside(OutsidePath {
            skill: Some(skill), ..
        }) => {
            let name = skill.rsplit('/').next().unwrap_or(skill);
            (
                format!("`{target}` is a path into another skill, `{name}`"),
                format!("install `{name}` next to this skill, or move the file into this skill"),
            )
        }
        Destination::Outside(OutsidePath { path, .. }) => (
            format!("`{target}` is outside of the skill, at `{path}` in the repository"),
            only_skill(),
        ),
        Destination::OutsideUnknown => {
            (format!("`{target}` is outside of the skill"), only_skill())
        }
        _ => return None,
    };
    let severity = match mention.link.kind {
        // A command with such a path is for a user with a clone of the repository.
        LinkKind::CodeBlock | LinkKind::Command => Severity::Info,
        _ => mention.severity(Severity::Warning),
    };
    Some(
        Finding::at(mention, message)
            .with_help(help)
            .with_severity(severity),
    )
}
