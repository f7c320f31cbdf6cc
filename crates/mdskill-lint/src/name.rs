//! [`SkillName`]: the name a skill is installed under.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::path::{self, PathFault};

/// Longest `name` the specification allows, in characters.
///
/// Source: agentskills.io specification, "`name` field".
pub const MAX_NAME_CHARS: usize = 64;

/// A name that is safe as a folder on every platform.
///
/// Two doors lead in: [`SkillName::from_frontmatter`] takes only what the
/// specification allows; [`SkillName::from_folder`] also takes the names that
/// real repositories use (133 of 2,672 skills differ from the specification),
/// as long as every file system can hold them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SkillName(String);

/// Why a text is no skill name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// The specification's rules on `name` are broken; holds every reason.
    #[error("`{name}` is not a valid skill name: {}", reasons.join("; "))]
    Specification {
        /// The text as given.
        name: String,
        /// Each rule that it breaks, as a phrase.
        reasons: Vec<&'static str>,
    },
    /// The text can't be a folder on every platform.
    #[error("`{name}` can't be a folder name: {fault}")]
    Folder {
        /// The text as given.
        name: String,
        /// What is wrong with it.
        fault: PathFault,
    },
}

impl SkillName {
    /// Parses a `name` by the rules of the specification.
    ///
    /// # Errors
    /// [`NameError::Specification`] with every rule that is broken.
    pub fn from_frontmatter(name: &str) -> Result<Self, NameError> {
        let reasons = specification_faults(name);
        if reasons.is_empty() {
            // `con` and `aux` satisfy the specification and are no folders on Windows.
            return Self::from_folder(name);
        }
        Err(NameError::Specification {
            name: name.to_owned(),
            reasons,
        })
    }

    /// Takes any name that is a single portable folder.
    ///
    /// # Errors
    /// [`NameError::Folder`] when a platform could not hold the folder.
    pub fn from_folder(name: &str) -> Result<Self, NameError> {
        match path::component_fault(name) {
            None => Ok(Self(name.to_owned())),
            Some(fault) => Err(NameError::Folder {
                name: name.to_owned(),
                fault,
            }),
        }
    }

    /// Returns the name with a number behind it, for the trash: as long as any may be.
    #[must_use]
    pub fn numbered(&self, number: u32) -> Self {
        let kept: String = self.0.chars().take(MAX_NAME_CHARS).collect();
        let text = format!("{}-{number}", kept.trim_end_matches(['.', ' ']));
        // Too many bytes for a folder can only come of characters of several.
        Self::from_folder(&text).unwrap_or_else(|_| Self(format!("skill-{number}")))
    }

    /// Returns the name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns every rule of the specification that `name` breaks, as phrases.
///
/// Source: agentskills.io specification, "`name` field": 1-64 characters, only
/// `a-z`, `0-9` and `-`, no hyphen first or last, no two in a row.
#[must_use]
pub fn specification_faults(name: &str) -> Vec<&'static str> {
    let mut reasons = Vec::new();
    if name.is_empty() {
        reasons.push("it is empty");
        return reasons;
    }
    if name.chars().count() > MAX_NAME_CHARS {
        reasons.push("it has more than 64 characters");
    }
    if name.chars().any(char::is_uppercase) {
        reasons.push("it has capital letters");
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if !name.chars().all(|c| allowed(c) || c.is_uppercase()) {
        reasons.push("only `a-z`, `0-9` and `-` are allowed");
    }
    if name.starts_with('-') || name.ends_with('-') {
        reasons.push("it starts or ends with `-`");
    }
    if name.contains("--") {
        reasons.push("it has `--`");
    }
    reasons
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
    fn the_specification_names_every_reason() {
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
    fn a_folder_name_is_wider_than_the_specification_but_never_climbs() {
        assert!(SkillName::from_folder("Ahrefs Automation").is_ok());
        assert!(SkillName::from_frontmatter("Ahrefs Automation").is_err());
        for hostile in ["..", ".", "a/b", "a\\b", ".git", "con", "a\u{1b}b", ""] {
            assert!(SkillName::from_folder(hostile).is_err(), "{hostile:?}");
        }
    }

    #[test]
    fn a_windows_device_is_refused_though_the_specification_allows_it() {
        assert!(SkillName::from_frontmatter("aux").is_err());
    }
}
