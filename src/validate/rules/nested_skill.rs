//! SK005: a skill lies inside another.

use crate::diagnostic::Severity;
use crate::skill::discover::SKILL_FILE;
use crate::validate::context::Context;
use crate::validate::rule::{Check, Finding, Fixable, Rule};

/// See the module.
pub const RULE: Rule = Rule {
    code: "SK005",
    name: "nested-skill",
    severity: Severity::Warning,
    is_on: true,
    blocks_loading: false,
    summary: "a skill lies inside another skill",
    why: "Who copies the outer skill copies the inner one along, and a client that stops at the first `SKILL.md` never finds it; 26 of 2,672 public skills.",
    example: "game-development/2d-games/SKILL.md below game-development/SKILL.md",
    mend: "move the inner skill beside the outer one, or make it a file in `references/`",
    fixable: Fixable::No,
    check: Check::Skill(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let finding = |folder: &&str| {
        let message = match context.skill.folder() {
            "" => "this skill lies inside the skill at the root of the repository".to_owned(),
            outer => format!("this skill lies inside the skill in `{outer}`"),
        };
        Finding::about(&format!("{folder}{SKILL_FILE}"), message, RULE.mend)
    };
    context.nested.iter().map(finding).collect()
}
