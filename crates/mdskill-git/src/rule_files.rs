//! [`RuleFiles`]: what the files with git's rules can say about a path.
//!
//! libgit2 looks at a dozen files for each path and attribute: a third of the time of `add --all` in a project whose
//! rules say nothing about skills. It decides, but is asked only where a rule may apply, and where it survives them.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::error::ObjectError;
use crate::git_folder::is_harmless;
use crate::objects::Objects;
use crate::options::user_files;

/// At the beginning of a file that some editors write.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
/// The size of the largest file with patterns, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// The rules of a work tree, each file read once.
pub(crate) struct RuleFiles {
    root: PathBuf,
    /// The rules of the repository that are not in its files, those of the user, and those of the system.
    outer: Rules,
    folders: RefCell<HashMap<String, Rc<Rules>>>,
}

/// The rules in a folder, or those outside of the work tree.
struct Rules {
    /// If false, all rules are unknown.
    can_be_read: bool,
    has_attributes: bool,
    ignored: Patterns,
}

impl RuleFiles {
    /// Reads the rules outside of the work tree, which is at `root`.
    pub(crate) fn of(objects: &Objects, root: &Path) -> Self {
        let config = objects.config();
        let named = config.map(|config| config.get_path("core.attributesfile").ok());
        let is_named = !matches!(named, Some(None));
        let own = objects.store().join("info/attributes");
        let mut attributes = user_files().attributes.clone();
        attributes.extend(named.flatten());
        attributes.push(own);
        let mut ignored = Patterns::default();
        for file in objects.outer_ignore_files() {
            ignored.add_file(&file);
        }
        Self {
            root: root.to_owned(),
            outer: Rules {
                can_be_read: ignored.problem.is_none()
                    && attributes.iter().all(|file| is_harmless(file)),
                has_attributes: is_named || attributes.iter().any(|file| is_there(file)),
                ignored,
            },
            folders: RefCell::default(),
        }
    }

    /// Whether the rules for the path below the work tree can be read.
    pub(crate) fn can_be_read(&self, path: &str) -> bool {
        self.outer.can_be_read && self.around(path).all(|rules| rules.can_be_read)
    }

    /// Whether there may be attributes for the file at the path. Those in the index alone are not seen.
    pub(crate) fn may_have_attributes(&self, path: &str) -> bool {
        self.outer.has_attributes || self.around(path).any(|rules| rules.has_attributes)
    }

    /// Whether a rule may ignore the file or folder at the path, or a folder around it.
    pub(crate) fn may_be_ignored(&self, path: &str) -> bool {
        let lower = path.to_ascii_lowercase();
        let is_named = |rules: &Rules| rules.ignored.may_match(&lower);
        is_named(&self.outer) || self.around(path).any(|rules| is_named(&rules))
    }

    /// Returns the rules in the folders around a path, from the root.
    fn around(&self, path: &str) -> impl Iterator<Item = Rc<Rules>> {
        folders_around(path).map(|folder| self.rules_in(folder))
    }

    fn rules_in(&self, folder: &str) -> Rc<Rules> {
        let mut folders = self.folders.borrow_mut();
        if let Some(known) = folders.get(folder) {
            return known.clone();
        }
        let attributes = self.root.join(folder).join(".gitattributes");
        let ignored = Patterns::of_file(&self.root.join(folder).join(".gitignore"));
        let rules = Rc::new(Rules {
            can_be_read: ignored.problem.is_none() && is_harmless(&attributes),
            has_attributes: is_there(&attributes),
            ignored,
        });
        folders.insert(folder.to_owned(), rules.clone());
        rules
    }
}

impl Objects {
    /// Returns the files with patterns that apply to all folders, which may be missing.
    pub(crate) fn outer_ignore_files(&self) -> Vec<PathBuf> {
        let named = self
            .config()
            .map(|config| config.get_path("core.excludesfile"));
        let mut files = vec![self.store().join("info/exclude")];
        match named {
            Some(Ok(named)) => files.push(named),
            _ => files.extend_from_slice(&user_files().ignore),
        }
        files
    }

    /// Checks the rules that decide which files in `folders`, below the work tree, are ignored.
    ///
    /// # Errors
    /// When libgit2 would wait for them, or crash.
    pub(crate) fn check_ignore_rules(&self, folders: &[String]) -> Result<(), ObjectError> {
        let root = self.work_tree().unwrap_or(self.store());
        let folders = folders.iter().flat_map(|folder| folders_around(folder));
        let files = folders.map(|folder| root.join(folder).join(".gitignore"));
        for file in self.outer_ignore_files().into_iter().chain(files) {
            if let Some(problem) = Patterns::of_file(&file).problem {
                return Err(ObjectError::Repository {
                    path: root.to_owned(),
                    reason: format!("{} {problem}", file.display()),
                });
            }
        }
        Ok(())
    }
}

