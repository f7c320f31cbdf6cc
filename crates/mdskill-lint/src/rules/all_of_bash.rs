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
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let field = skill.field("allowed-tools");
    let field = field.filter(|field| texts(&field.value).any(grants_all));
    let finding = field.map(|field| {
        let message =
            "`allowed-tools` grants all of `Bash`: every command runs without asking the user";
        Finding::new(place(field, skill.skill_text()), message, "")
    });
    finding.into_iter().collect()
}

fn grants_all(tools: &str) -> bool {
    words(tools).any(|word| is_all(word.of(tools)))
}

fn place(field: &Field, text: &str) -> Span {
    let written = field.value_span.of(text);
    let all = words(written).find(|word| is_all(word.of(written)));
    all.map_or(field.value_span, |word| {
        word.shifted(field.value_span.start)
    })
}
