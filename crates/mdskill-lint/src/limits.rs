//! [`Limits`]: the size of a skill that can be installed.

use std::fmt;

/// The limits of a skill that can be installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The limit of files.
    pub max_files: usize,
    /// The limit of bytes in one file.
    pub max_file_size: usize,
    /// The limit of bytes in all files.
    pub max_total_size: usize,
}

impl Limits {
    /// The highest values that a project can set: those of the objects and packs that are read from git.
    pub const HIGHEST: Self = Self {
        max_files: 50_000,
        max_file_size: 64 << 20,
        max_total_size: 200 << 20,
    };
}

/// Of 2,672 real skills, the largest has 1,104 files (with links, one of toss/es-toolkit has 2,690) and
/// 14.7 MB.
impl Default for Limits {
    fn default() -> Self {
        Self {
            max_files: 5_000,
            max_file_size: 16 << 20,
            max_total_size: 50 << 20,
        }
    }
}

/// A number of bytes, for display: `16 MiB`, or `1500 bytes` if it is not a whole number of KiB.
#[derive(Debug, Clone, Copy)]
pub struct Size(pub usize);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(u32, &str); 3] = [(30, "GiB"), (20, "MiB"), (10, "KiB")];
        let whole =
            |(bits, _): &&(u32, &str)| self.0 >= 1 << bits && self.0.is_multiple_of(1 << bits);
        match UNITS.iter().find(whole) {
            Some((bits, unit)) => write!(f, "{} {unit}", self.0 >> bits),
            None => write!(f, "{} bytes", self.0),
        }
    }
}
