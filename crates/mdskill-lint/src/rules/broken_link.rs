//! SK301: a link to a file that does not exist in the skill.

use crate::diagnostic::Severity;
use crate::mentions::{self, Mention};
use crate::parsed_skill::ParsedSkill;
use crate::references::path_kind::{self, Confidence};
use crate::references::resolve::Destination;
use crate::rule::{Check, Finding, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "SK301",
    name: "broken-link",
    severity: Severity::Error,
    summary: "a link to a file that does not exist",
    why: "An agent follows links and finds no file: 2,215 links in 2,672 public skills are broken.",
    example: "[the rules](references/rules.md)",
    how_to_fix: "add the file, or correct or remove the link",
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let links =
        mentions::all(skill).filter(|mention| mention.resolved.confidence == Confidence::Link);
    links.filter_map(|link| finding(skill, &link)).collect()
}

fn finding(skill: &ParsedSkill<'_>, link: &Mention<'_>) -> Option<Finding> {
    let target = &link.link.target;
    let message = match link.destination() {
        Destination::Missing => {
            format!("the link target `{target}` does not exist in the skill")
        }
        Destination::OutsideMissing(_) => {
            format!(
                "the link target `{target}` is outside of the skill and does not exist in the repository"
            )
        }
        _ => return None,
    };
    let severity = match may_be_elsewhere(skill, link) {
        true => Severity::Info,
        false => link.severity(Severity::Error),
    };
    let help = match link.destination() {
        Destination::OutsideMissing(Some(instead)) => {
            format!("write `{instead}` to link to the neighbouring skill")
        }
        Destination::OutsideMissing(None) => {
            "correct or remove the link; only the skill's folder is installed".to_owned()
        }
        _ => RULE.how_to_fix.to_owned(),
    };
    Some(link.finding(message, help).with_severity(severity))
}

/// Whether the target may exist outside of the skill. `internal-wiki/deployments`, which has no
/// extension and is not in a folder of the skill, is probably a page of a website; a variable is
/// replaced by its client.
fn may_be_elsewhere(skill: &ParsedSkill<'_>, link: &Mention<'_>) -> bool {
    let target = &link.link.target;
    let is_page_of_a_site = *link.destination() == Destination::Missing
        && !path_kind::names_a_file(target)
        && !path_kind::is_own_folder(&skill.paths, target);
    is_page_of_a_site || link.resolved.variable.is_some()
}
