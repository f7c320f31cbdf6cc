//! Coding agents, and the folders in which they look for skills.

mod table;

pub use table::AGENTS;

/// A coding agent and the folders in which it looks for skills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agent {
    /// Its name for `--agent`.
    pub id: &'static str,
    /// Its name in a sentence.
    pub name: &'static str,
    /// Other names for `--agent`: those of `npx skills` and `gh skill`, and earlier ones.
    pub aliases: &'static [&'static str],
    /// The folder in a project that skills are installed into.
    pub project: &'static str,
    /// The folder in the user's home that skills are installed into, if it has one.
    pub personal: Option<&'static str>,
    /// The other folders in a project that it reads.
    pub also_project: &'static [&'static str],
    /// The other folders in the user's home that it reads.
    pub also_personal: &'static [&'static str],
    /// The skill that it uses if the project and the user have one of the same name.
    pub precedence: Option<Precedence>,
}

/// The skill that an agent uses if the project and the user have one of the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precedence {
    /// The skill of the project.
    Project,
    /// The skill of the user.
    Personal,
}

/// Environment variables that move a folder of the user's home, and that folder.
///
/// Sources: the documentation of each agent; `src/agents.ts` of vercel-labs/skills.
pub const HOME_VARIABLES: [(&str, &str); 8] = [
    ("AUTOHAND_HOME", ".autohand"),
    ("CLAUDE_CONFIG_DIR", ".claude"),
    ("CODEX_HOME", ".codex"),
    ("COPILOT_HOME", ".copilot"),
    ("GROK_HOME", ".grok"),
    ("HERMES_HOME", ".hermes"),
    ("VIBE_HOME", ".vibe"),
    ("XDG_CONFIG_HOME", ".config"),
];

/// The agents that most people use.
const WIDESPREAD: [&str; 5] = ["copilot", "claude", "codex", "cursor", "gemini-cli"];

impl Agent {
    const fn new(
        id: &'static str,
        name: &'static str,
        project: &'static str,
        personal: &'static str,
    ) -> Self {
        Self {
            id,
            name,
            aliases: &[],
            project,
            personal: if personal.is_empty() {
                None
            } else {
                Some(personal)
            },
            also_project: &[],
            also_personal: &[],
            precedence: None,
        }
    }

    const fn alias(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    const fn also(
        mut self,
        project: &'static [&'static str],
        personal: &'static [&'static str],
    ) -> Self {
        self.also_project = project;
        self.also_personal = personal;
        self
    }

    const fn prefers(mut self, precedence: Precedence) -> Self {
        self.precedence = Some(precedence);
        self
    }

    /// Returns the agent with this name, in any letter case.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        AGENTS.iter().find(|agent| {
            let mut names = agent.names();
            names.any(|known| known.eq_ignore_ascii_case(name))
        })
    }

    /// Returns its names for `--agent`.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.id).chain(self.aliases.iter().copied())
    }

    /// Returns the folders in a project that it reads; the first is the one to install into.
    pub fn project_folders(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.project).chain(self.also_project.iter().copied())
    }

    /// Returns the folders in the user's home that it reads; the first is the one to install into.
    pub fn personal_folders(&self) -> impl Iterator<Item = &'static str> {
        self.personal
            .into_iter()
            .chain(self.also_personal.iter().copied())
    }

    /// Whether this is an agent, and not only the name of a folder that many agents read.
    #[must_use]
    pub fn is_program(&self) -> bool {
        self.id != "agents"
    }

    /// Returns the agents that most people use.
    pub fn widespread() -> impl Iterator<Item = &'static Self> {
        AGENTS.iter().filter(|agent| WIDESPREAD.contains(&agent.id))
    }
}

/// Returns the shortest prefix of a path that is an agent's skill folder. The path has forward slashes.
///
/// Folders such as `skills`, which one agent reads, have another meaning in most projects.
#[must_use]
pub fn agent_folder(path: &str) -> Option<&str> {
    let ends = path.match_indices('/').map(|(at, _)| at);
    let folders = ends.chain([path.len()]).map(|end| &path[..end]);
    // All of the folders end so, and few other folders do.
    let mut folders = folders.filter(|folder| folder.ends_with("skills"));
    folders.find(|folder| {
        let is_at_end = |of_agent: &str| {
            let above = folder.strip_suffix(of_agent);
            of_agent.starts_with('.')
                && above.is_some_and(|above| above.is_empty() || above.ends_with('/'))
        };
        AGENTS.iter().any(|agent| {
            agent.project_folders().any(is_at_end) || agent.personal_folders().any(is_at_end)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique_and_folders_are_relative() {
        let mut names = BTreeSet::new();
        for agent in AGENTS {
            for name in agent.names() {
                assert!(names.insert(name), "{name}");
            }
            let folders: Vec<&str> = agent.project_folders().collect();
            assert_eq!(folders.iter().collect::<BTreeSet<_>>().len(), folders.len());
            for folder in agent.project_folders().chain(agent.personal_folders()) {
                assert!(
                    !folder.starts_with('/') && folder.ends_with("skills"),
                    "{folder}"
                );
            }
        }
        assert!(names.len() > 80, "{}", names.len());
        assert_eq!(Agent::widespread().count(), WIDESPREAD.len());
    }

    #[test]
    fn agent_is_found_by_the_names_of_other_tools() {
        for (name, id) in [
            ("claude-code", "claude"),
            ("GitHub-Copilot", "copilot"),
            ("universal", "agents"),
            ("gemini", "gemini-cli"),
            ("windsurf", "windsurf"),
        ] {
            assert_eq!(Agent::find(name).unwrap().id, id);
        }
        assert_eq!(Agent::find("none"), None);
    }
}
