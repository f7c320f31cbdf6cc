//! SK114: `metadata` is not a map of texts.

use crate::diagnostic::{Fix, Severity};
use crate::frontmatter::{Child, Field, Value, quote};
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Fixable, Rule};

/// See the module.
pub const RULE: Rule = Rule {
    code: "SK114",
    name: "metadata",
    severity: Severity::Error,
    is_on: true,
    blocks_loading: false,
    summary: "`metadata` is not a map, or has a value that is not a text",
    why: "The specification maps texts to texts. A client that reads types skips a skill whose `metadata` is no map; 167 of 651 skills with the field have other values. A `metadata` that is no map is an error, a value that is no text a warning.",
    example: "metadata:\n  version: 1.0",
    mend: "write one `key: \"value\"` a line, every value in quotes",
    fixable: Fixable::Safe,
    check: Check::Skill(check),
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let Some(field) = skill.field("metadata") else {
        return Vec::new();
    };
    match &field.value {
        // `metadata:` without a value says nothing, and breaks nothing.
        Value::Null => Vec::new(),
        Value::Map(entries) => values_that_are_no_texts(skill.skill_text(), field, entries),
        other => vec![Finding::new(
            field.value_span,
            format!("`metadata` is {}, not a map", other.kind()),
            "write one `key: \"value\"` a line below it, indented",
        )],
    }
}

fn values_that_are_no_texts(
    skill: &str,
    field: &Field,
    entries: &[(Value, Value)],
) -> Vec<Finding> {
    let entries = entries.iter().enumerate();
    let others = entries.filter(|(_, (_, value))| value.text().is_none());
    let finding = |(at, (key, value)): (usize, &(Value, Value))| {
        let key = key.as_key().unwrap_or_default();
        let child = field.children.get(at);
        let message = format!(
            "`metadata` maps texts to texts, but `{key}` is {}",
            value.kind()
        );
        let help = match value {
            Value::List(_) | Value::Map(_) => "write it as one text in quotes",
            _ => "put the value in quotes",
        };
        let span = child.map_or(field.value_span, |child| child.value_span);
        let finding = Finding::new(span, message, help).as_severe_as(Severity::Warning);
        match child.and_then(|child| quoting(skill, child, value)) {
            Some(fix) => finding.fixed_by(fix),
            None => finding,
        }
    };
    others.map(finding).collect()
}

/// Quotes a scalar as it is written: `1.10` is a version, and the number is `1.1`.
fn quoting(skill: &str, child: &Child, value: &Value) -> Option<Fix> {
    let written = child.value_span.of(skill);
    let is_scalar = !matches!(value, Value::List(_) | Value::Map(_));
    let is_plain = child.value_span != child.key_span && !written.starts_with(['&', '*', '!']);
    (is_scalar && is_plain).then(|| Fix::safe("quote the value", child.value_span, quote(written)))
}
