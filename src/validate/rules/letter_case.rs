//! SK304: a path is right but for its letter case.

use crate::diagnostic::Severity;
use crate::validate::context::Context;
use crate::validate::mention;
use crate::validate::paths::Destination;
use crate::validate::rule::{Check, Finding, Fixable, Rule};

/// See the module.
pub const RULE: Rule = Rule {
    code: "SK304",
    name: "letter-case",
    severity: Severity::Error,
    is_on: true,
    blocks_loading: false,
    summary: "a link or path differs from the file in letter case",
    why: "It works on macOS and Windows and breaks on Linux, where agents run in CI.",
    example: "[x](references/api.md) for references/API.md",
    mend: "write the path as the file is named",
    fixable: Fixable::No,
    check: Check::Skill(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let all = mention::links(context).chain(mention::code_spans(context));
    let found = all.filter_map(|mention| match mention.destination {
        Destination::OtherCase(other) => {
            let target = &mention.reference.target;
            Some(Finding::new(
                mention.reference.span,
                format!("`{target}` is `{other}` in the skill; Linux tells them apart"),
                format!("write `{other}`"),
            ))
        }
        _ => None,
    });
    found.collect()
}
