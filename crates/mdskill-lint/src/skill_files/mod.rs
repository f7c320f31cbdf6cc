//! [`SkillFiles`]: a skill's files as the validator looks at them, in memory, on disk or in git.

mod memory;
mod overlay;

use std::borrow::Cow;

pub use memory::MemoryFiles;
pub use overlay::OverlayFiles;

/// A skill's files, and what is known of the repository around it.
pub trait SkillFiles {
    /// Returns the name of the skill's folder; empty when that is the root of its repository.
    fn folder(&self) -> &str;

    /// Returns what is in the folder, folders within left out, sorted by path.
    fn entries(&self) -> &[Entry];

    /// Returns the bytes of a file.
    ///
    /// # Errors
    /// When it is gone, is no file, or can't be read.
    fn read(&self, path: &str) -> Result<Cow<'_, [u8]>, Unreadable>;

    /// Returns at most the first `count` bytes of a file.
    ///
    /// # Errors
    /// As [`SkillFiles::read`].
    fn beginning(&self, path: &str, count: usize) -> Result<Cow<'_, [u8]>, Unreadable> {
        Ok(match self.read(path)? {
            Cow::Borrowed(bytes) => Cow::Borrowed(&bytes[..count.min(bytes.len())]),
            Cow::Owned(mut bytes) => {
                bytes.truncate(count);
                Cow::Owned(bytes)
            }
        })
    }

    /// Returns the skill's folder as seen from the root of its repository; nothing when
    /// it is not known in which repository it lies.
    fn place(&self) -> Option<&str>;

    /// Returns what lies at a path of the repository, which has forward slashes and neither
    /// `.` nor `..` in it; nothing when there is nothing.
    fn in_repository(&self, path: &str) -> Option<PathKind>;
}

/// What lies at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathKind {
    /// A file, or something else that is no folder.
    File,
    /// A folder.
    Folder,
}

/// One thing in a skill's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it lies in the skill, with forward slashes.
    pub path: String,
    /// What it is.
    pub kind: EntryKind,
}

/// What a thing in a skill's folder is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryKind {
    /// A plain file.
    File {
        /// Its size.
        bytes: u64,
        /// Whether it may be executed.
        is_executable: bool,
    },
    /// A symbolic link.
    Link {
        /// What it says, as far as it is text.
        target: String,
    },
    /// Another repository, of which git keeps only a commit.
    Submodule,
    /// What can't be a part of a skill: a pipe, a device, a name that is not UTF-8.
    Special,
}

impl Entry {
    /// Returns a plain file that is not executable.
    #[must_use]
    pub fn file(path: impl Into<String>, bytes: usize) -> Self {
        Self {
            path: path.into(),
            kind: EntryKind::File {
                bytes: bytes as u64,
                is_executable: false,
            },
        }
    }

    /// Whether it is a plain file.
    #[must_use]
    pub const fn is_file(&self) -> bool {
        matches!(self.kind, EntryKind::File { .. })
    }
}

/// A file can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Unreadable {
    /// Why, as the system says it.
    pub reason: String,
}
