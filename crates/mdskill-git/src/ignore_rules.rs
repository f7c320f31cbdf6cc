//! [`IgnoreRule`]: the rule by which git ignores a file.

use std::path::PathBuf;

use crate::objects::Objects;
use crate::work_tree::WorkTree;

/// A line of a `.gitignore` or of an excludes file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IgnoreRule {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// The pattern.
    pub pattern: String,
    /// The ignored path below the work tree: that of the file, or of a folder around it with a slash at
    /// the end.
    pub ignored: String,
    /// The line that lets the path in again, and the file to add it to.
    pub exception: (PathBuf, String),
}

impl WorkTree {
    /// Returns the rule that makes git ignore the file at `path` below the work tree, as
    /// `git check-ignore --verbose` does; `None` if git does not ignore it, or the rule is not found.
    #[must_use]
    pub fn ignore_rule(&self, path: &str) -> Option<IgnoreRule> {
        let folders = path.match_indices('/').map(|(at, _)| &path[..=at]);
        let mut ends = folders.chain([path]);
        let ignored = ends.find(|path| self.is_ignored(path))?;
        let matcher = Matcher::new()?;
        let sources = self.ignore_files(ignored);
        let mut rules = sources.into_iter().filter_map(|(file, base)| {
            let below = ignored.strip_prefix(base.as_str())?;
            let text = std::fs::read_to_string(&file).ok()?;
            let lines: Vec<&str> = text.lines().collect();
            let mut numbered = lines.iter().enumerate().rev();
            let (at, pattern) = numbered.find(|(_, line)| matcher.matches(line, below))?;
            // A rule for this machine only is overridden in the project's own file.
            let is_shared = file.file_name().is_some_and(|name| name == ".gitignore");
            let (at_file, base) = if is_shared {
                (file.clone(), base)
            } else {
                (self.root().join(".gitignore"), String::new())
            };
            let below = ignored.strip_prefix(base.as_str())?;
            Some(IgnoreRule {
                line: at + 1,
                pattern: (*pattern).to_owned(),
                ignored: ignored.to_owned(),
                exception: (at_file, format!("!/{}", escaped(below))),
                file,
            })
        });
        rules.next()
    }

    /// Returns the files with rules for a path, those that decide first, each with its folder below the
    /// work tree.
    fn ignore_files(&self, path: &str) -> Vec<(PathBuf, String)> {
        let inside = path.trim_end_matches('/');
        let mut folders: Vec<&str> = inside
            .match_indices('/')
            .map(|(at, _)| &path[..=at])
            .collect();
        folders.reverse();
        let root = self.root();
        let shared = folders.into_iter().chain([""]);
        let mut files: Vec<(PathBuf, String)> = shared
            .map(|folder| (root.join(folder).join(".gitignore"), folder.to_owned()))
            .collect();
        let outer = self.objects().outer_ignore_files();
        files.extend(outer.into_iter().map(|file| (file, String::new())));
        files
    }
}

fn escaped(path: &str) -> String {
    let mut escaped = String::new();
    for c in path.chars() {
        if matches!(c, '*' | '?' | '[' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// Matches single patterns, with libgit2 in an empty repository, so that its answers are those that
/// decided.
struct Matcher {
    objects: Objects,
    _folder: tempfile::TempDir,
}

impl Matcher {
    fn new() -> Option<Self> {
        let folder = tempfile::tempdir().ok()?;
        let objects = Objects::create(folder.path()).ok()?.without_excludes()?;
        Some(Self {
            objects,
            _folder: folder,
        })
    }

    /// Whether a line is a pattern that ignores this path, relative to the folder of its file.
    fn matches(&self, line: &str, path: &str) -> bool {
        let is_pattern = !line.trim().is_empty() && !line.starts_with(['#', '!']);
        is_pattern && self.objects.is_ignored_by(line, path)
    }
}
