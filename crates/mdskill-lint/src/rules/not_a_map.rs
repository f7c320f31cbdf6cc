//! SK105: the frontmatter is not a map.

use crate::diagnostic::Severity;
use crate::frontmatter::{Fault, FrontmatterError};
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "SK105",
    name: "not-a-map",
    severity: Severity::Error,
    blocks_loading: true,
    summary: "the frontmatter is not a map",
    why: "The specification requires keys and values, at least `name` and `description`; clients skip a skill without both.",
    example: "---\n- pdf\n---",
    how_to_fix: "write one `key: value` per line",
    check: Check::InvalidFrontmatter(check),
    ..Rule::DEFAULT
};

fn check(_: &ParsedSkill<'_>, error: &FrontmatterError) -> Option<Finding> {
    matches!(error.fault, Fault::NotAMap { .. }).then(|| error.into())
}
