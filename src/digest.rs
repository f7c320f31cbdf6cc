//! [`Digest`]: a SHA-256 of all files of a skill.
//!
//! It is the SHA-256 of a text that standard tools can produce: one line per
//! file, sorted by path as bytes,
//!
//! ```text
//! 100644 <sha256 of the file>  ./references/patterns.md
//! ```
//!
//! with git's mode first (`100755` for an executable file), followed by the output of
//! `sha256sum`. The lockfile reference has the commands, and a test runs them.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

pub use mdskill_git::FileMode;
use mdskill_git::hex::{read_hex, write_hex};

/// The SHA-256 of the files of a skill, displayed as `sha256:` and 64 digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest([u8; 32]);

/// The SHA-256 of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FileDigest(pub [u8; 32]);

/// A text that is not `sha256:` and 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid digest `{0}`: expected `sha256:` and 64 hexadecimal digits")]
pub struct DigestError(String);

impl FileDigest {
    /// Returns the digest of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

impl Digest {
    /// Returns the digest of files in any order.
    pub fn of_files<'a>(files: impl IntoIterator<Item = (&'a str, FileMode, FileDigest)>) -> Self {
        let mut files: Vec<_> = files.into_iter().collect();
        files.sort_unstable_by_key(|(path, ..)| *path);
        let mut hasher = Sha256::new();
        for (path, mode, FileDigest(content)) in files {
            hasher.update(format!("{mode} {}  ./{path}\n", Hex(&content)));
        }
        Self(hasher.finalize().into())
    }

    /// Returns the bytes of the digest.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Returns the SHA-256 of bytes, for example of a lockfile.
    #[must_use]
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

/// Shows bytes as hexadecimal digits.
struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(self.0, f)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", Hex(&self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        text.strip_prefix("sha256:")
            .and_then(read_hex)
            .map(Self)
            .ok_or_else(|| DigestError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expected value was computed with `sha256sum` as described in the lockfile reference.
    #[test]
    fn digest_equals_that_of_sha256sum_in_any_order() {
        let a = ("b/x.sh", FileMode::Executable, FileDigest::of(b"run\n"));
        let b = ("SKILL.md", FileMode::Regular, FileDigest::of(b"hello\n"));
        let expected = "sha256:99eeb4a271e9892ea2848d890a150fc23558541601741a6365505d44cb4f5f2e";
        assert_eq!(Digest::of_files([a, b]), Digest::of_files([b, a]));
        assert_eq!(Digest::of_files([a, b]).to_string(), expected);
    }

    #[test]
    fn digest_depends_on_executable_bit_and_path() {
        let content = FileDigest::of(b"x");
        let plain = Digest::of_files([("a", FileMode::Regular, content)]);
        assert_ne!(
            plain,
            Digest::of_files([("a", FileMode::Executable, content)])
        );
        assert_ne!(plain, Digest::of_files([("b", FileMode::Regular, content)]));
        assert_eq!(plain.to_string().parse::<Digest>().unwrap(), plain);
        assert!("sha256:12".parse::<Digest>().is_err());
    }
}
