//! SK105: the frontmatter is not a map.

use crate::diagnostic::Severity;
use crate::frontmatter::Fault;
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
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let error = skill.frontmatter_error();
    let error = error.filter(|error| matches!(error.fault, Fault::NotAMap { .. }));
    error.map(Finding::from).into_iter().collect()
}
