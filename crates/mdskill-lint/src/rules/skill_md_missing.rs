//! SK001: the folder has no `SKILL.md`.

use crate::SKILL_FILE;
use crate::diagnostic::{Change, Fix, Safety, Severity};
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Fixable, Rule};
use crate::skill_files::EntryKind;

pub(crate) const RULE: Rule = Rule {
    code: "SK001",
    name: "no-skill-md",
    severity: Severity::Error,
    blocks_loading: true,
    summary: "no file with the exact name `SKILL.md`",
    why: "Clients look for a file named exactly `SKILL.md`; `skill.md` works only in some clients and on some systems.",
    example: "pdf/skill.md",
    how_to_fix: "rename the file to `SKILL.md`, or create one",
    fixable: Fixable::Safe,
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    match skill.entry(SKILL_FILE).map(|entry| &entry.kind) {
        None | Some(EntryKind::Submodule) => vec![missing(skill)],
        // SK008 reports a `SKILL.md` that is not a file.
        Some(_) => Vec::new(),
    }
}

fn missing(skill: &ParsedSkill<'_>) -> Finding {
    let entries = skill.files.entries().iter();
    let mut alike = entries.filter(|entry| {
        entry.path.eq_ignore_ascii_case(SKILL_FILE) && entry.kind != EntryKind::Submodule
    });
    let Some(other) = alike.next() else {
        let message = format!("the folder has no `{SKILL_FILE}`");
        let help = format!("create a `{SKILL_FILE}` with `name`, `description` and instructions");
        return Finding::about(SKILL_FILE, message).with_help(help);
    };
    let path = &other.path;
    let message = format!("the file is named `{path}`, but clients look for `{SKILL_FILE}`");
    // With several candidates, only the author can choose.
    let fix = alike.next().is_none().then(|| Fix {
        title: format!("rename it to `{SKILL_FILE}`"),
        safety: Safety::Safe,
        change: Change::Rename(SKILL_FILE.to_owned()),
    });
    Finding::about(path, message)
        .with_help(format!("rename it to `{SKILL_FILE}` in its folder"))
        .with_fix(fix)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Profile;
    use crate::skill_files::MemoryFiles;

    fn found(files: &[&str]) -> Option<(String, bool)> {
        let view = files
            .iter()
            .fold(MemoryFiles::new("a"), |view, file| view.with(file, ""));
        let found = check(&ParsedSkill::new(&view, Profile::default()));
        assert!(found.len() <= 1);
        found
            .into_iter()
            .next()
            .map(|found| (found.file, found.fix.is_some()))
    }

    #[test]
    fn fix_renames_a_single_candidate() {
        assert_eq!(found(&["SKILL.md", "skill.md"]), None);
        assert_eq!(found(&["skill.md"]), Some(("skill.md".to_owned(), true)));
        assert_eq!(
            found(&["Skill.md", "skill.md"]),
            Some(("Skill.md".to_owned(), false))
        );
        for without in [&["README.md"][..], &["SKILL.md/a"], &["docs/SKILL.md"]] {
            assert_eq!(found(without), Some(("SKILL.md".to_owned(), false)));
        }
    }
}
