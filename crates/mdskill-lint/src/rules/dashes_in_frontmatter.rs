//! SK107: `---` inside the frontmatter.

use crate::diagnostic::Severity;
use crate::frontmatter;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Rule};
use crate::span::Span;

pub(crate) const RULE: Rule = Rule {
    code: "SK107",
    name: "dashes-in-frontmatter",
    severity: Severity::Warning,
    summary: "`---` inside a value of the frontmatter",
    why: "The reference checker, and tools that are built on it, end the frontmatter at the first `---`, even inside a string: the fields after it are lost.",
    example: "description: Reviews SQL --- locks first",
    how_to_fix: "write `-`, `--` or `—` instead",
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

const DASHES: &str = "---";

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let bytes = skill.skill_md.as_deref().unwrap_or_default();
    let finding = frontmatter::split(bytes).ok().and_then(|document| {
        let at = document.yaml_offset + document.yaml.find(DASHES)?;
        let message =
            "`---` inside the frontmatter: the reference checker ends the frontmatter here";
        Some(Finding::new(Span::new(at, at + DASHES.len()), message))
    });
    finding.into_iter().collect()
}
