//! SK409: `allowed-tools` grants all of `Bash`.

use crate::allowed_tools::{is_all, texts, words};
use crate::diagnostic::Severity;
use crate::frontmatter::Field;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Rule};
use crate::span::Span;

pub(crate) const RULE: Rule = Rule {
    code: "SK409",
    name: "all-of-bash",
    severity: Severity::Info,
    summary: "`allowed-tools` grants all of `Bash`",
    why: "Every command then runs without asking the user; 154 of 205 skills with the field have it.",
    example: "allowed-tools: Read Bash",
    how_to_fix: "grant only the commands that the skill needs: `Bash(git:*)`",
    check: Check::Field("allowed-tools", check),
    ..Rule::DEFAULT
};

fn check(skill: &ParsedSkill<'_>, field: &Field) -> Option<Finding> {
    if !texts(&field.value).any(|tools| find_all(tools).is_some()) {
        return None;
    }
    let span = match find_all(field.value_span.of(skill.skill_text())) {
        Some(word) => word.shifted(field.value_span.start),
        None => field.value_span,
    };
    let message =
        "`allowed-tools` grants all of `Bash`: every command runs without asking the user";
    Some(Finding::new(span, message))
}

/// Returns the first tool that is all of `Bash`.
fn find_all(tools: &str) -> Option<Span> {
    words(tools).find(|word| is_all(word.of(tools)))
}
