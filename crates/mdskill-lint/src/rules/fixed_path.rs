//! SK307: a path that is right on one machine or one site only.

use crate::diagnostic::Severity;
use crate::markdown::LinkKind;
use crate::mentions::{self, Mention};
use crate::parsed_skill::ParsedSkill;
use crate::references::resolve::{Destination, Fixed};
use crate::rule::{Check, Finding, Fixable, Rule};

/// See the module.
pub const RULE: Rule = Rule {
    code: "SK307",
    name: "fixed-path",
    severity: Severity::Warning,
    is_on: true,
    blocks_loading: false,
    summary: "a path is absolute, in someone's home, or written with backslashes",
    why: "It leads somewhere only on its author's machine or site; 31 are in 2,672 public skills.",
    example: "[the rules](/docs/rules.md)",
    mend: "write the path relative to the skill, with forward slashes",
    fixable: Fixable::No,
    check: Check::Skill(check),
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let found = mentions::all(skill).filter_map(|mention| match mention.destination() {
        Destination::Fixed(fixed) => Some(finding(&mention, *fixed)),
        _ => None,
    });
    found.collect()
}

fn finding(mention: &Mention<'_>, fixed: Fixed) -> Finding {
    let target = &mention.link.target;
    let message = match fixed {
        Fixed::Absolute => {
            format!("the link to `{target}` is absolute; a skill is at no fixed place")
        }
        Fixed::Home => format!("`{target}` lies in the home of one user"),
        Fixed::Backslash => {
            format!("`{target}` has backslashes, which only Windows takes for slashes")
        }
    };
    // What a program prints on some machine is shown in blocks of code.
    let severity = match mention.link.kind {
        LinkKind::CodeBlock => Severity::Info,
        _ => mention.severity(Severity::Warning),
    };
    let help = match fixed {
        Fixed::Absolute => {
            "write the path relative to the skill; or the whole address, with its https://, if a site is meant"
        }
        Fixed::Home | Fixed::Backslash => RULE.mend,
    };
    mention.finding(message, help).as_severe_as(severity)
}
