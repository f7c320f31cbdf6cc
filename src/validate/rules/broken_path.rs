//! SK302: a code span names a reference or asset that is not there.

use crate::diagnostic::Severity;
use crate::validate::context::Context;
use crate::validate::mention;
use crate::validate::paths::Destination;
use crate::validate::rule::{Check, Finding, Fixable, Rule};

/// See the module.
pub const RULE: Rule = Rule {
    code: "SK302",
    name: "broken-path",
    severity: Severity::Error,
    is_on: true,
    blocks_loading: false,
    summary: "a path in a code span is not in the skill",
    why: "Code spans are how skills name their files, and an agent tries to read them: 325 in the SKILL.md of 2,672 public skills.",
    example: "Read `references/rules.md`",
    mend: "add the file, or correct or remove the path",
    fixable: Fixable::No,
    check: Check::Skill(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let broken =
        mention::code_spans(context).filter(|span| span.destination == Destination::Missing);
    let finding = |span: mention::Mention<'_>| {
        let target = &span.reference.target;
        Finding::new(
            span.reference.span,
            format!("`{target}` is named here, but the skill does not have it"),
            "add the file, or correct or remove the path",
        )
    };
    broken.map(finding).collect()
}
