//! SK005: a skill inside another skill.

use crate::SKILL_FILE;
use crate::diagnostic::Severity;
use crate::parsed_skill::Context;
use crate::rule::{Check, Finding, Fixable, Rule};

/// See the module.
pub const RULE: Rule = Rule {
    code: "SK005",
    name: "nested-skill",
    severity: Severity::Warning,
    is_on: true,
    blocks_loading: false,
    summary: "a skill inside another skill",
    why: "The outer skill is always copied together with the inner one, and a client that stops at the first `SKILL.md` never finds the inner skill; 26 of 2,672 public skills.",
    example: "game-development/2d-games/SKILL.md below game-development/SKILL.md",
    how_to_fix: "move the inner skill next to the outer one, or turn it into a file in `references/`",
    fixable: Fixable::No,
    check: Check::Skill(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let finding = |folder: &&str| {
        let message = match context.skill.folder() {
            "" => "this skill is inside the skill at the root of the repository".to_owned(),
            outer => format!("this skill is inside the skill in `{outer}`"),
        };
        Finding::about(&format!("{folder}{SKILL_FILE}"), message, RULE.how_to_fix)
    };
    context.nested.iter().map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Profile;
    use crate::skill_files::MemoryView;

    #[test]
    fn nested_skill_is_reported_once_by_its_outer_skill() {
        let files = [
            "SKILL.md",
            "a-b/SKILL.md",
            "a/B/SKILL.md",
            "a/SKILL.md",
            "a/b/c/SKILL.md",
            "c/NOT-SKILL.md",
        ];
        let view = files
            .iter()
            .fold(MemoryView::new("o"), |view, file| view.with(file, ""));
        let context = Context::new(&view, Profile::default());
        let found: Vec<String> = check(&context)
            .into_iter()
            .map(|found| found.file)
            .collect();
        assert_eq!(found, ["a-b/SKILL.md", "a/SKILL.md"]);
        assert!(context.is_nested("a/B/x.md") && context.is_nested("a-b/x"));
        assert!(!context.is_nested("c/x.md") && !context.is_nested("a.md"));
    }
}
