//! [`Details`]: the fields of a frontmatter that describe a skill.

use serde::Serialize;

use crate::allowed_tools::{texts, words};
use crate::frontmatter;

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
}
