//! [`FileVersion`]: a file in one version of a skill; [`Side`]: one side of a diff.

use std::borrow::Cow;

use mdskill_git::similarity::is_text;
use mdskill_lint::skill_files::{Entry, EntryKind, SkillFiles};

/// An entry of a skill's folder, with its bytes.
#[derive(Debug, Clone)]
pub(super) struct FileVersion<'a> {
    entry: &'a Entry,
    /// `None` if the entry has no content or can't be read.
    bytes: Option<Cow<'a, [u8]>>,
}

impl<'a> FileVersion<'a> {
    pub(super) fn read(files: &'a dyn SkillFiles, entry: &'a Entry) -> Self {
        let bytes = match &entry.kind {
            EntryKind::File { .. } => files.read(&entry.path).ok(),
            EntryKind::Link { target, .. } => Some(Cow::Borrowed(target.as_bytes())),
            EntryKind::Submodule | EntryKind::Special => None,
        };
        Self { entry, bytes }
    }

    pub(super) fn path(&self) -> &'a str {
        &self.entry.path
    }

    pub(super) fn is_executable(&self) -> bool {
        matches!(self.entry.kind, EntryKind::File { is_executable, .. } if is_executable)
    }

    /// Returns the bytes, unless they are binary.
    pub(super) fn text(&self) -> Option<&[u8]> {
        self.bytes.as_deref().filter(|bytes| is_text(bytes))
    }

    /// Returns the side of a diff, if there is content.
    pub(super) fn side(&self) -> Option<Side<'_>> {
        let mode = match self.entry.kind {
            EntryKind::File { .. } if self.is_executable() => Mode::Executable,
            EntryKind::File { .. } => Mode::Regular,
            EntryKind::Link { .. } => Mode::Link,
            EntryKind::Submodule | EntryKind::Special => return None,
        };
        Some(Side {
            path: self.path(),
            mode,
            bytes: self.bytes.as_deref()?,
        })
    }

    /// Whether both are equal. Two unreadable files of the same size and mode are equal, because no
    /// difference is known.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let is_same = match (&self.bytes, &other.bytes) {
            // Only the beginning of a huge file on disk is read.
            (Some(one), Some(two)) => {
                let count = one.len().min(two.len());
                one[..count] == two[..count]
            }
            (one, two) => one.is_none() && two.is_none(),
        };
        self.entry.kind == other.entry.kind && is_same
    }
}

/// One side of the diff of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Side<'a> {
    /// The path to print.
    pub path: &'a str,
    /// The mode.
    pub mode: Mode,
    /// The content, or the target of a link.
    pub bytes: &'a [u8],
}

/// The mode of a file in git.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// A regular file.
    Regular,
    /// An executable file.
    Executable,
    /// A symbolic link.
    Link,
}

impl Mode {
    /// Returns the mode as git prints it.
    pub(super) const fn octal(self) -> &'static str {
        match self {
            Self::Regular => "100644",
            Self::Executable => "100755",
            Self::Link => "120000",
        }
    }
}
