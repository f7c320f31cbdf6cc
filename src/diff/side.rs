//! [`Side`]: a file as one side of a difference has it.

/// One side of a file's difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Side<'a> {
    /// Where it lies, as the difference shall name it.
    pub path: &'a str,
    /// What it is.
    pub mode: Mode,
    /// What is in it; of a link, where it leads.
    pub bytes: &'a [u8],
}

/// What git calls a file's mode.
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
    /// Returns it as git writes it.
    pub(super) const fn octal(self) -> &'static str {
        match self {
            Self::Plain => "100644",
            Self::Executable => "100755",
            Self::Link => "120000",
        }
    }
}
