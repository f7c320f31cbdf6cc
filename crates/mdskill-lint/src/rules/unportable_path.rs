//! SK504: a path that is invalid on some systems.

use std::collections::HashSet;

use crate::diagnostic::Severity;
use crate::parsed_skill::ParsedSkill;
use crate::path::{self, PathFault};
use crate::rule::{Check, Finding, Rule};
use crate::skill_files::Entry;

pub(crate) const RULE: Rule = Rule {
    code: "SK504",
    name: "unportable-path",
    severity: Severity::Error,
    summary: "a path that is invalid on some systems",
    why: "Windows and macOS refuse such names, or treat two of them as the same file, so the skill cannot be installed there. None of 12,331 public files has such a path.",
    example: "references/API.md beside references/api.md",
    how_to_fix: "rename the file or folder",
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

/// Maximum length of a path in characters: Windows allows 260, including the folder of the project.
const MAX_CHARACTERS: usize = 180;
/// Maximum depth of folders that mdskill installs.
const MAX_DEPTH: usize = path::MAX_DEPTH;

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let entries = skill.files.entries();
    let mut findings = names(entries);
    for entry in entries {
        if let Some(message) = length(&entry.path) {
            findings.push(Finding::about(&entry.path, message));
        }
    }
    for twins in entries.windows(2).filter(|two| two[0].path == two[1].path) {
        let message = format!(
            "the git tree has two entries with the name `{}`",
            twins[0].path
        );
        findings.push(Finding::about(&twins[0].path, message));
    }
    let paths = entries.iter().map(|entry| entry.path.as_str());
    for (one, other) in path::collisions(paths) {
        let message = format!("macOS and Windows treat `{other}` and `{one}` as the same file");
        findings.push(Finding::about(other, message));
    }
    findings
}

/// Returns one finding for each invalid name, and only one for all files below such a folder.
fn names(entries: &[Entry]) -> Vec<Finding> {
    let mut seen = HashSet::new();
    let mut findings = Vec::new();
    for Entry { path, .. } in entries {
        let ends = path.match_indices('/').map(|(at, _)| at);
        let mut start = 0;
        for end in ends.chain([path.len()]) {
            let (name, whole) = (&path[start..end], &path[..end]);
            start = end + 1;
            if let Some(reason) = invalid(name).filter(|_| seen.insert(whole)) {
                let message = format!("the name `{name}` is invalid on some systems: {reason}");
                findings.push(Finding::about(whole, message));
            }
        }
    }
    findings
}

fn invalid(name: &str) -> Option<PathFault> {
    match path::component_fault(name) {
        // A view inserts this character for a name that is not UTF-8.
        None if name.contains('\u{fffd}') => Some(PathFault::NotUtf8),
        // SK503 and SK505 report it, as another repository or as junk.
        Some(PathFault::DotGit) if name == ".git" => None,
        fault => fault,
    }
}

fn length(path: &str) -> Option<String> {
    let characters = path.chars().count();
    let depth = path.split('/').count();
    if characters > MAX_CHARACTERS {
        return Some(format!(
            "the path has {characters} characters; more than {MAX_CHARACTERS} do not fit into a project on Windows"
        ));
    }
    (depth > MAX_DEPTH).then(|| format!("the path cannot be installed: {}", PathFault::TooDeep))
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
    fn each_invalid_name_is_reported_once() {
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
    fn path_length_and_depth_have_limits() {
        let path =
            |characters: usize| format!("r/{}/{}", "é".repeat(50), "é".repeat(characters - 53));
        assert_eq!(length(&path(180)), None);
        assert!(length(&path(181)).is_some_and(|message| message.contains("181 characters")));
        assert!(length(&"a/".repeat(16)).is_some_and(|message| message.contains("16 folders")));
    }
}
