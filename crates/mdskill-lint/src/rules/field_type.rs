//! SK117: a client's field has a value of the wrong type.

use crate::diagnostic::{Fix, Severity};
use crate::frontmatter::{Field, Value, quote};
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Fixable, Rule};
use crate::string_field;

pub(crate) const RULE: Rule = Rule {
    code: "SK117",
    name: "field-type",
    severity: Severity::Warning,
    summary: "`argument-hint` is not a string, or a boolean field is not true or false",
    why: "Brackets make a list: 3 of 27 public hints are lists, and a client that expects a string shows nothing or refuses the file.",
    example: "argument-hint: [file]",
    how_to_fix: "quote the hint; write `true` or `false` for a boolean field",
    fixable: Fixable::Safe,
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let hint = skill.field("argument-hint");
    let hint = hint.and_then(|field| not_a_string(skill.skill_text(), field));
    let booleans = ["user-invocable", "disable-model-invocation"];
    let booleans = booleans.iter().filter_map(|key| skill.field(key));
    hint.into_iter()
        .chain(booleans.filter_map(|field| not_a_boolean(skill.skill_text(), field)))
        .collect()
}

fn not_a_string(skill: &str, field: &Field) -> Option<Finding> {
    if matches!(field.value, Value::String(_) | Value::Null) {
        return None;
    }
    let message = string_field::not_a_string(field)?;
    let written = field.value_span.of(skill);
    let is_in_lines =
        matches!(field.value, Value::List(_) | Value::Map(_)) && !written.starts_with(['[', '{']);
    let is_one_text =
        !is_in_lines && !written.starts_with(['&', '*', '!']) && !written.contains('\n');
    let fix = is_one_text.then(|| Fix::safe("quote the hint", field.value_span, quote(written)));
    let finding = Finding::new(field.value_span, message).with_fix(fix);
    Some(finding.with_help("put the whole hint in quotes"))
}

fn not_a_boolean(skill: &str, field: &Field) -> Option<Finding> {
    if matches!(field.value, Value::Bool(_)) {
        return None;
    }
    let message = match field.value.kind() {
        "empty" => format!("`{}` is empty", field.key),
        kind => format!("`{}` is {kind}, not true or false", field.key),
    };
    // Keep an anchor, because an alias may refer to it.
    let is_anchored = field.value_span.of(skill).starts_with(['&', '*']);
    let text = field.value.text().filter(|_| !is_anchored);
    let fix = text.and_then(parse_bool).map(|value| {
        let title = format!("write `{value}`");
        Fix::safe(title, field.value_span, value.to_string())
    });
    let finding = Finding::new(field.value_span, message).with_fix(fix);
    Some(finding.with_help("write `true` or `false`, without quotes"))
}

/// Parses a string as a boolean. YAML 1.1 has three words for each value.
fn parse_bool(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => Some(true),
        "false" | "no" | "off" => Some(false),
        _ => None,
    }
}
