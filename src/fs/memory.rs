//! [`Memory`]: what folders held when they were last read, so that a look at
//! 181 untouched skills reads no file.
//!
//! As git's index does, it trusts a file whose size, times, inode and mode are
//! what they were. A file that changed within `RACE` of being read is not
//! remembered: a second write in the same tick would not show. `verify` never
//! asks here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::tree::{self, Listing};
use super::{Error, atomic, read_if_found};
use crate::digest::Digest;

/// Coarsest clock of a file system in use (FAT's write time).
const RACE: Duration = Duration::from_secs(2);

/// What a look at a folder found.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// Whether it holds what it should.
    pub is_same: bool,
    fingerprint: Option<Digest>,
}

/// Remembers the digests of the folders in one target.
#[derive(Debug)]
pub struct Memory {
    file: Option<PathBuf>,
    known: BTreeMap<String, (Digest, Digest)>,
    changed: bool,
}

impl Memory {
    /// Opens what is remembered of `target`; nothing, when there is no cache or it is broken.
    #[must_use]
    pub fn open(cache: Option<&Path>, target: &Path) -> Self {
        let file = cache.map(|cache| {
            let key = Digest::of_bytes(target.as_os_str().as_encoded_bytes()).to_string();
            cache.join("states-v1").join(&key[7..39])
        });
        let text = file
            .as_deref()
            .and_then(|file| read_if_found(file).ok().flatten());
        let text = String::from_utf8(text.unwrap_or_default()).unwrap_or_default();
        Self {
            file,
            known: text.lines().filter_map(parse_line).collect(),
            changed: false,
        }
    }

    /// Looks whether `folder` holds the files of `digest`, reading them only when they
    /// may have changed.
    ///
    /// # Errors
    /// When the folder can't be read.
    pub fn look(&self, folder: &Path, name: &str, digest: Digest) -> Result<Look, Error> {
        let listing = tree::list(folder)?;
        if !listing.strangers.is_empty() {
            return Ok(Look {
                is_same: false,
                fingerprint: None,
            });
        }
        let fingerprint = fingerprint(&listing);
        if let Some((seen, held)) = self.known.get(name)
            && Some(*seen) == fingerprint
        {
            return Ok(Look {
                is_same: *held == digest,
                fingerprint,
            });
        }
        let is_same = tree::read(folder, listing)?.is(digest);
        Ok(Look {
            is_same,
            fingerprint,
        })
    }

    /// Remembers what a look found, if it was the good answer: the bad one is looked into.
    pub fn learn(&mut self, name: &str, digest: Digest, look: &Look) {
        let learned = match look.fingerprint.filter(|_| look.is_same) {
            Some(fingerprint) => self.known.insert(name.to_owned(), (fingerprint, digest)),
            None => self.known.remove(name),
        };
        let now = look
            .fingerprint
            .filter(|_| look.is_same)
            .map(|seen| (seen, digest));
        self.changed |= learned != now;
    }

    /// Keeps what was learned, for the next command. Failing to costs only time.
    pub fn save(self) {
        let Some(file) = self.file.filter(|_| self.changed) else {
            return;
        };
        let line =
            |(name, (seen, held)): (&String, &(Digest, Digest))| format!("{seen} {held} {name}\n");
        let text: String = self.known.iter().map(line).collect();
        drop(atomic::write_cache(&file, text.as_bytes()));
    }
}

fn parse_line(line: &str) -> Option<(String, (Digest, Digest))> {
    let mut parts = line.splitn(3, ' ');
    let seen = parts.next()?.parse().ok()?;
    let held = parts.next()?.parse().ok()?;
    Some((parts.next()?.to_owned(), (seen, held)))
}

