//! SK306: a path to a file that exists only above the skill.

use crate::diagnostic::Severity;
use crate::mentions::{self, Mention};
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
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    mentions::all(skill)
        .filter_map(|path| finding(&path))
        .collect()
}

fn finding(mention: &Mention<'_>) -> Option<Finding> {
    let target = &mention.link.target;
    let message = match mention.destination() {
        Destination::AboveSkill(folder) if folder.is_empty() => {
            format!("`{target}` is not in the skill, only at the root of the repository")
        }
        Destination::AboveSkill(folder) => {
            format!("`{target}` is not in the skill, only in `{folder}` above it")
        }
        _ => return None,
    };
    let severity = mention.severity(Severity::Warning);
    let help = "copy the file into the skill: only the skill's folder is installed";
    Some(mention.finding(message, help).with_severity(severity))
}
