//! SK112: `allowed-tools` is a list.

use crate::diagnostic::Severity;
use crate::frontmatter::Field;
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
    check: Check::Field("allowed-tools", check),
    ..Rule::DEFAULT
};

fn check(_: &ParsedSkill<'_>, field: &Field) -> Option<Finding> {
    matches!(field.value, Value::List(_)).then(|| {
        Finding::new(
            field.value_span,
            "`allowed-tools` is a list; the specification defines a space-separated string",
        )
        .with_help("write all tools as one space-separated string, as in `Read Grep`, unless the skill is for one client only")
    })
}
