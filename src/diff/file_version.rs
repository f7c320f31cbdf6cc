//! [`FileVersion`]: a file as one version of a skill has it; [`Side`]: as a difference shows it.

use std::borrow::Cow;

use mdskill_lint::skill_files::{Entry, EntryKind, SkillFiles};

/// An entry of a skill's folder, with its bytes.
#[derive(Debug, Clone)]
pub(super) struct FileVersion<'a> {
    pub entry: &'a Entry,
    /// Nothing for an entry without content, or with content that can't be read.
    pub bytes: Option<Cow<'a, [u8]>>,
}

impl<'a> FileVersion<'a> {
    pub fn of(view: &'a dyn SkillFiles, entry: &'a Entry) -> Self {
        let bytes = match &entry.kind {
            EntryKind::File { .. } => view.read(&entry.path).ok(),
            EntryKind::Link { target } => Some(Cow::Borrowed(target.as_bytes())),
            EntryKind::Submodule | EntryKind::Special => None,
        };
        Self { entry, bytes }
    }

    pub fn path(&self) -> &'a str {
        &self.entry.path
    }

    /// Returns git's mode of a file or link; nothing for other entries.
    pub fn mode(&self) -> Option<Mode> {
        match self.entry.kind {
            EntryKind::File { is_executable, .. } => Some(match is_executable {
                true => Mode::Executable,
                false => Mode::Plain,
            }),
            EntryKind::Link { .. } => Some(Mode::Link),
            EntryKind::Submodule | EntryKind::Special => None,
        }
    }

    /// Returns the file as a difference shows it; nothing when there is no content.
    pub fn side(&self) -> Option<Side<'_>> {
        Some(Side {
            path: self.path(),
            mode: self.mode()?,
            bytes: self.bytes.as_deref()?,
        })
    }

    /// Whether both are the same. Two unreadable files are, when their sizes and modes are equal,
    /// because no difference is known.
    pub fn is_same(&self, other: &Self) -> bool {
        let is_same = match (&self.bytes, &other.bytes) {
            // A view of the disk reads only the beginning of a huge file.
            (Some(one), Some(two)) => {
                let count = one.len().min(two.len());
                one[..count] == two[..count]
            }
            (one, two) => one.is_none() && two.is_none(),
        };
        self.entry.kind == other.entry.kind && is_same
    }
}

/// One side of a file's difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Side<'a> {
    /// The path that the difference shows.
    pub path: &'a str,
    /// The kind of file.
    pub mode: Mode,
    /// The content; the target of a link.
    pub bytes: &'a [u8],
}

/// A file's mode in git.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// A plain file.
    Plain,
    /// A file that may be executed.
    Executable,
    /// A symbolic link.
    Link,
}

impl Mode {
    /// Returns the mode as git writes it.
    pub(super) const fn octal(self) -> &'static str {
        match self {
            Self::Plain => "100644",
            Self::Executable => "100755",
            Self::Link => "120000",
        }
    }
}
