//! SK005: a skill inside another skill.

use crate::SKILL_FILE;
use crate::diagnostic::Severity;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "SK005",
    name: "nested-skill",
    severity: Severity::Warning,
    summary: "a skill inside another skill",
    why: "The outer skill is always copied together with the inner one, and a client that stops at the first `SKILL.md` never finds the inner skill; 26 of 2,672 public skills.",
    example: "game-development/2d-games/SKILL.md below game-development/SKILL.md",
    how_to_fix: "move the inner skill next to the outer one, or turn it into a file in `references/`",
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let finding = |folder: &&str| {
        let message = match skill.files.folder() {
            "" => "this skill is inside the skill at the root of the repository".to_owned(),
            outer => format!("this skill is inside the skill in `{outer}`"),
        };
        Finding::about(&format!("{folder}{SKILL_FILE}"), message)
    };
    skill.nested.iter().map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Profile;
    use crate::skill_files::MemoryFiles;

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
            .fold(MemoryFiles::new("o"), |view, file| view.with(file, ""));
        let skill = ParsedSkill::new(&view, Profile::default());
        let found: Vec<String> = check(&skill).into_iter().map(|found| found.file).collect();
        assert_eq!(found, ["a-b/SKILL.md", "a/SKILL.md"]);
        assert!(skill.is_nested("a/B/x.md") && skill.is_nested("a-b/x"));
        assert!(!skill.is_nested("c/x.md") && !skill.is_nested("a.md"));
    }
}
