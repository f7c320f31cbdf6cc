//! SK301: a link to a file of the skill that is not there.

use crate::diagnostic::Severity;
use crate::validate::context::Context;
use crate::validate::mention;
use crate::validate::paths::Destination;
use crate::validate::rule::{Check, Finding, Fixable, Rule};

/// See the module.
pub const RULE: Rule = Rule {
    code: "SK301",
    name: "broken-link",
    severity: Severity::Error,
    is_on: true,
    blocks_loading: false,
    summary: "a link leads to a file the skill does not have",
    why: "An agent follows links and finds nothing: 477 links in the SKILL.md of 2,672 public skills lead nowhere.",
    example: "[the rules](references/rules.md)",
    mend: "add the file, or correct or remove the link",
    fixable: Fixable::No,
    check: Check::Skill(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let broken = mention::links(context).filter(|link| {
        link.destination == Destination::Missing
            && mention::is_own_folder(context, &link.reference.target)
    });
    let finding = |link: mention::Mention<'_>| {
        let target = &link.reference.target;
        Finding::new(
            link.reference.span,
            format!("the link leads to `{target}`, which the skill does not have"),
            "add the file, or correct or remove the link",
        )
    };
    broken.map(finding).collect()
}
