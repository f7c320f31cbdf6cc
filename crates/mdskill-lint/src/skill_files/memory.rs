//! [`MemoryFiles`]: a skill in memory, for editors and tests.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{Entry, PathKind, SkillFiles, Unreadable};

/// The files of a skill in memory.
///
/// ```
/// use mdskill_lint::skill_files::MemoryFiles;
/// use mdskill_lint::{Settings, validate};
///
/// let skill = MemoryFiles::new("pdf")
///     .with("SKILL.md", "---\nname: pdf\n---\nRead [the forms](references/forms.md) and the tables.\n")
///     .with("references/tables.md", "# Tables\n");
/// let found = validate(&skill, &Settings::default());
/// let codes: Vec<_> = found.diagnostics.iter().map(|found| found.code).collect();
/// assert_eq!(codes, ["SK210", "SK301"]);
/// ```
#[derive(Debug, Clone, Default)]
pub struct MemoryFiles {
    folder: String,
    entries: Vec<Entry>,
    files: BTreeMap<String, Vec<u8>>,
    place: Option<String>,
    around: BTreeMap<String, PathKind>,
}

impl MemoryFiles {
    /// Returns an empty skill in a folder with this name.
    #[must_use]
    pub fn new(folder: impl Into<String>) -> Self {
        Self {
            folder: folder.into(),
            ..Self::default()
        }
    }

    /// Adds a file, or replaces it.
    #[must_use]
    pub fn with(self, path: &str, bytes: impl AsRef<[u8]>) -> Self {
        let bytes = bytes.as_ref();
        let mut skill = self.with_entry(Entry::file(path, bytes.len()));
        skill.files.insert(path.to_owned(), bytes.to_owned());
        skill
    }

    /// Adds an entry, or replaces it. A file that was not added by [`with`](Self::with) can't be read.
    #[must_use]
    pub fn with_entry(mut self, entry: Entry) -> Self {
        self.entries.retain(|other| other.path != entry.path);
        self.entries.push(entry);
        self.entries.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        self
    }

    /// Puts the skill into a repository, at the path `place`; `files` are the other files there.
    #[must_use]
    pub fn inside(mut self, place: &str, files: &[&str]) -> Self {
        self.place = Some(place.to_owned());
        for file in files {
            let folders = file.match_indices('/').map(|(at, _)| &file[..at]);
            self.around
                .extend(folders.map(|folder| (folder.to_owned(), PathKind::Folder)));
            self.around.insert((*file).to_owned(), PathKind::File);
        }
        self
    }
}

impl SkillFiles for MemoryFiles {
    fn folder(&self) -> &str {
        &self.folder
    }

    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn read(&self, path: &str) -> Result<Cow<'_, [u8]>, Unreadable> {
        let bytes = self.files.get(path).ok_or_else(|| Unreadable {
            reason: "no such file".to_owned(),
        })?;
        Ok(Cow::Borrowed(bytes))
    }

    fn place(&self) -> Option<&str> {
        self.place.as_deref()
    }

    fn in_repository(&self, path: &str) -> Option<PathKind> {
        self.around.get(path).copied()
    }
}
