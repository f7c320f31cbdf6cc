//! SK306: a path to a file that exists only above the skill.

use crate::diagnostic::Severity;
use crate::mentions::Mention;
use crate::parsed_skill::ParsedSkill;
use crate::references::resolve::Destination;
use crate::rule::{Check, Finding, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "SK306",
    name: "path-above",
    severity: Severity::Warning,
    summary: "a path that exists only above the skill, for example at the root of its plugin",
    why: "Only the folder of the skill is installed, not the files of its plugin; 21 paths in 2,672 public skills.",
    example: "`references/shared.md`, next to the plugin's skills/",
    how_to_fix: "copy the file into the skill",
    check: Check::Mention(check),
    ..Rule::DEFAULT
};

fn check(_: &ParsedSkill<'_>, mention: &Mention<'_>) -> Option<Finding> {
    let Destination::AboveSkill(folder) = mention.destination() else {
        return None;
    };
    // SK311 reports a variable.
    if mention.resolved.variable.is_some() {
        return None;
    }
    let place = match folder.as_str() {
        "" => "at the root of the repository".to_owned(),
        folder => format!("in `{folder}` above it"),
    };
    let message = format!(
        "`{}` is not in the skill, only {place}",
        mention.link.target
    );
    let finding = Finding::at(mention, message)
        .with_help("copy the file into the skill: only the skill's folder is installed");
    Some(finding.with_severity(mention.severity(Severity::Warning)))
}
