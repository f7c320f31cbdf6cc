//! SK406: characters that nobody sees.

use crate::SKILL_FILE;
use crate::diagnostic::{Fix, Severity};
use crate::invisible_chars::hidden_runs;
use crate::parsed_skill::{ParsedSkill, Role};
use crate::rule::{Check, Finding, Fixable, Rule};
use crate::span::Span;

/// See the module.
pub const RULE: Rule = Rule {
    code: "SK406",
    name: "hidden-characters",
    severity: Severity::Error,
    is_on: true,
    blocks_loading: false,
    summary: "bidi, tag or zero-width characters",
    why: "Nobody sees them, and agents read them: that is how instructions are smuggled in. Of 2,672 public skills, 3 have any.",
    example: "Ask first.\\u{e0064}\\u{e006f}",
    mend: "remove them",
    fixable: Fixable::Unsafe,
    check: Check::Skill(check),
};

/// Most characters of a hidden message that are told.
const MAX_TOLD: usize = 60;

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let others = skill.pages.iter().filter(|page| page.role != Role::SkillMd);
    let others = others.map(|page| (page.path, &*page.text));
    // Also when its frontmatter has no end, and it is no page.
    let texts = [(SKILL_FILE, skill.skill_text())].into_iter().chain(others);
    texts
        .flat_map(|(path, text)| {
            let runs = hidden_runs(text).into_iter();
            runs.map(move |run| finding(path, text, run))
        })
        .collect()
}

fn finding(path: &str, text: &str, run: Span) -> Finding {
    let hidden = run.of(text);
    let mut characters = hidden.chars();
    let first = characters.next().unwrap_or_default();
    let name = format!("U+{:04X} ({})", u32::from(first), kind(first));
    let mut message = match characters.count() {
        0 => format!("{name} is here, which nobody sees and agents read"),
        more => format!(
            "{} characters are here that nobody sees and agents read, the first {name}",
            more + 1
        ),
    };
    let told = spelled(hidden);
    if told.chars().count() > 1 {
        message = format!("{message}; they spell \"{told}\"");
    }
    let fix = Fix::safe("remove what nobody sees", run, "").as_unsafe();
    let finding = Finding::in_file(path, run, message, "").fixed_by(fix);
    match keeps_fence_from_being_one(text, run) {
        true => Finding {
            help: "remove it, and fence the block around with more backticks".to_owned(),
            ..finding.as_severe_as(Severity::Warning)
        },
        false => finding,
    }
}

/// Whether the character only stands before a fence to show it within another: all six that
/// public skills have do. Agents that copy the block copy a fence that is none.
fn keeps_fence_from_being_one(text: &str, run: Span) -> bool {
    let is_one = run.of(text).chars().count() == 1;
    let (before, after) = (&text[..run.start], &text[run.end..]);
    is_one
        && (before.is_empty() || before.ends_with('\n'))
        && (after.starts_with("```") || after.starts_with("~~~"))
}

/// Returns what tag characters spell: each stands for one of ASCII.
fn spelled(hidden: &str) -> String {
    let letters = hidden.chars().filter_map(|c| {
        let code = u32::from(c).checked_sub(0xe0000)?;
        char::from_u32(code).filter(|c| matches!(c, ' '..='~'))
    });
    letters.take(MAX_TOLD).collect()
}

fn kind(c: char) -> &'static str {
    match c {
        '\u{200e}' | '\u{200f}' | '\u{61c}' => "a mark of direction",
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => "turns the line around",
        '\u{e0000}'..='\u{e007f}' => "a tag character",
        '\u{feff}' => "a byte order mark within the text",
        _ => "of no width",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hidden_message_is_told() {
        let text = "x\u{e0068}\u{e0069}";
        let found = finding("SKILL.md", text, hidden_runs(text)[0]);
        assert!(
            found.message.contains("U+E0068 (a tag character)"),
            "{}",
            found.message
        );
        assert!(
            found.message.ends_with("they spell \"hi\""),
            "{}",
            found.message
        );
    }
}
