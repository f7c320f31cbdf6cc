//! SK504: a path that some system cannot hold.

use std::collections::HashSet;

use crate::diagnostic::Severity;
use crate::parsed_skill::ParsedSkill;
use crate::path::{self, PathFault};
use crate::rule::{Check, Finding, Fixable, Rule};
use crate::skill_files::Entry;

/// See the module.
pub const RULE: Rule = Rule {
    code: "SK504",
    name: "unportable-path",
    severity: Severity::Error,
    is_on: true,
    blocks_loading: false,
    summary: "a path that some system cannot hold",
    why: "Windows and macOS refuse such names, or take two of them for one, so the skill cannot be installed there. None of 12,331 public files has such a path, so a finding is news.",
    example: "references/API.md beside references/api.md",
    mend: "rename the file or folder",
    fixable: Fixable::No,
    check: Check::Skill(check),
};

/// Longest path: Windows allows 260 characters, and the project's own folder comes before it.
const MAX_CHARACTERS: usize = 180;
/// Deepest folder that mdskill installs.
const MAX_DEPTH: usize = path::MAX_DEPTH;

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let entries = skill.files.entries();
    let mut findings = names(entries);
    for entry in entries {
        if let Some(message) = length(&entry.path) {
            findings.push(Finding::about(&entry.path, message, ""));
        }
    }
    for twins in entries.windows(2).filter(|two| two[0].path == two[1].path) {
        let message = format!("git has two of the name `{}`", twins[0].path);
        findings.push(Finding::about(&twins[0].path, message, ""));
    }
    let paths = entries.iter().map(|entry| entry.path.as_str());
    for (one, other) in path::collisions(paths) {
        let message = format!("macOS and Windows can't tell `{other}` from `{one}`");
        findings.push(Finding::about(other, message, ""));
    }
    findings
}

/// Returns a finding for each name that is unfit, once for all that lies in a folder.
fn names(entries: &[Entry]) -> Vec<Finding> {
    let mut seen = HashSet::new();
    let mut findings = Vec::new();
    for Entry { path, .. } in entries {
        let ends = path.match_indices('/').map(|(at, _)| at);
        let mut start = 0;
        for end in ends.chain([path.len()]) {
            let (name, whole) = (&path[start..end], &path[..end]);
            start = end + 1;
            if let Some(reason) = unfit(name).filter(|_| seen.insert(whole)) {
                let message = format!("not every system can hold the name `{name}`: {reason}");
                findings.push(Finding::about(whole, message, ""));
            }
        }
    }
    findings
}

fn unfit(name: &str) -> Option<PathFault> {
    match path::component_fault(name) {
        // A view puts this sign where a name is no text.
        None if name.contains('\u{fffd}') => Some(PathFault::NotUtf8),
        // Another repository, or junk: SK503 and SK505.
        Some(PathFault::DotGit) if name == ".git" => None,
        fault => fault,
    }
}

fn length(path: &str) -> Option<String> {
    let characters = path.chars().count();
    let depth = path.split('/').count();
    if characters > MAX_CHARACTERS {
        return Some(format!(
            "the path has {characters} characters; with more than {MAX_CHARACTERS} it does not fit into a project on Windows"
        ));
    }
    (depth > MAX_DEPTH).then(|| format!("the path can't be installed: {}", PathFault::TooDeep))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Profile;
    use crate::skill_files::MemoryFiles;

    fn found(paths: &[&str]) -> Vec<(String, String)> {
        let mut skill = MemoryFiles::new("a");
        for path in paths {
            skill = skill.with_entry(Entry::file(*path, 1));
        }
        let found = check(&ParsedSkill::new(&skill, Profile::default())).into_iter();
        found
            .map(|finding| (finding.file, finding.message))
            .collect()
    }

    #[test]
    fn each_unfit_name_is_told_once() {
        for (paths, file) in [
            (&["aux/a.md", "aux/b.md"] as &[&str], "aux"),
            (&["r/what?.md"], "r/what?.md"),
            (&["a./x"], "a."),
            (&["R/a", "r/b"], "r"),
            (&["e\u{301}.md", "\u{e9}.md"], "\u{e9}.md"),
            (&["r/\u{fffd}.md"], "r/\u{fffd}.md"),
        ] {
            let files: Vec<_> = found(paths).into_iter().map(|(file, _)| file).collect();
            assert_eq!(files, [file], "{paths:?}");
        }
        assert_eq!(
            found(&["SKILL.md", "r/a b.md", ".gitignore", "lib/.git"]),
            []
        );
    }

    #[test]
    fn a_path_is_measured_in_characters_and_folders() {
        let path =
            |characters: usize| format!("r/{}/{}", "é".repeat(50), "é".repeat(characters - 53));
        assert_eq!(length(&path(180)), None);
        assert!(length(&path(181)).is_some_and(|message| message.contains("181 characters")));
        assert!(length(&"a/".repeat(16)).is_some_and(|message| message.contains("16 folders")));
    }
}
