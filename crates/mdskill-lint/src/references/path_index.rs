//! [`PathIndex`]: the paths of a skill, for lookups.

use std::collections::{HashMap, HashSet};

use crate::path;
use crate::skill_files::{Entry, EntryKind};

/// The paths of a skill.
#[derive(Debug)]
pub struct PathIndex<'a> {
    files: HashSet<&'a str>,
    folders: HashSet<&'a str>,
    /// Symbolic links and submodules: the paths below them are not known.
    opaque: HashSet<&'a str>,
    /// Every file and folder by its case-folded, normalized path; the first of several.
    folded: HashMap<String, &'a str>,
}

/// The result of a lookup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Located<'a> {
    /// A file or folder with exactly this path; the empty path is the skill itself.
    Exact(&'a str),
    /// A file or folder whose path differs in letter case or Unicode form.
    Folded(&'a str),
}

impl<'a> PathIndex<'a> {
    /// Returns the index of `entries`.
    pub(crate) fn new(entries: &'a [Entry]) -> Self {
        let mut paths = Self {
            files: HashSet::with_capacity(entries.len()),
            folders: HashSet::new(),
            opaque: HashSet::new(),
            folded: HashMap::with_capacity(entries.len()),
        };
        for entry in entries {
            let path = entry.path.as_str();
            for (at, _) in path.match_indices('/') {
                if paths.folders.insert(&path[..at]) {
                    paths.fold(&path[..at]);
                }
            }
            if matches!(entry.kind, EntryKind::Link { .. } | EntryKind::Submodule) {
                paths.opaque.insert(path);
            }
            paths.files.insert(path);
            paths.fold(path);
        }
        paths
    }

    fn fold(&mut self, path: &'a str) {
        self.folded.entry(path::fold(path)).or_insert(path);
    }

    /// Whether the skill has this folder.
    pub(crate) fn has_folder(&self, path: &str) -> bool {
        self.folders.contains(path)
    }

    /// Finds the file or folder with exactly this path, which has no `.` or `..`. For a path below
    /// a link or submodule, that link or submodule is returned.
    pub(crate) fn find_exact(&self, path: &str) -> Option<&'a str> {
        let known = self.files.get(path).or_else(|| self.folders.get(path));
        let below_link = || {
            let mut above = path.match_indices('/').map(|(at, _)| &path[..at]);
            above.find_map(|folder| self.opaque.get(folder))
        };
        let found = known.or_else(below_link).copied();
        found.or_else(|| path.is_empty().then_some(""))
    }

    /// Finds a file or folder whose path may differ in letter case and Unicode form.
    pub(crate) fn find_folded(&self, path: &str) -> Option<&'a str> {
        self.folded.get(&path::fold(path)).copied()
    }

    /// Finds the first of `paths` that exists; only if none does, one in another spelling.
    pub(crate) fn locate(&self, paths: &[String]) -> Option<Located<'a>> {
        let exact = paths.iter().find_map(|path| self.find_exact(path));
        let other = || paths.iter().find_map(|path| self.find_folded(path));
        let exact = exact.map(Located::Exact);
        exact.or_else(|| other().map(Located::Folded))
    }
}

/// Returns the first segment of a path with several segments, unless it is `..`.
pub(crate) fn top_folder(target: &str) -> Option<&str> {
    let mut segments = target
        .split('/')
        .filter(|segment| !matches!(*segment, "" | "."));
    let top = segments.next().filter(|top| *top != "..")?;
    (segments.next().is_some() || target.ends_with('/')).then_some(top)
}

/// Returns the folder of a path; empty for a path without a folder.
pub(crate) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Returns `folder` and its parent folders without the root, the innermost first.
pub(crate) fn upwards(folder: &str) -> impl Iterator<Item = &str> {
    let first = Some(folder).filter(|folder| !folder.is_empty());
    std::iter::successors(first, |folder| {
        Some(folder_of(folder)).filter(|folder| !folder.is_empty())
    })
}

/// Returns `path` relative to `folder`; `None` if it is not in the folder.
pub(crate) fn below<'p>(folder: &str, path: &'p str) -> Option<&'p str> {
    if folder.is_empty() {
        return Some(path);
    }
    let rest = path.strip_prefix(folder)?;
    if rest.is_empty() {
        return Some(rest);
    }
    rest.strip_prefix('/')
}

/// Joins a folder and a relative path, and removes `.`, `..` and double slashes. Returns `None` if
/// the path leaves the root of `folder`.
pub(crate) fn join(folder: &str, target: &str) -> Option<String> {
    let mut segments: Vec<&str> = Vec::new();
    for segment in folder.split('/').chain(target.split('/')) {
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
    fn locate_finds_exact_and_folded_paths() {
        let link = Entry {
            path: "shared".to_owned(),
            kind: EntryKind::Link {
                target: "../shared".to_owned(),
                fault: crate::links::LinkFault::Outside,
            },
        };
        let entries = [
            Entry::file("SKILL.md", 1),
            Entry::file("references/a/Api.md", 1),
            link,
        ];
        let paths = PathIndex::new(&entries);
        let located = |path: &str| paths.locate(&[path.to_owned()]);
        assert_eq!(
            located("references/a"),
            Some(Located::Exact("references/a"))
        );
        assert_eq!(located("shared/x.md"), Some(Located::Exact("shared")));
        assert_eq!(located(""), Some(Located::Exact("")));
        assert_eq!(
            located("References/a/api.md"),
            Some(Located::Folded("references/a/Api.md"))
        );
        assert_eq!(located("references/b.md"), None);
        let either = ["skill.md", "references/a"].map(str::to_owned);
        assert_eq!(paths.locate(&either), Some(Located::Exact("references/a")));
    }

    #[test]
    fn join_resolves_dots_and_double_slashes() {
        assert_eq!(join("a/b", "./../c//d/").as_deref(), Some("a/c/d"));
        assert_eq!(join("", "a/..").as_deref(), Some(""));
        assert_eq!(join("a", "../../b"), None);
    }

    #[test]
    fn upwards_lists_parents_below_root() {
        assert_eq!(upwards("a/b/c").collect::<Vec<_>>(), ["a/b/c", "a/b", "a"]);
        assert_eq!(upwards("").count(), 0);
        assert_eq!(below("a", "a/b"), Some("b"));
        assert_eq!(below("a", "ab"), None);
        assert_eq!((below("a", "a"), below("", "a")), (Some(""), Some("a")));
    }

    #[test]
    fn top_folder_is_first_of_several_segments() {
        assert_eq!(top_folder("./a/b"), Some("a"));
        assert_eq!(top_folder("a/"), Some("a"));
        assert_eq!(top_folder("a"), None);
        assert_eq!(top_folder("../a/b"), None);
    }
}
