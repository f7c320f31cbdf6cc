//! [`SkillFiles`]: the files of a skill, whether they are in memory, on disk or in git.

mod memory;
mod overlay;

use std::borrow::Cow;

pub use memory::MemoryFiles;
pub use overlay::OverlayFiles;

use crate::links::LinkFault;

/// The files of a skill, and its repository as far as it is known.
pub trait SkillFiles {
    /// Returns the name of the skill's folder; empty if it is the root of a repository.
    fn folder(&self) -> &str;

    /// Returns the entries in the folder and its subfolders, sorted by path. Folders are not entries.
    fn entries(&self) -> &[Entry];

    /// Returns the bytes of a file.
    ///
    /// # Errors
    /// If the file does not exist or can't be read.
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

    /// Returns the skill's folder relative to the root of its repository; `None` if the
    /// repository is not known.
    fn place(&self) -> Option<&str>;

    /// Returns the kind of a path in the repository; `None` if the path does not exist. The path has
    /// forward slashes and no `.` or `..`.
    fn in_repository(&self, path: &str) -> Option<PathKind>;
}

/// The kind of an existing path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathKind {
    /// A file, or anything else that is not a folder.
    File,
    /// A folder.
    Folder,
}

/// A file, link or submodule in a skill's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its path in the skill, with forward slashes.
    pub path: String,
    /// Its kind.
    pub kind: EntryKind,
}

/// The kind of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File {
        /// Its size in bytes.
        bytes: u64,
        /// Whether its executable bit is set.
        is_executable: bool,
    },
    /// A symbolic link that can't be followed. Other links are the files that they lead to.
    Link {
        /// Its target, with replacement characters for what is not UTF-8.
        target: String,
        /// Why it is not followed.
        fault: LinkFault,
    },
    /// A git submodule, of which git stores only a commit.
    Submodule,
    /// An entry that can't be part of a skill: a pipe, a device, or a name that is not UTF-8.
    Special,
}

impl Entry {
    /// Returns a regular file that is not executable.
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

    /// Whether it is an executable file.
    pub(crate) const fn is_executable(&self) -> bool {
        matches!(
            self.kind,
            EntryKind::File {
                is_executable: true,
                ..
            }
        )
    }

    /// Whether it is a regular file.
    #[must_use]
    pub const fn is_file(&self) -> bool {
        matches!(self.kind, EntryKind::File { .. })
    }
}

/// The error that a file can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Unreadable {
    /// The reason, as the operating system reports it.
    pub reason: String,
}
