//! SK112: `allowed-tools` is a list.

use crate::diagnostic::Severity;
use crate::frontmatter::Value;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Fixable, Rule};

/// See the module.
pub const RULE: Rule = Rule {
    code: "SK112",
    name: "allowed-tools-list",
    severity: Severity::Info,
    is_on: true,
    blocks_loading: false,
    summary: "`allowed-tools` is a list, not a text",
    why: "The specification has a text with spaces; some clients read a list, some do not; 11 of 205 skills with the field.",
    example: "allowed-tools: [Read, Grep]",
    mend: "write one text with spaces: `allowed-tools: Read Grep`",
    fixable: Fixable::No,
    check: Check::Skill(check),
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let field = skill.field("allowed-tools");
    let list = field.filter(|field| matches!(field.value, Value::List(_)));
    let finding = list.map(|field| {
        Finding::new(
            field.value_span,
            "`allowed-tools` is a list; the specification has a text with spaces",
            "write all tools as one text with spaces, as in `Read Grep`, unless only one client is meant",
        )
    });
    finding.into_iter().collect()
}
