//! Journal authentication: a seal proves that this user wrote the journal on this machine.
//!
//! A clone may contain a journal, which must not be applied. The seal is an HMAC (RFC 2104) with
//! SHA-256. Its key is created once and stored in the user's cache folder, outside of every project,
//! so the seal stays valid when the project is moved. Without a key (it was removed, or the cache
//! folder is not writable) no seal is valid.

use std::io::{Read, Write};
use std::path::Path;

use super::scope::Scope;
use crate::digest::Digest;
use crate::fs;

/// The file in the cache folder.
const FILE: &str = "journal-key";
/// The prefix of its temporary files.
const DRAFT: &str = "journal-key-";
const KEY_BYTES: usize = 32;
const BLOCK_BYTES: usize = 64;

/// Returns the seal of a text, and creates the key if it is missing. `None` if no key can be stored.
pub(super) fn seal(scope: &Scope, text: &[u8]) -> Option<String> {
    let folder = scope.cache.as_deref()?;
    let key = read_key(folder).or_else(|| make_key(folder))?;
    Some(hmac(&key, text).to_string())
}

/// Whether a seal is valid for this text.
pub(super) fn is_valid(scope: &Scope, text: &[u8], seal: &str) -> bool {
    let key = scope.cache.as_deref().and_then(read_key);
    key.is_some_and(|key| hmac(&key, text).to_string() == seal)
}

fn read_key(folder: &Path) -> Option<Vec<u8>> {
    let mut key = Vec::new();
    let file = fs::open_plain(&folder.join(FILE)).ok()?;
    file.take(KEY_BYTES as u64 + 1).read_to_end(&mut key).ok()?;
    (key.len() == KEY_BYTES).then_some(key)
}

/// Creates a key that only the user can read. If another process was faster, returns its key.
fn make_key(folder: &Path) -> Option<Vec<u8>> {
    let mut key = vec![0; KEY_BYTES];
    getrandom::fill(&mut key).ok()?;
    fs::create_folder(folder).ok()?;
    let mut draft = tempfile::Builder::new();
    let mut file = draft.prefix(DRAFT).tempfile_in(folder).ok()?;
    file.write_all(&key).ok()?;
    file.as_file().sync_all().ok()?;
    let path = folder.join(FILE);
    let is_damaged = path.exists() && read_key(folder).is_none();
    let made = if is_damaged {
        file.persist(&path)
    } else {
        file.persist_noclobber(&path)
    };
    let key = match made {
        Ok(_) => Some(key),
        Err(_) => read_key(folder),
    };
    remove_drafts(folder);
    key
}

/// Removes the files of processes that were killed here. A process that runs fails to rename its file, and
/// reads the key.
fn remove_drafts(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry
            .file_name()
            .as_encoded_bytes()
            .starts_with(DRAFT.as_bytes())
        {
            drop(fs::remove_file(&entry.path()));
        }
    }
}

fn hmac(key: &[u8], text: &[u8]) -> Digest {
    let pad = |with: u8| -> Vec<u8> {
        let bytes = key.iter().copied().chain(std::iter::repeat(0));
        bytes.take(BLOCK_BYTES).map(|byte| byte ^ with).collect()
    };
    let inner = Digest::of_bytes(&[&pad(0x36), text].concat());
    Digest::of_bytes(&[&pad(0x5c), inner.as_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test cases 1 and 2.
    #[test]
    fn hmac_matches_the_rfc() {
        let cases: [(&[u8], &[u8], &str); 2] = [
            (
                &[0x0b; 20],
                b"Hi There",
                "sha256:b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            ),
            (
                b"Jefe",
                b"what do ya want for nothing?",
                "sha256:5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
        ];
        for (key, text, expected) in cases {
            assert_eq!(hmac(key, text).to_string(), expected);
        }
    }

    #[test]
    fn damaged_key_is_replaced_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read_key(folder.path()), None);
        std::fs::write(folder.path().join(FILE), "short").unwrap();
        let key = make_key(folder.path()).unwrap();
        assert_eq!(read_key(folder.path()), Some(key.clone()));
        assert_eq!(make_key(folder.path()), Some(key));
    }
}
