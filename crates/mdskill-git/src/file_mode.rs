//! [`FileMode`]: whether a file is executable.

use std::fmt;

/// Whether a file is executable: the only permission that git records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileMode {
    /// git's `100644`.
    Regular,
    /// git's `100755`.
    Executable,
}

impl FileMode {
    /// Returns the mode of a tree entry.
    #[must_use]
    pub fn number(self) -> u32 {
        match self {
            Self::Regular => 0o100_644,
            Self::Executable => 0o100_755,
        }
    }
}

impl fmt::Display for FileMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:o}", self.number())
    }
}
