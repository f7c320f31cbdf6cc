//! SK201: `name` is missing.

use crate::diagnostic::Severity;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Rule};
use crate::string_field;

pub(crate) const RULE: Rule = Rule {
    code: "SK201",
    name: "name-missing",
    severity: Severity::Error,
    // Codex and Claude Code use the name of the folder instead.
    blocks_loading: false,
    summary: "`name` is missing, empty or not a string",
    why: "The specification requires it, and so do VS Code, the Copilot CLI and Cursor; Codex and Claude Code use the name of the folder.",
    example: "name: 42\ndescription: Reads PDF files",
    how_to_fix: "add `name:` with the name of the folder",
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let missing = skill
        .frontmatter()
        .and_then(|frontmatter| string_field::missing(frontmatter, "name"));
    let finding = missing.map(|(at, message)| Finding::new(at, message));
    finding.into_iter().collect()
}
