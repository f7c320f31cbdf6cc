//! SK114: `metadata` is not a map of texts.

use crate::diagnostic::Severity;
use crate::skill::frontmatter::{Field, Value};
use crate::validate::context::Context;
use crate::validate::rule::{Check, Finding, Fixable, Rule};

/// See the module.
pub const RULE: Rule = Rule {
    code: "SK114",
    name: "metadata",
    severity: Severity::Error,
    is_on: true,
    blocks_loading: false,
    summary: "`metadata` is not a map, or has a value that is not a text",
    why: "The specification maps texts to texts. A client that reads types skips a skill whose `metadata` is no map; 167 of 651 skills with the field have other values.",
    example: "metadata:\n  version: 1.0",
    mend: "write one `key: \"value\"` a line, every value in quotes",
    fixable: Fixable::No,
    check: Check::Skill(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let finding = context
        .field("metadata")
        .and_then(|field| match &field.value {
            // `metadata:` without a value says nothing, and breaks nothing.
            Value::Null => None,
            Value::Map(entries) => values_that_are_no_texts(field, entries),
            other => Some(Finding::new(
                field.value_span,
                format!("`metadata` is {}, not a map", other.kind()),
                "write one `key: \"value\"` a line below it, indented",
            )),
        });
    finding.into_iter().collect()
}

fn values_that_are_no_texts(field: &Field, entries: &[(Value, Value)]) -> Option<Finding> {
    let others = entries.iter().filter(|(_, value)| value.text().is_none());
    let phrase = |(key, value): &(Value, Value)| {
        let key = key.as_key().unwrap_or_default();
        format!("`{key}` is {}", value.kind())
    };
    let phrases: Vec<String> = others.map(phrase).collect();
    (!phrases.is_empty()).then(|| Finding {
        severity: Some(Severity::Warning),
        ..Finding::new(
            field.value_span,
            format!("`metadata` maps texts to texts, but {}", phrases.join(", ")),
            "put the value in quotes; write a list as one text",
        )
    })
}
