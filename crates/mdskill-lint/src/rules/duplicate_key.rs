//! SK104: a duplicate key.

use crate::diagnostic::Severity;
use crate::frontmatter::{Fault, FrontmatterError};
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "SK104",
    name: "duplicate-key",
    severity: Severity::Error,
    blocks_loading: true,
    summary: "duplicate key in the frontmatter",
    why: "Parsers disagree: the reference checker refuses the file, and others use the last value.",
    example: "name: a\nname: b",
    how_to_fix: "remove one of the two",
    check: Check::InvalidFrontmatter(check),
    ..Rule::DEFAULT
};

fn check(_: &ParsedSkill<'_>, error: &FrontmatterError) -> Option<Finding> {
    matches!(error.fault, Fault::DuplicateKey { .. }).then(|| error.into())
}
