//! SK117: a client's field has a value of another type.

use crate::diagnostic::{Fix, Severity};
use crate::frontmatter::{Field, Value, quote};
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Fixable, Rule};

/// See the module.
pub const RULE: Rule = Rule {
    code: "SK117",
    name: "field-type",
    severity: Severity::Warning,
    is_on: true,
    blocks_loading: false,
    summary: "`argument-hint` is not a text, or a switch neither true nor false",
    why: "Brackets make a list: 3 of 27 public hints are one, and a client that wants a text shows nothing or refuses the file.",
    example: "argument-hint: [file]",
    mend: "quote the hint; write `true` or `false` for a switch",
    fixable: Fixable::Safe,
    check: Check::Skill(check),
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let hint = skill.field("argument-hint");
    let hint = hint.and_then(|field| not_a_text(skill.skill_text(), field));
    let switches = ["user-invocable", "disable-model-invocation"];
    let switches = switches.iter().filter_map(|key| skill.field(key));
    hint.into_iter()
        .chain(switches.filter_map(|field| not_a_switch(skill.skill_text(), field)))
        .collect()
}

fn not_a_text(skill: &str, field: &Field) -> Option<Finding> {
    if matches!(field.value, Value::String(_) | Value::Null) {
        return None;
    }
    let finding = Finding::new(
        field.value_span,
        format!("`argument-hint` is {}, not a text", field.value.kind()),
        "put the whole hint in quotes",
    );
    let written = field.value_span.of(skill);
    let is_in_lines =
        matches!(field.value, Value::List(_) | Value::Map(_)) && !written.starts_with(['[', '{']);
    let is_one_text =
        !is_in_lines && !written.starts_with(['&', '*', '!']) && !written.contains('\n');
    Some(match is_one_text {
        true => finding.fixed_by(Fix::safe(
            "quote the hint",
            field.value_span,
            quote(written),
        )),
        false => finding,
    })
}

fn not_a_switch(skill: &str, field: &Field) -> Option<Finding> {
    if matches!(field.value, Value::Bool(_)) {
        return None;
    }
    let finding = Finding::new(
        field.value_span,
        match field.value.kind() {
            "empty" => format!("`{}` is empty", field.key),
            kind => format!("`{}` is {kind}, not true or false", field.key),
        },
        "write `true` or `false`, without quotes",
    );
    // An anchor is not to be lost: an alias may need it.
    let is_anchored = field.value_span.of(skill).starts_with(['&', '*']);
    let text = field.value.text().filter(|_| !is_anchored);
    let meant = text.and_then(meaning_of);
    Some(match meant {
        Some(meant) => finding.fixed_by(Fix::safe(
            format!("write `{meant}`"),
            field.value_span,
            meant.to_string(),
        )),
        None => finding,
    })
}

/// Returns what a text says that stands for a switch: YAML 1.1 had six words for two.
fn meaning_of(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => Some(true),
        "false" | "no" | "off" => Some(false),
        _ => None,
    }
}
