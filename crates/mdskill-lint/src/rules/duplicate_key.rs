//! SK104: a key stands twice.

use crate::diagnostic::Severity;
use crate::frontmatter::Fault;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Fixable, Rule};

/// See the module.
pub const RULE: Rule = Rule {
    code: "SK104",
    name: "duplicate-key",
    severity: Severity::Error,
    is_on: true,
    blocks_loading: true,
    summary: "the same key twice",
    why: "Parsers disagree: the reference checker refuses the file, others take the last value.",
    example: "name: a\nname: b",
    mend: "keep one of the two",
    fixable: Fixable::No,
    check: Check::Skill(check),
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let error = skill.frontmatter_error();
    let error = error.filter(|error| matches!(error.fault, Fault::DuplicateKey { .. }));
    error.map(Finding::from).into_iter().collect()
}
