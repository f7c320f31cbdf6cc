//! The supported coding agents and their skill folders.

/// A coding agent and its skill folders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agent {
    /// Its name for `--agent`.
    pub id: &'static str,
    /// Its folder in a project.
    pub project: &'static str,
    /// Its folder in the user's home directory.
    pub personal: &'static str,
}

/// The agents, with the folders from their documentation.
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
    /// Returns the agent with this ID.
    #[must_use]
    pub fn find(id: &str) -> Option<&'static Self> {
        AGENTS.iter().find(|agent| agent.id == id)
    }
}

/// Returns the shortest prefix of a path that is an agent's skill folder. The path has forward slashes.
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
