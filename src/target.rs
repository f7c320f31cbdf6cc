//! [`Target`]: a folder that skills are installed into.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use mdskill_lint::path::SkillPath;

/// A folder in a project, or in the user's home folder for `-g`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Target(String);

/// A path that can't be a target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid target `{path}`: {reason}")]
pub struct TargetError {
    path: String,
    reason: String,
}

impl Target {
    /// Returns the path, with forward slashes.
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

    /// Rejects paths that lead out of the project, because lockfiles come from others.
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
            return Err(refuse("it is outside of the project".to_owned()));
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
    fn agent_folder_is_found_in_a_path() {
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
    fn target_outside_of_the_project_is_rejected() {
        assert_eq!(
            "./.github/skills/".parse::<Target>().unwrap().as_str(),
            ".github/skills"
        );
        for outside in ["", "/etc", "../x", "a/../../x", ".git/hooks", "a\\b"] {
            assert!(outside.parse::<Target>().is_err(), "{outside}");
        }
        for agent in AGENTS {
            for folder in agent.project_folders().chain(agent.personal_folders()) {
                assert!(folder.parse::<Target>().is_ok());
            }
        }
    }
}
