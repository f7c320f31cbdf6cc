//! [`Details`]: the fields of a frontmatter that describe a skill.

use serde::Serialize;

use crate::allowed_tools::{texts, words};
use crate::frontmatter;

/// Abbreviations whose point ends no sentence.
const ABBREVIATIONS: [&str; 6] = ["e.g.", "i.e.", "etc.", "vs.", "approx.", "incl."];

/// The fields of a frontmatter that describe a skill; empty if it is invalid.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Details {
    /// The description.
    pub description: Option<String>,
    /// The license.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// The requirements of the skill.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compatibility: Option<String>,
    /// The tools that the agent may use without confirmation, as written.
    pub allowed_tools: Vec<String>,
}

impl Details {
    /// Reads the details in a SKILL.md.
    #[must_use]
    pub fn read(text: &[u8]) -> Self {
        let Ok(frontmatter) = frontmatter::parse(text) else {
            return Self::default();
        };
        let text_of = |key| {
            let text = frontmatter.field(key)?.value.text()?;
            (!text.is_empty()).then(|| text.to_owned())
        };
        let tools = frontmatter.field("allowed-tools");
        let tools = tools.into_iter().flat_map(|field| texts(&field.value));
        let tools = tools.flat_map(|tools| words(tools).map(|word| word.of(tools).to_owned()));
        Self {
            description: text_of("description"),
            license: text_of("license"),
            compatibility: text_of("compatibility"),
            allowed_tools: tools.filter(|tool| tool != "-").collect(),
        }
    }
}

/// Splits a text after its first sentence.
#[must_use]
pub fn first_sentence(text: &str) -> (&str, &str) {
    let text = text.trim();
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        let is_last = match c {
            '\u{3002}' => true,
            '.' | '!' | '?' => {
                let next = text[end..].chars().next();
                let word = text[..end].split_whitespace().next_back();
                let is_short = |word: &str| {
                    let word = word.trim_start_matches(['(', '[']).to_lowercase();
                    ABBREVIATIONS.contains(&&*word) || word.len() <= 2
                };
                next.is_some_and(char::is_whitespace) && !word.is_some_and(is_short)
            }
            _ => false,
        };
        if is_last {
            return (&text[..end], text[end..].trim_start());
        }
    }
    (text, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_are_read_in_every_form() {
        let details = Details::read(
            b"---\nname: a\ndescription: D\nlicense: MIT\ncompatibility: ''\nallowed-tools: Read, Bash(git add:*)\n---\n",
        );
        assert_eq!(
            details,
            Details {
                description: Some("D".to_owned()),
                license: Some("MIT".to_owned()),
                compatibility: None,
                allowed_tools: vec!["Read".to_owned(), "Bash(git add:*)".to_owned()],
            }
        );
        let list = Details::read(b"---\nallowed-tools:\n  - Read\n  - Bash\n---\n");
        assert_eq!(list.allowed_tools, ["Read", "Bash"]);
        assert_eq!(Details::read(b"---\nname: a: b\n---\n"), Details::default());
    }

    #[test]
    fn first_sentence_ends_at_a_point_before_a_space() {
        for (first, rest) in [
            ("Reads PDF files.", "Use it for forms."),
            ("Works with a.py, v1.2, e.g. Python, and Node.js.", "More."),
            ("Is it one?", "Yes"),
            ("No point at the end", ""),
            ("", ""),
        ] {
            assert_eq!(first_sentence(&format!("{first} {rest}")), (first, rest));
        }
        assert_eq!(first_sentence("技能。更多"), ("技能。", "更多"));
    }
}
