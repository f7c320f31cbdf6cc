//! SK001: the folder has no `SKILL.md`.

use crate::diagnostic::Severity;
use crate::skill::position::Position;
use crate::validate::rule::{Context, Finding, Rule, SKILL_MD};
use crate::validate::tree::Destination;

/// See the module.
pub const RULE: Rule = Rule {
    code: "SK001",
    severity: Severity::Error,
    blocks_loading: true,
    summary: "no `SKILL.md`, spelled exactly so",
    why: "Clients look for a file named exactly `SKILL.md`; on Linux `skill.md` is another file.",
    example: "pdf/skill.md",
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    match context.tree.destination(SKILL_MD) {
        Destination::Found => Vec::new(),
        Destination::OtherCase(other) => vec![Finding {
            file: other.to_owned(),
            ..Finding::new(
                Position::START,
                format!("the file is named `{other}`, but clients look for `{SKILL_MD}`"),
                format!("rename it: `git mv {other} {SKILL_MD}`"),
            )
        }],
        _ => vec![Finding::new(
            Position::START,
            format!("the folder has no `{SKILL_MD}`"),
            format!("write a `{SKILL_MD}` with `name`, `description` and instructions"),
        )],
    }
}
