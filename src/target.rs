//! [`Target`]: a folder that skills are installed into.

use std::fmt;
use std::path::{Component, MAIN_SEPARATOR, Path, PathBuf};
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
    /// Returns the target that `typed` means in the folder `current` of the project or home `root`.
    ///
    /// # Errors
    /// If it is `root` itself, or outside of it.
    pub fn resolve(typed: &str, current: &Path, root: &Path) -> Result<Self, TargetError> {
        if typed.is_empty() {
            return typed.parse();
        }
        let refuse = |reason: &str| TargetError {
            path: typed.escape_debug().to_string(),
            reason: reason.to_owned(),
        };
        let mut path = PathBuf::new();
        for part in current.join(typed).components() {
            match part {
                Component::CurDir => {}
                Component::ParentDir => {
                    path.pop();
                }
                part => path.push(part),
            }
        }
        let inside = path.strip_prefix(root);
        let inside = inside.map_err(|_| refuse("it is outside of the project"))?;
        let inside = inside.to_str().ok_or_else(|| refuse("it is not UTF-8"))?;
        if inside.is_empty() {
            return Err(refuse("it is the project itself, not a folder in it"));
        }
        // On Windows, the separators of the system are accepted, too.
        inside.replace(MAIN_SEPARATOR, "/").parse()
    }

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
    fn typed_target_is_relative_to_the_current_folder() {
        let at = |typed| {
            let target = Target::resolve(typed, Path::new("/p/packages/api"), Path::new("/p"));
            target.map(|target| target.to_string()).ok()
        };
        assert_eq!(
            at(".claude/skills").as_deref(),
            Some("packages/api/.claude/skills")
        );
        assert_eq!(at("./x/").as_deref(), Some("packages/api/x"));
        assert_eq!(at("../web/x").as_deref(), Some("packages/web/x"));
        assert_eq!(at("/p/x").as_deref(), Some("x"));
        for outside in ["", "../..", "../../../x", "/", "/other", "../../.git/hooks"] {
            assert_eq!(at(outside), None, "{outside}");
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
