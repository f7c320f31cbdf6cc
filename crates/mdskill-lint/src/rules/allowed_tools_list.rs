//! SK112: `allowed-tools` is a list.

use crate::diagnostic::Severity;
use crate::frontmatter::Value;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "SK112",
    name: "allowed-tools-list",
    severity: Severity::Info,
    summary: "`allowed-tools` is a list, not a string",
    why: "The specification defines a space-separated string; some clients accept a list, and some do not; 11 of 205 skills with the field have a list.",
    example: "allowed-tools: [Read, Grep]",
    how_to_fix: "write one space-separated string: `allowed-tools: Read Grep`",
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let field = skill.field("allowed-tools");
    let list = field.filter(|field| matches!(field.value, Value::List(_)));
    let finding = list.map(|field| {
        Finding::new(
            field.value_span,
            "`allowed-tools` is a list; the specification defines a space-separated string",
            "write all tools as one space-separated string, as in `Read Grep`, unless the skill is for one client only",
        )
    });
    finding.into_iter().collect()
}
