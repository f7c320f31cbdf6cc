//! SK001: the folder has no `SKILL.md`.

use crate::diagnostic::Severity;
use crate::skill::discover::SKILL_FILE;
use crate::validate::context::Context;
use crate::validate::rule::{Check, Finding, Fixable, Rule};

/// See the module.
pub const RULE: Rule = Rule {
    code: "SK001",
    name: "no-skill-md",
    severity: Severity::Error,
    is_on: true,
    blocks_loading: true,
    summary: "no `SKILL.md`, spelled exactly so",
    why: "Clients look for a file named exactly `SKILL.md`; on Linux `skill.md` is another file.",
    example: "pdf/skill.md",
    mend: "rename the file to `SKILL.md`, or write one",
    fixable: Fixable::No,
    check: Check::Skill(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    if context.paths.has_file(SKILL_FILE) {
        return Vec::new();
    }
    match context.paths.otherwise(SKILL_FILE) {
        Some(other) => vec![Finding::about(
            other,
            format!("the file is named `{other}`, but clients look for `{SKILL_FILE}`"),
            format!("rename it: `git mv {other} {SKILL_FILE}`"),
        )],
        None => vec![Finding::about(
            SKILL_FILE,
            format!("the folder has no `{SKILL_FILE}`"),
            format!("write a `{SKILL_FILE}` with `name`, `description` and instructions"),
        )],
    }
}
