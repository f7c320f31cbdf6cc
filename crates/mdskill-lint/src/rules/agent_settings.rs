//! A107: a file that changes how an agent works in its folder.

use crate::diagnostic::Severity;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "A107",
    name: "agent-settings",
    severity: Severity::Warning,
    summary: "a file with settings, servers, or instructions for an agent",
    why: "An agent that works in this folder reads it: settings can allow commands and start servers. Of 2,868 public skills, none has settings, and 31 have instructions, which are a note.",
    example: ".claude/settings.json",
    how_to_fix: "remove the file, or describe its content in a page",
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    // The repository itself can be a skill, and its files are then those of a project.
    if skill.files.place() == Some("") {
        return Vec::new();
    }
    let entries = skill.files.entries().iter();
    let entries = entries.filter(|entry| !skill.is_nested(&entry.path));
    let found = entries.filter_map(|entry| {
        let (message, severity) = match kind(&entry.path)? {
            Kind::Settings => (
                "an agent that works in this folder obeys these settings",
                Severity::Warning,
            ),
            Kind::Instructions => (
                "an agent that works in this folder reads these instructions, too",
                Severity::Info,
            ),
        };
        Some(Finding::about(&entry.path, message).with_severity(severity))
    });
    found.collect()
}

enum Kind {
    Settings,
    Instructions,
}

fn kind(path: &str) -> Option<Kind> {
    let mut parts = path.rsplit('/');
    let file = parts.next()?;
    let name = file.to_lowercase();
    let folder = parts.next().unwrap_or_default().to_lowercase();
    let is_settings = match folder.as_str() {
        ".claude" | ".gemini" => name.starts_with("settings") && name.ends_with(".json"),
        ".cursor" => matches!(name.as_str(), "mcp.json" | "hooks.json" | "cli.json"),
        ".codex" => name == "config.toml",
        ".vscode" => matches!(name.as_str(), "settings.json" | "tasks.json" | "mcp.json"),
        _ => name == ".mcp.json",
    };
    if is_settings {
        return Some(Kind::Settings);
    }
    // Clients read exactly these names, and `references/agents.md` is a page.
    matches!(
        file,
        "AGENTS.md" | "CLAUDE.md" | "CLAUDE.local.md" | "GEMINI.md" | ".cursorrules"
    )
    .then_some(Kind::Instructions)
}
