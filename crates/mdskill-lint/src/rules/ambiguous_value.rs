//! SK109: a value without quotes that some parsers of YAML read as another type.

use crate::diagnostic::{Fix, Severity};
use crate::frontmatter::{Frontmatter, Value, quote};
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Fixable, Rule};
use crate::span::Span;

pub(crate) const RULE: Rule = Rule {
    code: "SK109",
    name: "ambiguous-value",
    severity: Severity::Warning,
    summary: "a date, `yes`, `no` or `1_000` without quotes in the place of a string",
    why: "YAML 1.1, which Python's and Ruby's parsers and many of JavaScript follow, reads it as a date, a boolean or a number: a client that expects a string shows something else or refuses the skill. 83 of 4,885 public skills have a date in `metadata`.",
    example: "metadata:\n  updated: 2026-03-06",
    how_to_fix: "put the value in quotes",
    fixable: Fixable::Safe,
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

/// Fields of the frontmatter that must be strings.
const STRINGS: [&str; 5] = [
    "name",
    "description",
    "license",
    "compatibility",
    "argument-hint",
];

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let fields = skill
        .frontmatter()
        .into_iter()
        .flat_map(Frontmatter::fields);
    for field in fields {
        if STRINGS.contains(&field.key.as_str()) {
            found.extend(ambiguous(skill, &field.key, &field.value, field.value_span));
        }
        if let (true, Value::Map(entries)) = (field.key == "metadata", &field.value) {
            let places = entries.iter().zip(&field.children);
            found.extend(places.filter_map(|((key, value), place)| {
                ambiguous(skill, &key.as_key()?, value, place.value_span)
            }));
        }
    }
    found
}

fn ambiguous(skill: &ParsedSkill<'_>, key: &str, value: &Value, span: Span) -> Option<Finding> {
    let written = span.of(skill.skill_text());
    // A text in quotes differs from what is written.
    let kind = kind(written).filter(|_| *value == Value::String(written.to_owned()))?;
    let message = format!("`{key}` is `{written}`, which YAML 1.1 reads as {kind}");
    let fix = Fix::safe("quote the value", span, quote(written));
    Some(Finding::new(span, message).with_fix(fix))
}

/// Returns the type that YAML 1.1 gives to a plain scalar and YAML 1.2 does not. Source:
/// <https://yaml.org/type/>.
fn kind(text: &str) -> Option<&'static str> {
    let is_number = |text: &str, more: &[char]| {
        let digits = text.trim_start_matches(['+', '-']);
        digits.starts_with(|c: char| c.is_ascii_digit())
            && digits
                .chars()
                .all(|c| c.is_ascii_digit() || more.contains(&c))
    };
    let is_boolean = ["yes", "no", "on", "off"]
        .iter()
        .any(|word| text.eq_ignore_ascii_case(word));
    if is_boolean {
        Some("a boolean")
    } else if is_date(text) {
        Some("a date")
    } else if is_number(text, &['_', '.']) && text.contains('_')
        || is_number(text, &[':']) && text.contains(':')
        || is_number(text, &[]) && text.trim_start_matches(['+', '-']).starts_with('0')
    {
        Some("a number")
    } else {
        None
    }
}

/// Whether a text is a date, with or without a time: `2026-03-06`, `2026-03-06 10:00:00`.
fn is_date(text: &str) -> bool {
    let date = text.split(['T', 't', ' ']).next().unwrap_or_default();
    let has_time = date.len() < text.len();
    let mut parts = date.split('-');
    let mut has_digits = |lengths: std::ops::RangeInclusive<usize>| {
        parts.next().is_some_and(|part| {
            lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    let is_date = has_digits(4..=4) && has_digits(1..=2) && has_digits(1..=2);
    let is_time = |c: char| c.is_ascii_digit() || " :.+-TtZ".contains(c);
    is_date && parts.next().is_none() && (!has_time || text.chars().all(is_time))
}

#[cfg(test)]
mod tests {
    use super::kind;

    #[test]
    fn values_that_only_yaml_1_1_converts_are_found() {
        for (text, expected) in [
            ("2026-03-06", "a date"),
            ("2026-3-6 10:00:00", "a date"),
            ("2026-03-06T10:00:00Z", "a date"),
            ("Yes", "a boolean"),
            ("off", "a boolean"),
            ("1_000", "a number"),
            ("12:30:00", "a number"),
            ("0777", "a number"),
        ] {
            assert_eq!(kind(text), Some(expected), "{text}");
        }
        for text in [
            "",
            "2026",
            "2026-03",
            "2026-03-06-notes",
            "v1_000",
            "1.2.3",
            "yes please",
            "a:1",
            "2026-03-06 and later",
            "1-2",
            "10-20-30",
        ] {
            assert_eq!(kind(text), None, "{text}");
        }
    }
}
