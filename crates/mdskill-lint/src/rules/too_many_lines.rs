//! SK402: `SKILL.md` has more than 500 lines.

use crate::diagnostic::Severity;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Rule};
use crate::span::Span;

pub(crate) const RULE: Rule = Rule {
    code: "SK402",
    name: "too-many-lines",
    severity: Severity::Warning,
    summary: "`SKILL.md` has more than 500 lines",
    why: "The specification recommends fewer, because the agent reads all of them each time; 117 of 2,672 public skills have more.",
    example: "a SKILL.md of 700 lines",
    how_to_fix: "move rarely needed parts to files in `references/`, and link to them",
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

/// Maximum number of lines. Source: specification, "Progressive disclosure".
const MAX_LINES: usize = 500;

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let finding = skill.skill_page().and_then(|page| {
        let mut ends = memchr::memchr_iter(b'\n', page.text.as_bytes());
        let within = ends.nth(MAX_LINES - 1)? + 1;
        let over = page.text[within..].lines().next()?;
        let lines = page.text.lines().count();
        let message = format!(
            "`SKILL.md` has {lines} lines; the specification recommends at most {MAX_LINES}"
        );
        Some(Finding::new(
            Span::new(within, within + over.len()),
            message,
        ))
    });
    finding.into_iter().collect()
}
