//! SK507: a script with `#!` is not executable.

use crate::diagnostic::{Change, Fix, Safety, Severity};
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Fixable, Rule};
use crate::skill_files::EntryKind;

pub(crate) const RULE: Rule = Rule {
    code: "SK507",
    name: "not-executable",
    severity: Severity::Info,
    summary: "a script with `#!` is not executable",
    why: "An agent that runs the file by its path gets `Permission denied`; 329 files in 2,672 public skills.",
    example: "#!/bin/sh in scripts/run.sh of mode 100644",
    how_to_fix: "make the file executable with `chmod +x`, or on Windows with `git update-index --chmod=+x`",
    fixable: Fixable::Safe,
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

/// Extensions of scripts. Other files are not opened, because git has to inflate the whole file.
const SCRIPTS: [&str; 16] = [
    "", "bash", "cjs", "fish", "js", "lua", "mjs", "php", "pl", "py", "r", "rb", "sh", "ts", "tcl",
    "zsh",
];

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let entries = skill.files.entries().iter();
    let scripts = entries.filter(|entry| {
        let is_plain =
            matches!(entry.kind, EntryKind::File { bytes, is_executable: false } if bytes > 2);
        is_plain
            && is_script(&entry.path)
            && skill
                .files
                .beginning(&entry.path, 2)
                .is_ok_and(|beginning| *beginning == *b"#!")
    });
    let found = scripts.map(|entry| {
        let message = format!("`{}` begins with `#!`, but is not executable", entry.path);
        Finding::about(&entry.path, message).with_fix(Fix {
            title: "make the file executable".to_owned(),
            safety: Safety::Safe,
            change: Change::MakeExecutable,
        })
    });
    found.collect()
}

fn is_script(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    SCRIPTS.contains(&extension.to_ascii_lowercase().as_str())
}
