//! [`OverlayFiles`]: a skill with some of its files changed, before anything is written.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Entry, EntryKind, PathKind, SkillFiles, Unreadable};

/// Another view, with some files replaced, renamed or made executable: a page in an editor
/// that is not saved yet, or a skill as fixes would leave it.
#[derive(Clone)]
pub struct OverlayFiles<'a> {
    below: &'a dyn SkillFiles,
    entries: Vec<Entry>,
    changed: BTreeMap<String, Content>,
}

/// What a changed file holds.
#[derive(Clone)]
enum Content {
    Given(Arc<[u8]>),
    /// What the view below has at this path.
    Of(String),
}

impl<'a> OverlayFiles<'a> {
    /// Returns a view that shows what `below` shows.
    #[must_use]
    pub fn over(below: &'a dyn SkillFiles) -> Self {
        Self {
            below,
            entries: below.entries().to_vec(),
            changed: BTreeMap::new(),
        }
    }

    /// Gives a file these bytes. One that was not there is a plain file from now on; one
    /// that was executable stays so.
    pub fn write(&mut self, path: &str, bytes: &[u8]) {
        let is_executable = self.entry(path).is_some_and(is_executable);
        self.put(Entry {
            path: path.to_owned(),
            kind: EntryKind::File {
                bytes: bytes.len() as u64,
                is_executable,
            },
        });
        let content = Content::Given(bytes.into());
        self.changed.insert(path.to_owned(), content);
    }

    /// Gives a file another path; nothing happens when there is no such file.
    pub fn rename(&mut self, from: &str, to: &str) {
        let Ok(at) = self.find(from) else {
            return;
        };
        let mut entry = self.entries.remove(at);
        to.clone_into(&mut entry.path);
        self.put(entry);
        let content = self.changed.remove(from);
        let content = content.unwrap_or_else(|| Content::Of(from.to_owned()));
        self.changed.insert(to.to_owned(), content);
    }

    /// Makes a file executable.
    pub fn make_executable(&mut self, path: &str) {
        if let Ok(at) = self.find(path)
            && let EntryKind::File { is_executable, .. } = &mut self.entries[at].kind
        {
            *is_executable = true;
        }
    }

    /// Returns what lies at exactly this path.
    #[must_use]
    pub fn entry(&self, path: &str) -> Option<&Entry> {
        self.find(path).ok().map(|at| &self.entries[at])
    }

    fn find(&self, path: &str) -> Result<usize, usize> {
        self.entries
            .binary_search_by(|entry| entry.path.as_str().cmp(path))
    }

    fn put(&mut self, entry: Entry) {
        match self.find(&entry.path) {
            Ok(at) => self.entries[at] = entry,
            Err(at) => self.entries.insert(at, entry),
        }
    }
}

fn is_executable(entry: &Entry) -> bool {
    matches!(
        entry.kind,
        EntryKind::File {
            is_executable: true,
            ..
        }
    )
}

impl SkillFiles for OverlayFiles<'_> {
    fn folder(&self) -> &str {
        self.below.folder()
    }

    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn read(&self, path: &str) -> Result<Cow<'_, [u8]>, Unreadable> {
        match self.changed.get(path) {
            Some(Content::Given(bytes)) => Ok(Cow::Borrowed(bytes)),
            Some(Content::Of(below)) => self.below.read(below),
            None if self.entry(path).is_some() => self.below.read(path),
            None => Err(Unreadable {
                reason: "there is no such file".to_owned(),
            }),
        }
    }

    fn beginning(&self, path: &str, count: usize) -> Result<Cow<'_, [u8]>, Unreadable> {
        match self.changed.get(path) {
            Some(Content::Given(bytes)) => Ok(Cow::Borrowed(&bytes[..count.min(bytes.len())])),
            Some(Content::Of(below)) => self.below.beginning(below, count),
            None => self.below.beginning(path, count),
        }
    }

    fn place(&self) -> Option<&str> {
        self.below.place()
    }

    fn in_repository(&self, path: &str) -> Option<PathKind> {
        self.below.in_repository(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skill_files::MemoryFiles;

    #[test]
    fn what_is_changed_is_seen_and_the_rest_shines_through() {
        let below = MemoryFiles::new("a")
            .with("b.md", "old")
            .with("skill.md", "text");
        let mut overlay = OverlayFiles::over(&below);
        overlay.write("b.md", b"new");
        overlay.write("c.md", b"more");
        overlay.rename("skill.md", "SKILL.md");
        overlay.rename("b.md", "d.md");
        overlay.make_executable("d.md");
        let paths: Vec<&str> = overlay.entries().iter().map(|e| e.path.as_str()).collect();
        assert_eq!(paths, ["SKILL.md", "c.md", "d.md"]);
        assert_eq!(&*overlay.read("SKILL.md").unwrap(), b"text");
        assert_eq!(&*overlay.read("d.md").unwrap(), b"new");
        assert_eq!(&*overlay.beginning("SKILL.md", 2).unwrap(), b"te");
        assert!(overlay.read("skill.md").is_err() && overlay.read("b.md").is_err());
        assert!(is_executable(overlay.entry("d.md").unwrap()));
        assert_eq!(&*below.read("b.md").unwrap(), b"old");
    }
}
