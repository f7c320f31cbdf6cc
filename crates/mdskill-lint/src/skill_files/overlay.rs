//! [`OverlayFiles`]: a skill with changes that are not written to disk.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{Entry, EntryKind, PathKind, SkillFiles, Unreadable};

/// The files of another skill with some replaced, renamed or made executable: for example a page
/// in an editor that is not saved yet, or a skill after its fixes.
pub struct OverlayFiles<'a> {
    base: &'a dyn SkillFiles,
    entries: Vec<Entry>,
    /// The contents of written and renamed files.
    changed: BTreeMap<String, Vec<u8>>,
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
        let is_executable = self.entry(path).is_some_and(Entry::is_executable);
        self.put(Entry {
            path: path.to_owned(),
            kind: EntryKind::File {
                bytes: bytes.len() as u64,
                is_executable,
            },
        });
        self.changed.insert(path.to_owned(), bytes.to_owned());
    }

    /// Renames a file; does nothing if the file does not exist.
    pub(crate) fn rename(&mut self, from: &str, to: &str) {
        let Ok(at) = self.find(from) else {
            return;
        };
        if let Ok(bytes) = self.read(from) {
            let bytes = bytes.into_owned();
            self.changed.insert(to.to_owned(), bytes);
        }
        self.changed.remove(from);
        let mut entry = self.entries.remove(at);
        to.clone_into(&mut entry.path);
        self.put(entry);
    }

    /// Makes a file executable.
    pub(crate) fn make_executable(&mut self, path: &str) {
        if let Ok(at) = self.find(path)
            && let EntryKind::File { is_executable, .. } = &mut self.entries[at].kind
        {
            *is_executable = true;
        }
    }

    /// Returns the entry with exactly this path.
    pub(crate) fn entry(&self, path: &str) -> Option<&Entry> {
        self.find(path).ok().map(|at| &self.entries[at])
    }

    fn find(&self, path: &str) -> Result<usize, usize> {
        self.entries
            .binary_search_by(|entry| entry.path.as_str().cmp(path))
    }

    /// Returns the base, unless the file was renamed and is only there.
    fn base_of(&self, path: &str) -> Result<&'a dyn SkillFiles, Unreadable> {
        if self.entry(path).is_some() {
            return Ok(self.base);
        }
        Err(Unreadable {
            reason: "no such file".to_owned(),
        })
    }

    fn put(&mut self, entry: Entry) {
        match self.find(&entry.path) {
            Ok(at) => self.entries[at] = entry,
            Err(at) => self.entries.insert(at, entry),
        }
    }
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
            Some(bytes) => Ok(Cow::Borrowed(bytes)),
            None => self.base_of(path)?.read(path),
        }
    }

    fn beginning(&self, path: &str, count: usize) -> Result<Cow<'_, [u8]>, Unreadable> {
        match self.changed.get(path) {
            Some(bytes) => Ok(Cow::Borrowed(&bytes[..count.min(bytes.len())])),
            None => self.base_of(path)?.beginning(path, count),
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
        assert!(overlay.entry("d.md").unwrap().is_executable());
        assert_eq!(&*base.read("b.md").unwrap(), b"old");
    }
}
