//! SK114: `metadata` is not a map of strings.

use crate::diagnostic::{Fix, Severity};
use crate::frontmatter::{Child, Field, Value, quote};
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Fixable, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "SK114",
    name: "metadata",
    severity: Severity::Error,
    summary: "`metadata` is not a map, or has a value that is not a string",
    why: "The specification maps strings to strings. A client that checks types skips a skill whose `metadata` is not a map; 167 of 651 skills with the field have other values. Another type than a map is an error, and a value that is not a string is a warning.",
    example: "metadata:\n  version: 1.0",
    how_to_fix: "write one `key: \"value\"` per line, every value in quotes",
    fixable: Fixable::Safe,
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let Some(field) = skill.field("metadata") else {
        return Vec::new();
    };
    match &field.value {
        // `metadata:` without a value is harmless.
        Value::Null => Vec::new(),
        Value::Map(entries) => non_string_values(skill.skill_text(), field, entries),
        other => {
            let message = format!("`metadata` is {}, not a map", other.kind());
            let help = "write one indented `key: \"value\"` per line below it";
            vec![Finding::new(field.value_span, message).with_help(help)]
        }
    }
}

fn non_string_values(skill: &str, field: &Field, entries: &[(Value, Value)]) -> Vec<Finding> {
    let entries = entries.iter().enumerate();
    let others = entries.filter(|(_, (_, value))| value.text().is_none());
    let finding = |(at, (key, value)): (usize, &(Value, Value))| {
        let key = key.as_key().unwrap_or_default();
        let child = field.children.get(at);
        let message = format!(
            "`metadata` maps strings to strings, but `{key}` is {}",
            value.kind()
        );
        let help = match value {
            Value::List(_) | Value::Map(_) => "write it as one quoted string",
            _ => "quote the value",
        };
        let span = child.map_or(field.value_span, |child| child.value_span);
        Finding::new(span, message)
            .with_help(help)
            .with_severity(Severity::Warning)
            .with_fix(child.and_then(|child| quoting(skill, child, value)))
    };
    others.map(finding).collect()
}

/// Quotes a scalar as it is written, because the version `1.10` is parsed as the number `1.1`.
fn quoting(skill: &str, child: &Child, value: &Value) -> Option<Fix> {
    let written = child.value_span.of(skill);
    let is_scalar = !matches!(value, Value::List(_) | Value::Map(_));
    let is_plain = child.value_span != child.key_span && !written.starts_with(['&', '*', '!']);
    (is_scalar && is_plain).then(|| Fix::safe("quote the value", child.value_span, quote(written)))
}
