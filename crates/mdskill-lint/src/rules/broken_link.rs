//! SK301: a link to a file that does not exist in the skill.

use crate::diagnostic::Severity;
use crate::mentions::Mention;
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
    check: Check::Mention(check),
    ..Rule::DEFAULT
};

fn check(skill: &ParsedSkill<'_>, link: &Mention<'_>) -> Option<Finding> {
    let target = &link.link.target;
    if link.resolved.confidence != Confidence::Link {
        return None;
    }
    let (message, help) = match link.destination() {
        Destination::Missing => (
            format!("the link target `{target}` does not exist in the skill"),
            RULE.how_to_fix.to_owned(),
        ),
        Destination::OutsideMissing(suggestion) => (
            format!(
                "the link target `{target}` is outside of the skill and does not exist in the repository"
            ),
            match suggestion {
                Some(path) => format!("write `{path}` to link to the neighbouring skill"),
                None => {
                    "correct or remove the link; only the skill's folder is installed".to_owned()
                }
            },
        ),
        _ => return None,
    };
    let help = address_help(target).unwrap_or(help);
    let severity = match may_be_elsewhere(skill, link) {
        true => Severity::Info,
        false => link.severity(Severity::Error),
    };
    Some(
        Finding::at(link, message)
            .with_help(help)
            .with_severity(severity),
    )
}

/// Returns the help for an address without its scheme, which viewers take for a file.
fn address_help(target: &str) -> Option<String> {
    let host = target.split('/').next().unwrap_or_default();
    let is_host = host.starts_with("www.")
        || [".com", ".org", ".net", ".io", ".dev", ".ai"]
            .iter()
            .any(|end| host.ends_with(end));
    if !is_host {
        None
    } else if host.contains('@') {
        Some(format!("write `mailto:{target}` to link to an address"))
    } else {
        Some(format!("write `https://{target}` to link to a website"))
    }
}

/// Whether the target may exist outside of the skill. `internal-wiki/deployments`, which has no
/// extension and is not in a folder of the skill, is probably a page of a website; `.github/` is a
/// folder of the user's project; a variable is replaced by its client.
fn may_be_elsewhere(skill: &ParsedSkill<'_>, link: &Mention<'_>) -> bool {
    let target = &link.link.target;
    let is_page_of_a_site = *link.destination() == Destination::Missing
        && !path_kind::names_a_file(target)
        && !path_kind::is_own_folder(&skill.paths, target);
    is_page_of_a_site || target.starts_with(".github/") || link.resolved.variable.is_some()
}
