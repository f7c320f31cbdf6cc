//! The limits of a skill that can be installed.

/// The limit of files in one skill (the largest of 2,672 real skills has 1,104; with links, one of
/// toss/es-toolkit has 2,690).
pub const MAX_FILES: usize = 5_000;
/// The limit of bytes in one file, which is also that of objects that are read from git.
pub const MAX_FILE_BYTES: usize = 16 << 20;
/// The limit of bytes in one skill (the largest has 14.7 MB).
pub const MAX_BYTES: usize = 50 << 20;
