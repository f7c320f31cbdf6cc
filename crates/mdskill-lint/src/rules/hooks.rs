//! A102: commands that the client runs on events.

use crate::capabilities::hooks::is_hooks_file;
use crate::diagnostic::Severity;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "A102",
    name: "hooks",
    severity: Severity::Info,
    summary: "hooks, which the client runs by itself",
    why: "A client runs them on events, without asking. They are also a capability, `hooks`, so `add` asks before it installs the skill. Of 2,868 public skills, none has any.",
    example: "hooks:\n  PreToolUse:\n    - hooks:\n        - type: command\n          command: ./check.sh",
    how_to_fix: "ask the agent to run the command, or explain why the hook is needed",
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let field = skill.field("hooks").map(|field| {
        let message = "the client runs these hooks without asking";
        Finding::new(field.key_span, message)
    });
    let entries = skill.files.entries().iter();
    let files = entries.filter(|entry| entry.is_file() && is_hooks_file(&entry.path));
    let files = files.filter(|entry| !skill.is_nested(&entry.path));
    let files = files.map(|entry| {
        Finding::about(
            &entry.path,
            "a client that reads this file runs its hooks without asking",
        )
    });
    field.into_iter().chain(files).collect()
}
