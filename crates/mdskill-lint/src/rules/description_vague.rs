//! SK212: `description` is short, or does not say when to use the skill.

use crate::diagnostic::Severity;
use crate::frontmatter::Field;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "SK212",
    name: "description-vague",
    severity: Severity::Info,
    // Off, because half of the public skills have no phrase that this rule recognises, and many
    // of them are clear.
    is_on: false,
    summary: "`description` is very short, or does not say when to use the skill",
    why: "The specification recommends saying what the skill does and when to use it, because an agent chooses only by the description; 13 of 2,672 public skills have fewer than 50 characters, and 1,333 do not say when.",
    example: "description: PDF tools",
    how_to_fix: "describe what the skill does, and add a sentence that begins with \"Use when\"",
    check: Check::Field("description", check),
    ..Rule::DEFAULT
};

/// Minimum number of characters to say both (the shortest public description has 34, the median
/// is 184).
const MIN_CHARS: usize = 50;

/// Words that say when: `Use when`, `whenever`, `if the user asks`, `triggers on`.
const HINTS: [&str; 14] = [
    "when",
    "whenever",
    "if",
    "before",
    "after",
    "during",
    "while",
    "trigger",
    "triggers",
    "triggered",
    "invoke",
    "use",
    "used",
    "useful",
];

fn check(_: &ParsedSkill<'_>, field: &Field) -> Option<Finding> {
    let text = field.value.text().filter(|text| !text.is_empty())?;
    Some(Finding::new(field.value_span, message(text)?))
}

fn message(text: &str) -> Option<String> {
    // The hints are English words, and fifty Chinese characters can be a full description.
    let letters = text.chars().filter(|c| c.is_alphabetic());
    let (english, other): (Vec<char>, Vec<char>) = letters.partition(char::is_ascii);
    if other.len() > english.len() {
        return None;
    }
    let count = text.chars().count();
    let length = (count < MIN_CHARS).then(|| format!("has only {count} characters"));
    let hint = (!says_when(text)).then(|| "does not say when to use the skill".to_owned());
    let problems: Vec<String> = length.into_iter().chain(hint).collect();
    (!problems.is_empty()).then(|| format!("`description` {}", problems.join(" and ")))
}

fn says_when(text: &str) -> bool {
    let words = text.split(|c: char| !c.is_ascii_alphabetic());
    words
        .into_iter()
        .any(|word| HINTS.iter().any(|hint| hint.eq_ignore_ascii_case(word)))
}

#[cfg(test)]
mod tests {
    use super::message;

    #[test]
    fn both_problems_are_in_one_message() {
        assert_eq!(
            message("PDF tools").as_deref(),
            Some("`description` has only 9 characters and does not say when to use the skill")
        );
        let long = "Reads PDF files and writes what is in them as text. ";
        assert_eq!(
            message(long).as_deref(),
            Some("`description` does not say when to use the skill")
        );
        assert_eq!(message(&format!("{long}Use when a PDF is given.")), None);
        assert_eq!(message("用于处理文档"), None);
    }
}
