//! A101: a command that the client runs before the agent reads the text.

use crate::SKILL_FILE;
use crate::capabilities::commands::preexecuted;
use crate::diagnostic::Severity;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "A101",
    name: "preexecuted-command",
    severity: Severity::Info,
    summary: "a command that the client runs before the agent reads the text",
    why: "Claude Code runs it when the skill is loaded, before an agent or a person can refuse. It is also a capability, `hooks`, so `add` asks before it installs the skill. Of 2,868 public skills, 1 has one.",
    example: "Recent changes: !`git log -3`",
    how_to_fix: "ask the agent to run the command",
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let Some(page) = skill.skill_page() else {
        return Vec::new();
    };
    let commands = preexecuted(&page.text, &page.markdown).into_iter();
    let found = commands.map(|command| {
        let message = "the client runs this command when it loads the skill";
        Finding::in_file(SKILL_FILE, command.code, message)
    });
    found.collect()
}
