//! A108: a text that the audit does not check.

use crate::diagnostic::Severity;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Rule};
use crate::span::Span;

pub(crate) const RULE: Rule = Rule {
    code: "A108",
    name: "unchecked-text",
    severity: Severity::Warning,
    summary: "a text that the audit does not check, or not as a whole",
    why: "The rules of the audit read the first 1 MiB of a text file in UTF-8, and 2,000 places of it, so that they end in time. The rest can contain anything that they would find. Of 1,947 public skills, 2 have one, of more than 1 MiB.",
    example: "scripts/run.ps1  (in UTF-16)",
    how_to_fix: "convert the file to UTF-8, or make it smaller; before you install it, review it yourself",
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let unchecked = skill.audit().unchecked().iter();
    let found = unchecked.map(|text| match text.after {
        Some(at) => Finding::in_file(&text.path, Span::at(at), text.reason),
        None => Finding::about(&text.path, text.reason),
    });
    found.collect()
}
