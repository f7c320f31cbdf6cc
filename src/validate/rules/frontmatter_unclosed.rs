//! SK102: the frontmatter has no closing `---`.

use crate::diagnostic::Severity;
use crate::skill::frontmatter::Fault;
use crate::validate::context::Context;
use crate::validate::rule::{Check, Finding, Fixable, Rule};

/// See the module.
pub const RULE: Rule = Rule {
    code: "SK102",
    name: "unclosed-frontmatter",
    severity: Severity::Error,
    is_on: true,
    blocks_loading: true,
    summary: "the frontmatter is never closed",
    why: "The whole file counts as frontmatter, and clients skip the skill; 2 of 15,780 published versions.",
    example: "---\nname: pdf\n# PDF tools",
    mend: "put a line `---` between the last field and the Markdown",
    fixable: Fixable::No,
    check: Check::Skill(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let error = context.frontmatter_error();
    let error = error.filter(|error| matches!(error.fault, Fault::Unclosed));
    error.map(Finding::from).into_iter().collect()
}
