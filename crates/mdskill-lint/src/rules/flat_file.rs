//! SK006: a Markdown file in a directory where clients look for skill folders.

use crate::diagnostic::Severity;
use crate::rule::{Check, Finding, Rule};
use crate::skill_facts::{SkillSet, Subject};

pub(crate) const RULE: Rule = Rule {
    code: "SK006",
    name: "flat-file",
    severity: Severity::Warning,
    summary: "a Markdown file directly among the skill folders",
    why: "A skill is a folder with a `SKILL.md`; no client finds `.github/skills/pdf.md` (github/copilot-cli#1773).",
    example: ".github/skills/pdf.md",
    how_to_fix: "move the skill to its own folder: `pdf/SKILL.md` instead of `pdf.md`",
    check: Check::Set(check),
    ..Rule::DEFAULT
};

fn check(set: &SkillSet<'_>) -> Vec<(Subject, Finding)> {
    let findings = set.flat_files.iter().filter_map(|path| {
        let name = path.rsplit('/').next().unwrap_or(path);
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        if is_other_file(&stem.to_lowercase()) {
            return None;
        }
        let message = format!("no client finds `{name}`: a skill is a folder with a `SKILL.md`");
        let help = format!("if it is a skill, move it to `{stem}/SKILL.md`");
        Some((
            Subject::FlatFile,
            Finding::about(path, message).with_help(help),
        ))
    });
    findings.collect()
}

/// Whether a file with this stem is common in repositories and not a skill. `SKILL.md` itself makes
/// the folder a skill.
fn is_other_file(stem: &str) -> bool {
    matches!(
        stem,
        "readme"
            | "agents"
            | "claude"
            | "changelog"
            | "contributing"
            | "license"
            | "index"
            | "skill"
    )
}
