//! SK507: a script with `#!` is not executable.

use crate::diagnostic::{Change, Fix, Safety, Severity};
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Fixable, Rule};
use crate::skill_files::EntryKind;

/// See the module.
pub const RULE: Rule = Rule {
    code: "SK507",
    name: "not-executable",
    severity: Severity::Info,
    is_on: true,
    blocks_loading: false,
    summary: "a script with `#!` is not executable",
    why: "An agent that runs it by its path gets `Permission denied`; 329 files in 2,672 public skills.",
    example: "#!/bin/sh in scripts/run.sh of mode 100644",
    mend: "make it executable: `chmod +x`, and on Windows `git update-index --chmod=+x`, with its path",
    fixable: Fixable::Safe,
    check: Check::Skill(check),
};

/// Extensions of scripts. Others are not opened: in git each look inflates a whole file.
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
        Finding::about(&entry.path, message, "").fixed_by(Fix {
            title: "make it executable".to_owned(),
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
