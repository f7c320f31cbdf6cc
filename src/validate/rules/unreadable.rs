//! SK007: a file or a folder can't be read.

use crate::diagnostic::Severity;
use crate::validate::context::Context;
use crate::validate::rule::{Check, Finding, Fixable, Rule};

/// See the module.
pub const RULE: Rule = Rule {
    code: "SK007",
    name: "unreadable",
    severity: Severity::Error,
    is_on: true,
    blocks_loading: false,
    summary: "a file or folder that can't be read",
    why: "What mdskill can't read, an agent can't either, and nobody can tell what is in it.",
    example: "pdf/SKILL.md with the mode 000",
    mend: "let its owner read it (`chmod -R u+rX`)",
    fixable: Fixable::No,
    check: Check::Skill(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let unreadable = context.unreadable.iter();
    unreadable
        .map(|(path, why)| Finding::about(path, format!("`{path}` can't be read: {why}"), ""))
        .collect()
}
