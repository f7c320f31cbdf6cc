//! SK505: a file that does not belong in a skill.

use std::collections::BTreeSet;

use crate::diagnostic::Severity;
use crate::leftovers::is_made_by_tools;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "SK505",
    name: "junk",
    severity: Severity::Warning,
    summary: "a backup, cache or system file",
    why: "Backups, caches and system files are copied to every user who installs the skill; 2 of 12,331 public files. On disk, files such as `__pycache__` and `.DS_Store` are not reported, because clients and systems create them again; in a repository they are.",
    example: "scripts/log.py.orig",
    how_to_fix: "remove it, and add it to `.gitignore`",
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let entries = skill.files.entries();
    let junk: BTreeSet<&str> = entries
        .iter()
        .filter_map(|entry| junk(&entry.path))
        .collect();
    let junk = junk.into_iter().map(|path| {
        let message = format!("`{path}` was created by a tool and does not belong in a skill");
        Finding::about(path, message)
    });
    junk.collect()
}

/// Returns the outermost folder or file of a path that is junk.
fn junk(path: &str) -> Option<&str> {
    let ends = path.match_indices('/').map(|(at, _)| at);
    let mut start = 0;
    for end in ends.chain([path.len()]) {
        let name = &path[start..end];
        // A nested `.git` is another repository: SK503.
        if is_made_by_tools(name) || is_backup(name) || start == 0 && name == ".git" {
            return Some(&path[..end]);
        }
        start = end + 1;
    }
    None
}

/// Whether an editor, a merge, or an interpreter wrote the file.
fn is_backup(name: &str) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    matches!(extension, "pyc" | "pyo" | "swp" | "orig" | "rej") || name.ends_with('~')
}

#[cfg(test)]
mod tests {
    use super::junk;

    #[test]
    fn outermost_junk_is_reported() {
        for (path, found) in [
            ("scripts/__pycache__/a.pyc", "scripts/__pycache__"),
            ("node_modules/a/node_modules/b.js", "node_modules"),
            ("SKILL.md~", "SKILL.md~"),
            ("r/.DS_Store", "r/.DS_Store"),
            (".git/HEAD", ".git"),
        ] {
            assert_eq!(junk(path), Some(found), "{path}");
        }
        for path in [
            ".gitignore",
            "lib/.git/HEAD",
            "scripts/venv.md",
            "origin.md",
            "a.original",
        ] {
            assert_eq!(junk(path), None, "{path}");
        }
    }
}
