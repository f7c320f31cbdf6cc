//! [`PathIndex`]: the paths of a skill, and what lies at one.

use std::collections::{HashMap, HashSet};

use crate::path;
use crate::skill_files::{Entry, EntryKind};

/// The paths of a skill.
#[derive(Debug)]
pub struct PathIndex<'a> {
    files: HashSet<&'a str>,
    folders: HashSet<&'a str>,
    /// What may hold more than can be seen: links and other repositories.
    opaque: HashSet<&'a str>,
    /// Every file and folder by its folded path; of several the first.
    folded: HashMap<String, &'a str>,
}

/// What a skill has at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Located<'a> {
    /// A file or folder that is named exactly so; the empty path is the skill itself.
    Exact(&'a str),
    /// One whose name differs in letter case or Unicode form.
    Folded(&'a str),
}

impl<'a> PathIndex<'a> {
    /// Returns the paths of `entries`.
    #[must_use]
    pub fn new(entries: &'a [Entry]) -> Self {
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

    /// Whether the skill has this file.
    #[must_use]
    pub fn has_file(&self, path: &str) -> bool {
        self.files.contains(path)
    }

    /// Whether the skill has a folder of this path.
    #[must_use]
    pub fn has_folder(&self, path: &str) -> bool {
        self.folders.contains(path)
    }

    /// Returns what lies at exactly `path`, which has neither `.` nor `..` in it.
    #[must_use]
    pub fn find_exact(&self, path: &str) -> Option<&'a str> {
        let known = self.files.get(path).or_else(|| self.folders.get(path));
        let below_link = || {
            let mut above = path.match_indices('/').map(|(at, _)| &path[..at]);
            above.find_map(|folder| self.opaque.get(folder))
        };
        let found = known.or_else(below_link).copied();
        found.or_else(|| path.is_empty().then_some(""))
    }

    /// Returns what lies at `path` but for letter case and Unicode form.
    #[must_use]
    pub fn find_folded(&self, path: &str) -> Option<&'a str> {
        self.folded.get(&path::fold(path)).copied()
    }

    /// Returns what lies at the first of `paths` that has something, before anything that is
    /// only written otherwise.
    #[must_use]
    pub fn locate(&self, paths: &[String]) -> Option<Located<'a>> {
        let exact = paths.iter().find_map(|path| self.find_exact(path));
        let other = || paths.iter().find_map(|path| self.find_folded(path));
        let exact = exact.map(Located::Exact);
        exact.or_else(|| other().map(Located::Folded))
    }
}

/// Returns the first segment of a path that stays in its folder and has more than one.
#[must_use]
pub fn top_folder(target: &str) -> Option<&str> {
    let mut segments = target
        .split('/')
        .filter(|segment| !matches!(*segment, "" | "."));
    let top = segments.next().filter(|top| *top != "..")?;
    (segments.next().is_some() || target.ends_with('/')).then_some(top)
}

/// Returns the folder of a path, empty for a path without one.
#[must_use]
pub fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Returns `folder` and the folders around it, the root left out.
pub fn upwards(folder: &str) -> impl Iterator<Item = &str> {
    let first = Some(folder).filter(|folder| !folder.is_empty());
    std::iter::successors(first, |folder| {
        Some(folder_of(folder)).filter(|folder| !folder.is_empty())
    })
}

/// Returns `path` as seen from `folder`, when it lies in it or is it.
#[must_use]
pub fn below<'p>(folder: &str, path: &'p str) -> Option<&'p str> {
    if folder.is_empty() {
        return Some(path);
    }
    let rest = path.strip_prefix(folder)?;
    match rest.is_empty() {
        true => Some(rest),
        false => rest.strip_prefix('/'),
    }
}

/// Returns the path that `target` means in `folder`, without `.`, `..` and doubled slashes;
/// none when it climbs out of the root that `folder` is seen from.
#[must_use]
pub fn join(folder: &str, target: &str) -> Option<String> {
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
    fn a_path_leads_where_the_tree_says() {
        let link = Entry {
            path: "shared".to_owned(),
            kind: EntryKind::Link {
                target: "../shared".to_owned(),
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
    fn dots_and_doubled_slashes_are_resolved() {
        assert_eq!(join("a/b", "./../c//d/").as_deref(), Some("a/c/d"));
        assert_eq!(join("", "a/..").as_deref(), Some(""));
        assert_eq!(join("a", "../../b"), None);
    }

    #[test]
    fn the_folders_around_one_are_those_below_the_root() {
        assert_eq!(upwards("a/b/c").collect::<Vec<_>>(), ["a/b/c", "a/b", "a"]);
        assert_eq!(upwards("").count(), 0);
        assert_eq!(below("a", "a/b"), Some("b"));
        assert_eq!(below("a", "ab"), None);
        assert_eq!((below("a", "a"), below("", "a")), (Some(""), Some("a")));
    }

    #[test]
    fn the_top_folder_is_the_first_of_several_segments() {
        assert_eq!(top_folder("./a/b"), Some("a"));
        assert_eq!(top_folder("a/"), Some("a"));
        assert_eq!(top_folder("a"), None);
        assert_eq!(top_folder("../a/b"), None);
    }
}
