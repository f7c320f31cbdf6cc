//! SK307: a path that is valid only on one machine or one website.

use crate::diagnostic::Severity;
use crate::markdown::LinkKind;
use crate::mentions::Mention;
use crate::parsed_skill::ParsedSkill;
use crate::references::resolve::{Destination, Fixed};
use crate::rule::{Check, Finding, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "SK307",
    name: "fixed-path",
    severity: Severity::Warning,
    summary: "a path is absolute, in a home directory, or written with backslashes",
    why: "It is valid only on the machine or website of its author; 31 are in 2,672 public skills.",
    example: "[the rules](/docs/rules.md)",
    how_to_fix: "write the path relative to the skill, with forward slashes",
    check: Check::Mention(check),
    ..Rule::DEFAULT
};

fn check(_: &ParsedSkill<'_>, mention: &Mention<'_>) -> Option<Finding> {
    let target = &mention.link.target;
    let Destination::Fixed(fixed) = mention.destination() else {
        return None;
    };
    let message = match fixed {
        Fixed::Absolute => {
            format!("the link to `{target}` is absolute, but a skill has no fixed location")
        }
        Fixed::Home => format!("`{target}` is in the home directory of one user"),
        Fixed::Backslash => {
            format!("`{target}` has backslashes, which are separators only on Windows")
        }
    };
    let help = match fixed {
        Fixed::Absolute => {
            "write the path relative to the skill, or the full https:// URL of a website"
        }
        Fixed::Home | Fixed::Backslash => RULE.how_to_fix,
    };
    // Code blocks often show program output from one machine.
    let severity = match mention.link.kind {
        LinkKind::CodeBlock => Severity::Info,
        _ => mention.severity(Severity::Warning),
    };
    Some(
        Finding::at(mention, message)
            .with_help(help)
            .with_severity(severity),
    )
}
