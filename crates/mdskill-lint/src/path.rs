//! [`SkillPath`]: a path inside a skill that is valid on every file system, and
//! [`collision`]: two paths that are the same file on some file systems.
//!
//! A repository may be hostile, so only a checked path is written to. The longest path in 1,665
//! public skills has 125 bytes and 5 levels.

use std::collections::HashMap;
use std::fmt;

use unicode_normalization::UnicodeNormalization;

/// Maximum length of a path inside a skill, in bytes: Windows allows 260, including the project's folder.
const MAX_PATH_BYTES: usize = 240;
/// Maximum length of the name of a file or folder, in bytes.
const MAX_COMPONENT_BYTES: usize = 128;
/// Maximum depth of folders.
pub const MAX_DEPTH: usize = 16;

/// A checked path inside a skill, with forward slashes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SkillPath(String);

/// The reason why a path is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PathFault {
    /// An empty path, or two slashes in a row.
    #[error("it is empty or has an empty part")]
    Empty,
    /// `/etc`, `C:/x`.
    #[error("it is absolute")]
    Absolute,
    /// `.` or `..`.
    #[error("it climbs out of the skill with `.` or `..`")]
    Climbs,
    /// A backslash, which is a separator on Windows.
    #[error("it has a backslash, which Windows reads as a separator")]
    Backslash,
    /// One of `< > : " | ? *`, which Windows forbids.
    #[error("it has a character that Windows forbids (one of < > : \" | ? *)")]
    Forbidden,
    /// A control or invisible character.
    #[error("it has a control or an invisible character")]
    Control,
    /// `.git`, or a name that some file system treats as `.git`.
    #[error("it is `.git` or one of its disguises")]
    DotGit,
    /// The name of a Windows device: `con`, `aux.txt`, `com1`.
    #[error("it is a device name on Windows")]
    Device,
    /// A dot or space at the end, which Windows drops.
    #[error("it ends with a dot or a space, which Windows drops")]
    TrailingDot,
    /// Longer than the limits.
    #[error("it is longer than {MAX_PATH_BYTES} bytes, or a part of it than {MAX_COMPONENT_BYTES}")]
    TooLong,
    /// Deeper than [`MAX_DEPTH`].
    #[error("it is nested deeper than {MAX_DEPTH} folders")]
    TooDeep,
    /// Not UTF-8.
    #[error("it is not UTF-8")]
    NotUtf8,
}

impl SkillPath {
    /// Checks `path`, which has forward slashes.
    ///
    /// # Errors
    /// The first fault of the path.
    pub fn parse(path: &str) -> Result<Self, PathFault> {
        if path.starts_with('/') {
            return Err(PathFault::Absolute);
        }
        if path.len() > MAX_PATH_BYTES {
            return Err(PathFault::TooLong);
        }
        if path.split('/').count() > MAX_DEPTH {
            return Err(PathFault::TooDeep);
        }
        match path.split('/').find_map(component_fault) {
            Some(fault) => Err(fault),
            None => Ok(Self(path.to_owned())),
        }
    }

    /// Checks a path as git stores it.
    ///
    /// # Errors
    /// [`PathFault::NotUtf8`], or as [`SkillPath::parse`].
    pub fn from_bytes(path: &[u8]) -> Result<Self, PathFault> {
        let path = std::str::from_utf8(path).map_err(|_| PathFault::NotUtf8)?;
        Self::parse(path)
    }

    /// Returns the path as text, with forward slashes.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SkillPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<std::path::Path> for SkillPath {
    fn as_ref(&self) -> &std::path::Path {
        std::path::Path::new(&self.0)
    }
}

/// Returns the reason why `name` is invalid as a file or folder on some platform.
pub(crate) fn component_fault(name: &str) -> Option<PathFault> {
    if name.is_empty() {
        return Some(PathFault::Empty);
    }
    if name == "." || name == ".." {
        return Some(PathFault::Climbs);
    }
    if name.contains('/') {
        return Some(PathFault::Absolute);
    }
    if name.contains('\\') {
        return Some(PathFault::Backslash);
    }
    if is_dot_git(name) {
        return Some(PathFault::DotGit);
    }
    if name.chars().any(is_hidden) {
        return Some(PathFault::Control);
    }
    if name.contains(['<', '>', ':', '"', '|', '?', '*']) {
        return Some(PathFault::Forbidden);
    }
    if name.ends_with(['.', ' ']) {
        return Some(PathFault::TrailingDot);
    }
    if is_windows_device(name) {
        return Some(PathFault::Device);
    }
    (name.len() > MAX_COMPONENT_BYTES).then_some(PathFault::TooLong)
}

/// Whether a character is a control character, is invisible, or changes the text direction. No path
/// of 1,665 public skills has one.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{feff}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}'
            | '\u{e0000}'..='\u{e007f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Whether git refuses to check out a file or folder of this name, which only a tree that git did not
/// write can have: such a name leads to another folder.
///
/// Source: `verify_path` in git's read-cache.c.
#[must_use]
pub fn is_refused_by_git(name: &str) -> bool {
    matches!(name, "" | "." | "..") || name.contains('/') || is_dot_git(name)
}

/// Whether some file system opens `.git` under this name.
#[must_use]
pub fn is_dot_git(name: &str) -> bool {
    // Most names begin with another letter, and discovery checks every name of a repository.
    let first = name.chars().find(|c| !is_hidden(*c));
    if !matches!(first, Some('.' | 'g' | 'G')) {
        return false;
    }
    matches!(undisguised(name).as_str(), ".git" | "git~1")
}

