//! [`SkillName`]: the name of an installed skill, which is also the name of its folder.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::path::{self, PathFault};

/// Maximum length of `name` in characters.
///
/// Source: agentskills.io specification, "`name` field".
const MAX_NAME_CHARS: usize = 64;

/// A name that is valid as a folder on every platform.
///
/// [`SkillName::from_frontmatter`] accepts only names that the specification allows.
/// [`SkillName::from_folder`] also accepts other portable names, because 133 of 2,672 public skills
/// differ from the specification.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SkillName(String);

/// The error for an invalid name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// The name violates the specification.
    #[error("`{name}` is not a valid skill name: {}", reasons.join("; "))]
    Specification {
        /// The invalid name.
        name: String,
        /// The violated rules, as phrases.
        reasons: Vec<&'static str>,
    },
    /// The name cannot be a folder on every platform.
    #[error("`{name}` can't be a folder name: {fault}")]
    Folder {
        /// The invalid name.
        name: String,
        /// The reason.
        fault: PathFault,
    },
}

impl SkillName {
    /// Parses a `name` by the rules of the specification.
    ///
    /// # Errors
    /// The name violates the specification, or cannot be a folder.
    pub fn from_frontmatter(name: &str) -> Result<Self, NameError> {
        let reasons = specification_faults(name);
        if reasons.is_empty() {
            // `con` and `aux` satisfy the specification, but cannot be folders on Windows.
            return Self::from_folder(name);
        }
        Err(NameError::Specification {
            name: name.to_owned(),
            reasons,
        })
    }

    /// Accepts any name that can be a folder on every platform.
    ///
    /// # Errors
    /// The name cannot be a folder on some platform.
    pub fn from_folder(name: &str) -> Result<Self, NameError> {
        match path::component_fault(name) {
            None => Ok(Self(name.to_owned())),
            Some(fault) => Err(NameError::Folder {
                name: name.to_owned(),
                fault,
            }),
        }
    }

    /// Returns the name with a number appended, for the trash. A long name is cut.
    #[must_use]
    pub fn numbered(&self, number: u32) -> Self {
        let kept: String = self.0.chars().take(MAX_NAME_CHARS).collect();
        let text = format!("{}-{number}", kept.trim_end_matches(['.', ' ']));
        // Characters of several bytes can exceed the limit of a folder.
        Self::from_folder(&text).unwrap_or_else(|_| Self(format!("skill-{number}")))
    }

    /// Returns the name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns the rules of the specification that `name` violates, as phrases.
///
/// Source: agentskills.io specification, "`name` field": 1-64 characters, only
/// `a-z`, `0-9` and `-`, no hyphen first or last, no two in a row.
pub(crate) fn specification_faults(name: &str) -> Vec<&'static str> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c.is_uppercase();
    let rules = [
        (name.is_empty(), "it is empty"),
        (
            name.chars().count() > MAX_NAME_CHARS,
            "it has more than 64 characters",
        ),
        (
            name.chars().any(char::is_uppercase),
            "it has capital letters",
        ),
        (
            !name.chars().all(is_allowed),
            "only `a-z`, `0-9` and `-` are allowed",
        ),
        (
            name.starts_with('-') || name.ends_with('-'),
            "it starts or ends with `-`",
        ),
        (name.contains("--"), "it has `--`"),
    ];
    let violated = rules.into_iter().filter(|(is_violated, _)| *is_violated);
    violated.map(|(_, reason)| reason).collect()
}

impl fmt::Display for SkillName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for SkillName {
    type Error = NameError;

    fn try_from(name: String) -> Result<Self, NameError> {
        Self::from_folder(&name)
    }
}

impl From<SkillName> for String {
    fn from(name: SkillName) -> Self {
        name.0
    }
}

impl FromStr for SkillName {
    type Err = NameError;

    fn from_str(name: &str) -> Result<Self, NameError> {
        Self::from_folder(name)
    }
}

impl AsRef<str> for SkillName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl AsRef<std::path::Path> for SkillName {
    fn as_ref(&self) -> &std::path::Path {
        std::path::Path::new(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_violated_rule_is_a_reason() {
        assert_eq!(specification_faults("pdf-2"), Vec::<&str>::new());
        assert_eq!(
            specification_faults("-Bad--näme-").len(),
            4,
            "capitals, characters, edge and double hyphen"
        );
        assert_eq!(
            specification_faults(&"a".repeat(65)),
            ["it has more than 64 characters"]
        );
        assert_eq!(specification_faults(""), ["it is empty"]);
    }

    #[test]
    fn folder_name_is_less_strict_but_never_a_path() {
        assert!(SkillName::from_folder("Ahrefs Automation").is_ok());
        assert!(SkillName::from_frontmatter("Ahrefs Automation").is_err());
        for hostile in ["..", ".", "a/b", "a\\b", ".git", "con", "a\u{1b}b", ""] {
            assert!(SkillName::from_folder(hostile).is_err(), "{hostile:?}");
        }
    }

    #[test]
    fn windows_device_is_refused() {
        assert!(SkillName::from_frontmatter("aux").is_err());
    }
}