/// Returns the folders around a path, the root first. The path of a folder ends with a slash.
fn folders_around(path: &str) -> impl Iterator<Item = &str> {
    let ends = path.match_indices('/').map(|(at, _)| at);
    [0].into_iter().chain(ends).map(|end| &path[..end])
}

fn is_there(file: &Path) -> bool {
    file.symlink_metadata().is_ok()
}

/// The patterns of files such as `.gitignore`.
#[derive(Debug, Default)]
struct Patterns {
    /// A word of each pattern, in lower case. All that a pattern ignores has it in its path.
    words: Vec<Vec<u8>>,
    /// Why libgit2 must not read them.
    problem: Option<&'static str>,
}

impl Patterns {
    /// Returns the patterns of a file, which may be missing.
    fn of_file(file: &Path) -> Self {
        let mut patterns = Self::default();
        patterns.add_file(file);
        patterns
    }

    fn add_file(&mut self, file: &Path) {
        if !is_harmless(file) {
            self.problem = Some("is not a regular file");
            return;
        }
        match read(file) {
            Ok(text) => self.add(&text),
            Err(error) if is_missing(&error) => {}
            Err(error) if error.kind() == ErrorKind::FileTooLarge => {
                self.problem = Some("is larger than 1 MiB");
            }
            // The empty word is in every path.
            Err(_) => self.words.push(Vec::new()),
        }
    }

    fn add(&mut self, text: &[u8]) {
        let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        for line in text.split(|byte| *byte == b'\n') {
            // As libgit2 does.
            let returns = line.iter().take_while(|byte| **byte == b'\r').count();
            let line = &line[returns..];
            if line.starts_with(b"#") {
                continue;
            }
            // libgit2 1.9 ends a pattern at both, and reads an empty one again without end.
            if line.contains(&b'\x0b') || line.contains(&b'\x0c') {
                self.problem = Some("has a vertical tab or a form feed: remove it");
            }
            if let Some(exception) = line.strip_prefix(b"!") {
                if is_empty_for_libgit2(exception) {
                    self.problem = Some("has a line `!\\`, which does not name a file: remove it");
                }
            } else if !line.trim_ascii().is_empty() {
                self.words.push(longest_word(line.trim_ascii()));
            }
        }
    }

    /// Whether a path, in lower case, has one of the words.
    fn may_match(&self, path: &str) -> bool {
        let is_inside = |word: &Vec<u8>| memchr::memmem::find(path.as_bytes(), word).is_some();
        self.words.iter().any(is_inside)
    }
}

/// Whether a pattern may be empty when libgit2 1.9 has removed a backslash at its end. It then compares a null pointer
/// with the patterns above.
fn is_empty_for_libgit2(pattern: &[u8]) -> bool {
    let pattern = pattern.split(|byte| *byte == 0).next().unwrap_or_default();
    pattern.contains(&b'\\') && pattern.iter().all(|byte| b"/\\ \t\r".contains(byte))
}

/// Returns the longest part of a pattern that must be in a path as it is, in lower case.
fn longest_word(pattern: &[u8]) -> Vec<u8> {
    // What follows may be in the brackets, which are one character of the path.
    let is_end = |byte: &u8| *byte == b'[' || byte.is_ascii_control();
    let plain = pattern.split(is_end).next().unwrap_or_default();
    let words = plain.split(|byte| b"*?/\\".contains(byte) || !byte.is_ascii());
    let longest = words.max_by_key(|word| word.len());
    longest.unwrap_or_default().to_ascii_lowercase()
}

fn read(file: &Path) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    let length = File::open(file)?
        .take(MAX_BYTES + 1)
        .read_to_end(&mut text)?;
    if length as u64 > MAX_BYTES {
        return Err(ErrorKind::FileTooLarge.into());
    }
    Ok(text)
}

fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tempfile::TempDir;

    thread_local! {
        static EMPTY: (TempDir, Objects) = {
            let folder = tempfile::tempdir().unwrap();
            let objects = Objects::create(folder.path()).unwrap();
            (folder, objects.without_excludes().unwrap())
        };
    }

    proptest! {
        #[test]
        fn what_libgit2_ignores_may_match(
            text in "\\PC?([aAb.é/ ]|\\*|\\?|\\[|\\]|\\\\|!|#|\r|\n|\t|\x0b|\x0c){0,9}",
            path in "[aAbé][aAb. ]{0,2}(/[ab][ab.]{0,2}){0,2}/?",
        ) {
            // For libgit2, a dot that ends the file is everything; for git, it is nothing.
            prop_assume!(text.lines().last() != Some("."));
            let mut patterns = Patterns::default();
            patterns.add(text.as_bytes());
            if patterns.problem.is_none() {
                let is_ignored = EMPTY.with(|(_, objects)| objects.is_ignored_by(&text, &path));
                prop_assert!(!is_ignored || patterns.may_match(&path.to_ascii_lowercase()));
            }
        }
    }
}
