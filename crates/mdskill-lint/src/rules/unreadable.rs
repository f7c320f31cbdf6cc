//! SK008: an entry of the skill is not a file, or cannot be read.

use crate::SKILL_FILE;
use crate::diagnostic::Severity;
use crate::naming;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Rule};
use crate::skill_files::{Entry, EntryKind};

pub(crate) const RULE: Rule = Rule {
    code: "SK008",
    name: "unreadable",
    severity: Severity::Warning,
    // It depends on the machine: a file that is unreadable here may be readable elsewhere.
    blocks_loading: false,
    summary: "a pipe, socket or device in the skill, or a file that cannot be read",
    why: "An agent that opens a pipe waits forever, git stores neither pipes nor devices, and an unreadable file was not checked.",
    example: "scripts/queue, made with mkfifo",
    how_to_fix: "remove it, or replace it with a readable file",
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let entries = skill.files.entries().iter();
    let own = entries.filter(|entry| !skill.is_nested(&entry.path));
    let special = own.filter_map(not_a_file);
    let unreadable = skill.unreadable.iter().map(|(path, error)| {
        let path_shown = naming::shortened(path);
        let message = format!("`{path_shown}` cannot be read: {error}");
        let help = "check that it exists and that you have permission to read it; its content was not checked";
        about(path, message, help)
    });
    special.chain(unreadable).collect()
}

/// Reports an entry that is not a file. Links and submodules have their own rules, except for a
/// `SKILL.md` that is a link, because then the whole skill is unchecked.
fn not_a_file(entry: &Entry) -> Option<Finding> {
    let path = naming::shortened(&entry.path);
    match &entry.kind {
        // SK504 reports a name that is not UTF-8.
        EntryKind::Special if entry.path.contains(char::REPLACEMENT_CHARACTER) => None,
        EntryKind::Special => Some(about(
            &entry.path,
            format!("`{path}` is not a file, but a pipe, a socket or a device"),
            "remove it: git does not store it, and a program that reads it may wait forever",
        )),
        EntryKind::Link { target, fault } if entry.path == SKILL_FILE => Some(about(
            &entry.path,
            format!(
                "`{SKILL_FILE}` is a symbolic link to `{}`, which can't be read: {fault}",
                naming::shortened(target)
            ),
            "replace the link with the file itself; its content was not checked",
        )),
        _ => None,
    }
}

fn about(path: &str, message: String, help: &str) -> Finding {
    let finding = Finding::about(path, message).with_help(help);
    if path == SKILL_FILE {
        return finding.with_severity(Severity::Error);
    }
    finding
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skill_files::MemoryFiles;
    use crate::{Settings, validate};

    const SKILL: &str = "---\nname: a\ndescription: b\n---\n";

    fn found(view: &MemoryFiles) -> Vec<(String, Severity)> {
        let found = validate(view, &Settings::default()).diagnostics;
        let found = found.into_iter().filter(|found| found.code == RULE.code);
        found.map(|found| (found.file, found.severity)).collect()
    }

    #[test]
    fn file_that_vanished_during_the_check_is_reported() {
        let without_skill_md = MemoryFiles::new("a").with_entry(Entry::file(SKILL_FILE, 9));
        assert_eq!(
            found(&without_skill_md),
            [(SKILL_FILE.to_owned(), Severity::Error)]
        );
        let without_page = MemoryFiles::new("a")
            .with(SKILL_FILE, SKILL)
            .with_entry(Entry::file("references/b.md", 9));
        assert_eq!(
            found(&without_page),
            [("references/b.md".to_owned(), Severity::Warning)]
        );
    }

    #[test]
    fn entries_of_a_nested_skill_are_not_reported() {
        let special = |path: &str| Entry {
            path: path.to_owned(),
            kind: EntryKind::Special,
        };
        let view = MemoryFiles::new("a")
            .with(SKILL_FILE, SKILL)
            .with("b/SKILL.md", SKILL)
            .with_entry(special("b/pipe"))
            .with_entry(special("pipe"));
        assert_eq!(found(&view), [("pipe".to_owned(), Severity::Warning)]);
    }
}
