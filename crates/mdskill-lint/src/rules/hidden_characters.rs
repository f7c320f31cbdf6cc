//! SK406: invisible characters.

use crate::SKILL_FILE;
use crate::diagnostic::{Fix, Severity};
use crate::invisible_chars::{hidden_runs, is_deceptive};
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Fixable, Rule};
use crate::span::Span;

pub(crate) const RULE: Rule = Rule {
    code: "SK406",
    name: "hidden-characters",
    severity: Severity::Error,
    summary: "bidi, tag or zero-width characters",
    why: "They are invisible to people, but agents read them, so they can hide instructions. Of 2,672 public skills, 3 have any, and all are of zero width. A skill with tag characters, variation selectors that encode text, or characters that change the text direction, also in a script, is refused.",
    example: "Ask first.\\u{e0064}\\u{e006f}",
    how_to_fix: "remove the characters",
    fixable: Fixable::Unsafe,
    refuses: true,
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

/// Maximum number of characters of a hidden message that are shown.
const MAX_SHOWN: usize = 60;

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let texts = skill.audit().texts(skill);
    texts
        .flat_map(|(path, text)| {
            let is_page = path == SKILL_FILE || skill.page(path).is_some();
            let runs = hidden_runs(text).into_iter();
            // In a script, the other characters can be needed to process text.
            let runs = runs.filter(move |run| is_page || run.of(text).contains(is_deceptive));
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
        0 => format!("invisible character {name}: agents read it, people do not see it"),
        more => format!(
            "{} invisible characters, the first is {name}: agents read them, people do not see them",
            more + 1
        ),
    };
    let spelled = spelled(hidden);
    if spelled.chars().count() > 1 {
        message = format!("{message}; they spell \"{spelled}\"");
    }
    let fix = Fix::safe("remove the invisible characters", run, "").as_unsafe();
    let finding = Finding::in_file(path, run, message).with_fix(fix);
    if hidden.contains(is_deceptive) {
        return finding.refusing();
    }
    if escapes_code_fence(text, run) {
        let help = "remove it, and use more backticks for the outer block";
        return finding.with_help(help).with_severity(Severity::Warning);
    }
    finding
}

/// Whether the character only escapes a code fence inside another block, as all six in public
/// skills do. Agents that copy the block copy a broken fence.
fn escapes_code_fence(text: &str, run: Span) -> bool {
    let is_one = run.of(text).chars().count() == 1;
    let (before, after) = (&text[..run.start], &text[run.end..]);
    is_one
        && (before.is_empty() || before.ends_with('\n'))
        && (after.starts_with("```") || after.starts_with("~~~"))
}

/// Returns the text that tag characters spell: each encodes one ASCII character.
fn spelled(hidden: &str) -> String {
    let letters = hidden.chars().filter_map(|c| {
        let code = u32::from(c).checked_sub(0xe0000)?;
        char::from_u32(code).filter(|c| matches!(c, ' '..='~'))
    });
    letters.take(MAX_SHOWN).collect()
}

fn kind(c: char) -> &'static str {
    match c {
        '\u{200e}' | '\u{200f}' | '\u{61c}' => "a direction mark",
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => "changes the text direction",
        '\u{e0000}'..='\u{e007f}' => "a tag character",
        '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => "a variation selector",
        '\u{feff}' => "a byte order mark inside the text",
        _ => "zero width",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_message_is_shown() {
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
