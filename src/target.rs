//! [`Target`]: a folder that skills are installed into; [`AGENTS`]: whose it is.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::path::SkillPath;

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

/// A coding agent, and where it looks for skills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agent {
    /// Its name for `--agent`.
    pub id: &'static str,
    /// Its folder in a project.
    pub project: &'static str,
    /// Its folder below the home.
    pub personal: &'static str,
}

/// The agents, with the folders that each documents in its manual.
pub const AGENTS: &[Agent] = &[
    agent("copilot", ".github/skills", ".copilot/skills"),
    agent("claude", ".claude/skills", ".claude/skills"),
    agent("agents", ".agents/skills", ".agents/skills"),
    agent("codex", ".codex/skills", ".codex/skills"),
    agent("cursor", ".cursor/skills", ".cursor/skills"),
];

const fn agent(id: &'static str, project: &'static str, personal: &'static str) -> Agent {
    Agent {
        id,
        project,
        personal,
    }
}

impl Agent {
    /// Returns the agent of this name.
    #[must_use]
    pub fn find(id: &str) -> Option<&'static Self> {
        AGENTS.iter().find(|agent| agent.id == id)
    }
}

/// Returns the part of a path, with forward slashes, that is a folder in which an agent looks
/// for skills; nothing when none is on the way.
#[must_use]
pub fn agent_folder(path: &str) -> Option<&str> {
    let ends = path.match_indices('/').map(|(at, _)| at);
    let mut folders = ends.chain([path.len()]).map(|end| &path[..end]);
    folders.find(|folder| {
        let is_at_end = |of_agent: &str| {
            let above = folder.strip_suffix(of_agent);
            above.is_some_and(|above| above.is_empty() || above.ends_with('/'))
        };
        AGENTS
            .iter()
            .any(|agent| is_at_end(agent.project) || is_at_end(agent.personal))
    })
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
