//! [`Paths`]: the paths of a skill, and where a path leads.

use std::collections::{BTreeMap, HashSet};

use crate::path;
use crate::view::Entry;

/// The paths of a skill.
#[derive(Debug)]
pub struct Paths<'a> {
    files: HashSet<&'a str>,
    folders: HashSet<&'a str>,
    /// Every file and folder by its folded path.
    folded: BTreeMap<String, &'a str>,
}

/// Where a reference leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination<'a> {
    /// A file or folder of the skill.
    Found,
    /// A file or folder of the skill that is written otherwise.
    OtherCase(&'a str),
    /// Nowhere in the skill.
    Missing,
    /// Out of the skill, or to an absolute path.
    Outside,
}

impl<'a> Paths<'a> {
    /// Returns the paths of `entries`.
    #[must_use]
    pub fn new(entries: &'a [Entry]) -> Self {
        let files: HashSet<&str> = entries.iter().map(|entry| entry.path.as_str()).collect();
        let parents = |path: &'a str| path.match_indices('/').map(|(at, _)| &path[..at]);
        let folders: HashSet<&str> = files.iter().copied().flat_map(parents).collect();
        let all = files.iter().chain(&folders);
        Self {
            folded: all.map(|path| (path::fold(path), *path)).collect(),
            files,
            folders,
        }
    }

    /// Whether the skill has this file.
    #[must_use]
    pub fn has_file(&self, path: &str) -> bool {
        self.files.contains(path)
    }

    /// Returns where `target` leads from the skill's folder.
    #[must_use]
    pub fn destination(&self, target: &str) -> Destination<'a> {
        let Some(path) = normalised(target) else {
            return Destination::Outside;
        };
        let path = path.as_str();
        if path.is_empty() || self.files.contains(path) || self.folders.contains(path) {
            return Destination::Found;
        }
        match self.folded.get(&path::fold(path)) {
            Some(other) => Destination::OtherCase(other),
            None => Destination::Missing,
        }
    }

    /// Whether the skill has a folder of this name at its top.
    #[must_use]
    pub fn has_folder(&self, name: &str) -> bool {
        self.folders.contains(name)
    }
}

/// Returns the first segment of a path that stays in the skill and has more than one.
#[must_use]
pub fn top_folder(target: &str) -> Option<String> {
    let path = normalised(target)?;
    let is_folder = target.ends_with('/') && !path.is_empty();
    let (top, _) = path
        .split_once('/')
        .or(is_folder.then_some((path.as_str(), "")))?;
    Some(top.to_owned())
}

/// Resolves `.`, `..` and doubled slashes; none when the path leaves the skill.
fn normalised(target: &str) -> Option<String> {
    if target.starts_with(['/', '~']) || target.contains('\\') {
        return None;
    }
    let mut segments = Vec::new();
    for segment in target.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop()?;
            }
            _ => segments.push(segment),
        }
    }
    Some(segments.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_leads_where_the_tree_says() {
        let entries = ["SKILL.md", "references/a/Api.md"].map(|path| Entry::file(path, 1));
        let paths = Paths::new(&entries);
        let cases = [
            ("./references/a/Api.md", Destination::Found),
            ("references/", Destination::Found),
            ("references/a/../a", Destination::Found),
            (
                "references/a/api.md",
                Destination::OtherCase("references/a/Api.md"),
            ),
            ("References/a", Destination::OtherCase("references/a")),
            ("references/b.md", Destination::Missing),
            ("../references/a/Api.md", Destination::Outside),
            ("/references", Destination::Outside),
        ];
        for (target, destination) in cases {
            assert_eq!(paths.destination(target), destination, "{target}");
        }
    }

    #[test]
    fn the_top_folder_is_the_first_of_several_segments() {
        assert_eq!(top_folder("./a/b").as_deref(), Some("a"));
        assert_eq!(top_folder("a/").as_deref(), Some("a"));
        assert_eq!(top_folder("a"), None);
        assert_eq!(top_folder("../a/b"), None);
    }
}
