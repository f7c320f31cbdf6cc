//! SK008: something in the skill is no file, or can't be read.

use crate::SKILL_FILE;
use crate::diagnostic::Severity;
use crate::naming;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Fixable, Rule};
use crate::skill_files::{Entry, EntryKind};

/// See the module.
pub const RULE: Rule = Rule {
    code: "SK008",
    name: "unreadable",
    severity: Severity::Warning,
    is_on: true,
    // It depends on who reads: what has no permission here may have it elsewhere.
    blocks_loading: false,
    summary: "something in the skill is no plain file, or can't be read",
    why: "An agent that opens a pipe waits for ever, git keeps neither pipes nor devices, and what can't be read was not checked.",
    example: "scripts/queue, made with mkfifo",
    mend: "remove it, or make it a file that can be read",
    fixable: Fixable::No,
    check: Check::Skill(check),
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let entries = skill.files.entries().iter();
    let own = entries.filter(|entry| !skill.is_nested(&entry.path));
    let no_files = own.filter_map(no_file);
    let unreadable = skill.unreadable.iter().map(|(path, error)| {
        let path_shown = naming::shortened(path);
        let message = format!("`{path_shown}` can't be read: {error}");
        let help = "see that it is there and that you may read it; nothing in it was checked";
        about(path, message, help)
    });
    no_files.chain(unreadable).collect()
}

/// Links and submodules have rules of their own; only a `SKILL.md` that is one leaves nothing
/// to check.
fn no_file(entry: &Entry) -> Option<Finding> {
    let path = naming::shortened(&entry.path);
    match &entry.kind {
        // A name that is not UTF-8 has a rule of its own.
        EntryKind::Special if entry.path.contains(char::REPLACEMENT_CHARACTER) => None,
        EntryKind::Special => Some(about(
            &entry.path,
            format!("`{path}` is no file, but a pipe, a socket or a device"),
            "remove it: git does not keep it, and who reads it may wait for ever",
        )),
        EntryKind::Link { target } if entry.path == SKILL_FILE => Some(about(
            &entry.path,
            format!(
                "`{SKILL_FILE}` is a link to `{}`, and links are not followed",
                naming::shortened(target)
            ),
            "put the file itself there; nothing in it was checked",
        )),
        _ => None,
    }
}

fn about(path: &str, message: String, help: &str) -> Finding {
    let finding = Finding::about(path, message, help);
    match path == SKILL_FILE {
        true => finding.as_severe_as(Severity::Error),
        false => finding,
    }
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
    fn what_vanished_while_it_was_read_is_named() {
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
    fn what_a_skill_within_has_is_that_skills() {
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
