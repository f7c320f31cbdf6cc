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

impl fmt::Display for FileMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Regular => "100644",
            Self::Executable => "100755",
        })
    }
}
