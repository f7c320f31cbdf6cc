//! [`Target`]: a folder that skills are installed into.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use mdskill_lint::path::SkillPath;

/// A folder below a project's root, or below the person's home for `-g`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Target(String);

/// A folder that can't be a target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{path}` can't be a target: {reason}; write a folder inside the project, for example `.github/skills`"
)]
pub struct TargetError {
    path: String,
    reason: String,
}

impl Target {
    /// Returns the folder as text, with forward slashes.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Target {
    type Error = TargetError;

    fn try_from(text: String) -> Result<Self, TargetError> {
        text.parse()
    }
}

impl From<Target> for String {
    fn from(target: Target) -> Self {
        target.0
    }
}

impl FromStr for Target {
    type Err = TargetError;

    /// A hostile lockfile must not install outside of the project.
    fn from_str(text: &str) -> Result<Self, TargetError> {
        let refuse = |reason: String| TargetError {
            path: text.escape_debug().to_string(),
            reason,
        };
        let path = text
            .strip_prefix("./")
            .unwrap_or(text)
            .trim_end_matches('/');
        if path.starts_with('/') || path.split('/').any(|part| part == "..") {
            return Err(refuse("it lies outside of the project".to_owned()));
        }
        match SkillPath::parse(path) {
            Ok(path) => Ok(Self(path.as_str().to_owned())),
            Err(fault) => Err(refuse(fault.to_string())),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mdskill_lint::agents::{AGENTS, agent_folder};

    #[test]
    fn an_agents_folder_is_found_on_the_way() {
        let cases = [
            (".github/skills/pdf", Some(".github/skills")),
            ("a/.claude/skills", Some("a/.claude/skills")),
            ("skills/pdf", None),
            ("x.github/skills/pdf", None),
            (".github/skills-old/pdf", None),
        ];
        for (path, folder) in cases {
            assert_eq!(agent_folder(path), folder, "{path}");
        }
    }

    #[test]
    fn a_target_lies_inside() {
        assert_eq!(
            "./.github/skills/".parse::<Target>().unwrap().as_str(),
            ".github/skills"
        );
        for outside in ["", "/etc", "../x", "a/../../x", ".git/hooks", "a\\b"] {
            assert!(outside.parse::<Target>().is_err(), "{outside}");
        }
        for agent in AGENTS {
            assert!(agent.project.parse::<Target>().is_ok());
            assert!(agent.personal.parse::<Target>().is_ok());
        }
    }
}
