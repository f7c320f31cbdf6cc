//! SK101: the file does not begin with `---`.

use crate::diagnostic::Severity;
use crate::skill::frontmatter::Fault;
use crate::validate::context::Context;
use crate::validate::rule::{Check, Finding, Fixable, Rule};

/// See the module.
pub const RULE: Rule = Rule {
    code: "SK101",
    name: "no-frontmatter",
    severity: Severity::Error,
    is_on: true,
    blocks_loading: true,
    summary: "no frontmatter at the top of `SKILL.md`",
    why: "Without frontmatter there is no description, and clients skip the skill; 294 of 15,780 published versions.",
    example: "# PDF tools",
    mend: "begin the file with `---`, `name`, `description` and `---`, a line each; nothing goes before that",
    fixable: Fixable::No,
    check: Check::Skill(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let error = context.frontmatter_error();
    let error = error.filter(|error| matches!(error.fault, Fault::NoFrontmatter { .. }));
    error.map(Finding::from).into_iter().collect()
}
