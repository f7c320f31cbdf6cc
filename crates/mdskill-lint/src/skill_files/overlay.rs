//! [`OverlayFiles`]: a skill with changes that are not written to disk.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Entry, EntryKind, PathKind, SkillFiles, Unreadable};

/// The files of another skill with some replaced, renamed or made executable: for example a page
/// in an editor that is not saved yet, or a skill after its fixes.
#[derive(Clone)]
pub struct OverlayFiles<'a> {
    base: &'a dyn SkillFiles,
    entries: Vec<Entry>,
    changed: BTreeMap<String, Content>,
}

/// The content of a changed file.
#[derive(Clone)]
enum Content {
    Bytes(Arc<[u8]>),
    /// The content of this path in the base.
    Base(String),
}

impl<'a> OverlayFiles<'a> {
    /// Returns an overlay of `base` without changes.
    #[must_use]
    pub fn over(base: &'a dyn SkillFiles) -> Self {
        Self {
            base,
            entries: base.entries().to_vec(),
            changed: BTreeMap::new(),
        }
    }

    /// Writes a file. A new file is a regular file; an executable one stays executable.
    pub fn write(&mut self, path: &str, bytes: &[u8]) {
        let is_executable = self.entry(path).is_some_and(is_executable);
        self.put(Entry {
            path: path.to_owned(),
            kind: EntryKind::File {
                bytes: bytes.len() as u64,
                is_executable,
            },
        });
        let content = Content::Bytes(bytes.into());
        self.changed.insert(path.to_owned(), content);
    }

    /// Renames a file; does nothing if there is no such file.
    pub fn rename(&mut self, from: &str, to: &str) {
        let Ok(at) = self.find(from) else {
            return;
        };
        let mut entry = self.entries.remove(at);
        to.clone_into(&mut entry.path);
        self.put(entry);
        let content = self.changed.remove(from);
        let content = content.unwrap_or_else(|| Content::Base(from.to_owned()));
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

    /// Returns the entry with exactly this path.
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
        self.base.folder()
    }

    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn read(&self, path: &str) -> Result<Cow<'_, [u8]>, Unreadable> {
        match self.changed.get(path) {
            Some(Content::Bytes(bytes)) => Ok(Cow::Borrowed(bytes)),
            Some(Content::Base(base)) => self.base.read(base),
            None if self.entry(path).is_some() => self.base.read(path),
            None => Err(Unreadable {
                reason: "no such file".to_owned(),
            }),
        }
    }

    fn beginning(&self, path: &str, count: usize) -> Result<Cow<'_, [u8]>, Unreadable> {
        match self.changed.get(path) {
            Some(Content::Bytes(bytes)) => Ok(Cow::Borrowed(&bytes[..count.min(bytes.len())])),
            Some(Content::Base(base)) => self.base.beginning(base, count),
            None => self.base.beginning(path, count),
        }
    }

    fn place(&self) -> Option<&str> {
        self.base.place()
    }

    fn in_repository(&self, path: &str) -> Option<PathKind> {
        self.base.in_repository(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skill_files::MemoryFiles;

    #[test]
    fn overlay_shows_changes_and_base() {
        let base = MemoryFiles::new("a")
            .with("b.md", "old")
            .with("skill.md", "text");
        let mut overlay = OverlayFiles::over(&base);
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
        assert_eq!(&*base.read("b.md").unwrap(), b"old");
    }
}