/// Returns the name of the file that some file system opens under this name.
///
/// The rules are those by which git refuses `.git` (`core.protectNTFS`,
/// `core.protectHFS`): case, NTFS streams, trailing dots and spaces, and the code points
/// that HFS+ ignores.
#[must_use]
pub fn undisguised(name: &str) -> String {
    let visible: String = name.chars().filter(|c| !is_hidden(*c)).collect();
    let stem = visible.split(':').next().unwrap_or_default();
    stem.trim_end_matches(['.', ' ']).to_lowercase()
}

/// Whether Windows opens a device instead of a file, whatever the extension.
///
/// Source: Microsoft, "Naming Files, Paths, and Namespaces".
fn is_windows_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    let stem = stem.trim_end_matches(' ').to_ascii_lowercase();
    if matches!(
        stem.as_str(),
        "con" | "prn" | "aux" | "nul" | "conin$" | "conout$"
    ) {
        return true;
    }
    let port = stem
        .strip_prefix("com")
        .or_else(|| stem.strip_prefix("lpt"));
    matches!(port, Some(digit) if digit.chars().count() == 1
        && digit.chars().all(|c| matches!(c, '0'..='9' | '¹' | '²' | '³')))
}

/// Returns a key that is equal for paths that are the same file on a case-insensitive, normalizing
/// file system (macOS, Windows).
#[must_use]
pub fn fold(path: &str) -> String {
    // Most paths are ASCII, which has only one form.
    if path.is_ascii() {
        return path.to_ascii_lowercase();
    }
    // Capitals first, because some letters share one: `σ` and `ς`, `ß` and `ss`, `ﬁ` and `fi`.
    let capitals = path.nfc().flat_map(char::to_uppercase);
    capitals.flat_map(char::to_lowercase).nfc().collect()
}

/// Returns the first two of `paths` that are different and have the same [`fold`]: two files, a file
/// and a folder, or two spellings of a folder.
pub fn collision<'a>(paths: impl IntoIterator<Item = &'a str>) -> Option<(String, String)> {
    let found = collisions(paths).into_iter().next();
    found.map(|(one, other)| (one.to_owned(), other.to_owned()))
}

/// Returns all pairs of which [`collision`] returns the first. Of more than two paths, each is paired
/// with the previous one.
pub fn collisions<'a>(paths: impl IntoIterator<Item = &'a str>) -> Vec<(&'a str, &'a str)> {
    let mut seen: HashMap<String, (&'a str, bool)> = HashMap::new();
    let mut found = Vec::new();
    for path in paths {
        let ends = path.match_indices('/').map(|(at, _)| at);
        for (end, is_file) in ends.map(|at| (at, false)).chain([(path.len(), true)]) {
            let spelled = &path[..end];
            match seen.insert(fold(spelled), (spelled, is_file)) {
                Some((other, other_is_file))
                    if other != spelled
                        || (is_file || other_is_file) && other_is_file != is_file =>
                {
                    found.push((other, spelled));
                }
                _ => {}
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_paths_pass() {
        for path in [
            "SKILL.md",
            "references/a b.md",
            ".env.example",
            "scripts/__init__.py",
            "ünï/c.md",
            ".gitignore",
            "git.md",
            "console.md",
            "com10",
        ] {
            assert!(SkillPath::parse(path).is_ok(), "{path}");
        }
    }

    #[test]
    fn invalid_paths_are_refused_with_a_reason() {
        let cases = [
            ("/etc/passwd", PathFault::Absolute),
            ("../x", PathFault::Climbs),
            ("a/./b", PathFault::Climbs),
            ("a//b", PathFault::Empty),
            ("a\\b", PathFault::Backslash),
            ("C:/x", PathFault::Forbidden),
            ("a:stream", PathFault::Forbidden),
            (".git/config", PathFault::DotGit),
            ("x/.GIT/hooks", PathFault::DotGit),
            ("git~1/config", PathFault::DotGit),
            (".git::$INDEX_ALLOCATION", PathFault::DotGit),
            (".git. /x", PathFault::DotGit),
            (".g\u{200c}it/x", PathFault::DotGit),
            ("a\u{1b}[31m", PathFault::Control),
            ("a\u{202e}b", PathFault::Control),
            ("aux", PathFault::Device),
            ("NUL.txt", PathFault::Device),
            ("com1.md", PathFault::Device),
            ("a.", PathFault::TrailingDot),
            ("a /b", PathFault::TrailingDot),
        ];
        for (path, fault) in cases {
            assert_eq!(SkillPath::parse(path), Err(fault), "{path:?}");
        }
        assert_eq!(SkillPath::parse(&"a".repeat(129)), Err(PathFault::TooLong));
        assert_eq!(SkillPath::parse(&"a/".repeat(16)), Err(PathFault::TooDeep));
        assert_eq!(SkillPath::from_bytes(b"\xff"), Err(PathFault::NotUtf8));
    }

    #[test]
    fn collisions_by_case_form_and_folder_are_found() {
        assert!(collision(["a.md", "b.md", "x/a.md", "x/b.md"]).is_none());
        assert!(collision(["A.md", "a.md"]).is_some());
        assert!(collision(["e\u{301}.md", "\u{e9}.md"]).is_some());
        assert!(collision(["Docs/a.md", "docs/b.md"]).is_some());
        assert!(collision(["docs", "DOCS/b.md"]).is_some());
    }
}
