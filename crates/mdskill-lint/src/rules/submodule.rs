//! SK503: another repository inside a skill.

use std::collections::BTreeSet;

use crate::diagnostic::Severity;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Rule};
use crate::skill_files::EntryKind;

pub(crate) const RULE: Rule = Rule {
    code: "SK503",
    name: "submodule",
    severity: Severity::Error,
    summary: "another repository inside a skill",
    why: "git stores only the id of a commit, so a user who copies the skill and the agent get an empty folder. mdskill does not install such a skill.",
    example: "vendor/lib as a git submodule",
    how_to_fix: "copy the files that the skill needs into it",
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let entries = skill.files.entries().iter();
    let repositories: BTreeSet<&str> = entries
        .filter_map(|entry| match entry.kind {
            EntryKind::Submodule => Some(entry.path.as_str()),
            // On disk, it is a folder with its own `.git`.
            _ => repository_around(&entry.path),
        })
        .collect();
    let found = repositories.into_iter().map(|path| {
        let message =
            format!("`{path}` is another repository, whose files are not part of the skill");
        Finding::about(path, message)
    });
    found.collect()
}

/// Returns the folder inside the skill whose `.git` is or contains this path.
fn repository_around(path: &str) -> Option<&str> {
    let inside = path.find("/.git/").map(|at| &path[..at]);
    inside.or_else(|| path.strip_suffix("/.git"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repository_on_disk_is_recognised_by_its_git_folder() {
        assert_eq!(repository_around("lib/.git/HEAD"), Some("lib"));
        assert_eq!(repository_around("a/lib/.git"), Some("a/lib"));
        for path in [".git/HEAD", "a/.gitignore", "a/x.git", "a/.github/b"] {
            assert_eq!(repository_around(path), None, "{path}");
        }
    }
}
