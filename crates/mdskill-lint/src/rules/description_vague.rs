//! SK212: `description` is short, or does not say when to use the skill.

use crate::diagnostic::Severity;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Fixable, Rule};

/// See the module.
pub const RULE: Rule = Rule {
    code: "SK212",
    name: "description-vague",
    severity: Severity::Info,
    // Half of the public skills have no hint that a machine sees, and many of them are clear.
    is_on: false,
    blocks_loading: false,
    summary: "`description` is very short, or does not say when to use the skill",
    why: "The specification recommends saying what the skill does and when to use it, as an agent chooses by nothing else; 13 of 2,672 public skills have under 50 characters, 1,333 no hint when.",
    example: "description: PDF tools",
    mend: "say what the skill does and add a sentence that begins with \"Use when\"",
    fixable: Fixable::No,
    check: Check::Skill(check),
};

/// Fewest characters that can hold both (the least public description has 34, the median 184).
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

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let finding = skill.field("description").and_then(|field| {
        let text = field.value.text().filter(|text| !text.is_empty())?;
        let message = message(text)?;
        Some(Finding::new(field.value_span, message, RULE.mend))
    });
    finding.into_iter().collect()
}

fn message(text: &str) -> Option<String> {
    // The words are English ones, and fifty Chinese characters say a lot.
    let letters = text.chars().filter(|c| c.is_alphabetic());
    let (english, other): (Vec<char>, Vec<char>) = letters.partition(char::is_ascii);
    if other.len() > english.len() {
        return None;
    }
    let count = text.chars().count();
    let length = (count < MIN_CHARS).then(|| format!("has only {count} characters"));
    let hint = (!says_when(text)).then(|| "does not say when to use the skill".to_owned());
    let faults: Vec<String> = length.into_iter().chain(hint).collect();
    (!faults.is_empty()).then(|| format!("`description` {}", faults.join(" and ")))
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
    fn both_faults_are_one_message() {
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
