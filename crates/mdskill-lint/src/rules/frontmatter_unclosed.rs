//! SK102: the frontmatter has no closing `---`.

use crate::diagnostic::{Fix, Severity};
use crate::frontmatter::{Fault, FrontmatterError};
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Fixable, Rule};
use crate::span::Span;

pub(crate) const RULE: Rule = Rule {
    code: "SK102",
    name: "unclosed-frontmatter",
    severity: Severity::Error,
    blocks_loading: true,
    summary: "the frontmatter is never closed",
    why: "Clients read the whole file as frontmatter and skip the skill; 2 of 15,780 published versions.",
    example: "---\nname: pdf\n# PDF tools",
    how_to_fix: "add a line `---` between the last field and the Markdown",
    fixable: Fixable::Unsafe,
    check: Check::InvalidFrontmatter(check),
    ..Rule::DEFAULT
};

fn check(skill: &ParsedSkill<'_>, error: &FrontmatterError) -> Option<Finding> {
    match error.fault {
        Fault::Unclosed { closes_at, .. } => {
            let fix = closes_at.map(|at| close(skill.skill_text(), at));
            Some(Finding::from(error).with_fix(fix))
        }
        _ => None,
    }
}

/// Closes the frontmatter. The fix is unsafe, because the last line that looks like a field may be
/// part of the text.
fn close(text: &str, at: usize) -> Fix {
    let above = &text[..at];
    let end = match above.lines().next() {
        Some(first) if above[first.len()..].starts_with("\r\n") => "\r\n",
        _ => "\n",
    };
    let line = match above.ends_with('\n') {
        true => format!("---{end}"),
        false => format!("{end}---{end}"),
    };
    Fix::safe("close the frontmatter with `---`", Span::at(at), line).as_unsafe()
}
