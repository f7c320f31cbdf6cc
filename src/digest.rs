//! [`Digest`]: one SHA-256 over all files of a skill.
//!
//! It is the SHA-256 of a text that standard tools can make: a line for every
//! file, sorted by path as bytes,
//!
//! ```text
//! 100644 <sha256 of the file>  ./references/patterns.md
//! ```
//!
//! with git's mode first (`100755` for an executable), then what `sha256sum`
//! prints. The README has the recipe, and a test runs it.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

pub use mdskill_git::FileMode;
use mdskill_git::hex::{read_hex, write_hex};

/// SHA-256 over a skill's files; shown as `sha256:` and 64 digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest([u8; 32]);

/// SHA-256 of one file's bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct FileDigest(pub [u8; 32]);

/// A text that is not `sha256:` and 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a digest; one is `sha256:` and 64 hexadecimal digits")]
pub struct DigestError(String);

impl FileDigest {
    /// Returns the digest of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

impl Digest {
    /// Returns the digest of files, given in any order.
    pub fn of_files<'a>(files: impl IntoIterator<Item = (&'a str, FileMode, FileDigest)>) -> Self {
        let mut files: Vec<_> = files.into_iter().collect();
        files.sort_unstable_by_key(|(path, ..)| *path);
        let mut hasher = Sha256::new();
        for (path, mode, FileDigest(content)) in files {
            hasher.update(format!("{mode} {}  ./{path}\n", Hex(&content)));
        }
        Self(hasher.finalize().into())
    }

    /// Returns the bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Returns the SHA-256 of one text, for example of a lockfile.
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

impl fmt::Debug for FileDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(&self.0, f)
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

    /// The expected value was computed with `sha256sum` by the README's recipe.
    #[test]
    fn the_digest_is_what_sha256sum_computes_in_any_order() {
        let a = ("b/x.sh", FileMode::Executable, FileDigest::of(b"run\n"));
        let b = ("SKILL.md", FileMode::Regular, FileDigest::of(b"hello\n"));
        let expected = "sha256:99eeb4a271e9892ea2848d890a150fc23558541601741a6365505d44cb4f5f2e";
        assert_eq!(Digest::of_files([a, b]), Digest::of_files([b, a]));
        assert_eq!(Digest::of_files([a, b]).to_string(), expected);
    }

    #[test]
    fn the_executable_bit_and_the_path_count() {
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
