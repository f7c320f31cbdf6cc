//! A302: a key or a token.

use crate::audit::{Topic, secrets};
use crate::diagnostic::Severity;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Rule};
use crate::span::Span;

pub(crate) const RULE: Rule = Rule {
    code: "A302",
    name: "secret",
    severity: Severity::Warning,
    summary: "a private key or an access token",
    why: "Everyone who installs the skill has it, and an agent may use it or send it. Of 2,868 public skills, 1 has one.",
    example: "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw…",
    how_to_fix: "revoke it, and read it from the environment",
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

/// Bytes that are read after the prefix of a secret.
const LONGEST: usize = 400;

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let places = skill.audit().places(skill, Topic::Secret);
    let found = places.filter_map(|place| {
        let (text, span) = (place.text, place.span);
        let is_word = text[..span.start].ends_with(|c: char| c.is_ascii_alphanumeric());
        let to = text.floor_char_boundary(span.end.saturating_add(LONGEST));
        secrets::length(span.of(text), &text[span.end..to]).filter(|_| !is_word)?;
        // The secret itself is not marked, and so not shown more than needed.
        let message = "this has the form of a secret";
        Some(place.finding(Span::new(span.start, span.end), message))
    });
    found.collect()
}