/// Returns a digest of what the file system says of each file; none when one is too young.
fn fingerprint(listing: &Listing) -> Option<Digest> {
    let young = SystemTime::now().checked_sub(RACE)?;
    let mut bytes = Vec::with_capacity(listing.files.len() * 96);
    for file in &listing.files {
        let modified = file.metadata.modified().ok()?;
        if modified >= young || changed(&file.metadata) >= young {
            return None;
        }
        bytes.extend_from_slice(file.path.as_bytes());
        let since = modified.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        bytes.extend_from_slice(&since.as_nanos().to_le_bytes());
        bytes.extend_from_slice(&file.metadata.len().to_le_bytes());
        bytes.extend_from_slice(&identity(&file.metadata));
    }
    Some(Digest::of_bytes(&bytes))
}

/// When the inode last changed: a write that restores the old time still shows here.
#[cfg(unix)]
fn changed(metadata: &std::fs::Metadata) -> SystemTime {
    use std::os::unix::fs::MetadataExt;
    let seconds = u64::try_from(metadata.ctime()).unwrap_or_default();
    let nanos = u32::try_from(metadata.ctime_nsec()).unwrap_or_default();
    SystemTime::UNIX_EPOCH + Duration::new(seconds, nanos)
}

#[cfg(not(unix))]
fn changed(metadata: &std::fs::Metadata) -> SystemTime {
    metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH)
}

#[cfg(unix)]
fn identity(metadata: &std::fs::Metadata) -> [u8; 28] {
    use std::os::unix::fs::MetadataExt;
    let mut bytes = [0; 28];
    bytes[..8].copy_from_slice(&metadata.ino().to_le_bytes());
    bytes[8..16].copy_from_slice(&metadata.ctime().to_le_bytes());
    bytes[16..24].copy_from_slice(&metadata.ctime_nsec().to_le_bytes());
    bytes[24..].copy_from_slice(&metadata.mode().to_le_bytes());
    bytes
}

#[cfg(not(unix))]
fn identity(_metadata: &std::fs::Metadata) -> [u8; 28] {
    [0; 28]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{File, FileTimes};

    fn is(memory: &mut Memory, folder: &Path, digest: Digest) -> bool {
        let look = memory.look(folder, "x", digest).unwrap();
        memory.learn("x", digest, &look);
        look.is_same
    }

    /// A skill whose file was written long ago, as the file system tells it.
    fn aged() -> (tempfile::TempDir, PathBuf, Digest) {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("skills/x");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("SKILL.md"), "one").unwrap();
        let digest = tree::read(&folder, tree::list(&folder).unwrap())
            .unwrap()
            .digest();
        (root, folder, digest)
    }

    #[test]
    fn a_young_file_is_read_again_and_not_remembered() {
        let (root, folder, digest) = aged();
        let mut memory = Memory::open(Some(root.path()), &folder);
        assert!(is(&mut memory, &folder, digest));
        assert!(memory.known.is_empty(), "written within the race");
        std::fs::write(folder.join("SKILL.md"), "two").unwrap();
        assert!(!is(&mut memory, &folder, digest));
    }

    #[test]
    fn what_is_remembered_survives_and_a_restored_time_does_not_fool_it() {
        let (root, folder, digest) = aged();
        std::thread::sleep(RACE + Duration::from_millis(50));
        let mut memory = Memory::open(Some(root.path()), &folder);
        assert!(is(&mut memory, &folder, digest));
        memory.save();
        let mut memory = Memory::open(Some(root.path()), &folder);
        assert_eq!(memory.known.len(), 1);
        assert!(is(&mut memory, &folder, digest));
        let path = folder.join("SKILL.md");
        let before = std::fs::metadata(&path).unwrap().modified().unwrap();
        std::fs::write(&path, "two").unwrap();
        let file = File::options().write(true).open(&path).unwrap();
        file.set_times(FileTimes::new().set_modified(before))
            .unwrap();
        assert!(
            !is(&mut memory, &folder, digest),
            "same size, same time, other inode time"
        );
    }

    #[test]
    fn a_broken_memory_is_none() {
        let (root, folder, digest) = aged();
        let memory = Memory::open(Some(root.path()), &folder);
        let file = memory.file.clone().unwrap();
        atomic::write_cache(&file, b"\xff\x00 nonsense\n").unwrap();
        let mut memory = Memory::open(Some(root.path()), &folder);
        assert!(is(&mut memory, &folder, digest));
    }
}
