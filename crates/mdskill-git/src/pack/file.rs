//! [`PackFile`]: a pack that is being written.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use sha1::{Digest, Sha1};
use tempfile::NamedTempFile;

use super::entry::{Budget, Entry, EntryReader};
use super::index::{Indexed, index};
use super::{PackError, disk};
use crate::object_id::ObjectId;

/// The number of bytes that are read at once.
const CHUNK_BYTES: usize = 32 << 10;
/// The position of the number of objects.
const COUNT_OFFSET: u64 = 8;

/// A pack in a temporary file, which is removed unless it is kept.
pub(crate) struct PackFile {
    file: NamedTempFile,
    hasher: Sha1,
    /// The size of the file in bytes.
    pub(super) length: u64,
}

impl PackFile {
    /// Creates the file in the folder of the packs.
    pub(crate) fn create(packs: &Path) -> io::Result<Self> {
        Ok(Self {
            file: temporary_file(packs, "tmp_pack_")?,
            hasher: Sha1::new(),
            length: 0,
        })
    }

    pub(crate) fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hasher.update(bytes);
        self.length += bytes.len() as u64;
        self.file.write_all(bytes)
    }

    /// Returns the SHA-1 of all bytes.
    pub(crate) fn checksum(&self) -> [u8; 20] {
        self.hasher.clone().finalize().into()
    }

    /// Reads an entry again.
    pub(super) fn entry_at(
        &mut self,
        offset: u64,
        budget: &mut Budget,
    ) -> Result<Entry, PackError> {
        let mut file = self.file.as_file();
        file.seek(SeekFrom::Start(offset))
            .map_err(|error| disk(&error))?;
        let mut reader = EntryReader::at(offset);
        let mut chunk = vec![0; CHUNK_BYTES];
        let entry = loop {
            let count = file.read(&mut chunk).map_err(|error| disk(&error))?;
            if count == 0 {
                return Err(PackError::Corrupt("an object ends early".to_owned()));
            }
            if let (_, Some(entry)) = reader.read(&chunk[..count], budget)? {
                break entry;
            }
        };
        file.seek(SeekFrom::End(0)).map_err(|error| disk(&error))?;
        Ok(entry)
    }

    /// Writes the number of objects into the header, and reads the file again for its SHA-1.
    pub(super) fn set_count(&mut self, count: u32) -> io::Result<()> {
        let mut file = self.file.as_file();
        file.seek(SeekFrom::Start(COUNT_OFFSET))?;
        file.write_all(&count.to_be_bytes())?;
        file.rewind()?;
        self.hasher = Sha1::new();
        let mut chunk = vec![0; CHUNK_BYTES];
        loop {
            match file.read(&mut chunk)? {
                0 => return Ok(()),
                count => self.hasher.update(&chunk[..count]),
            }
        }
    }

    /// Writes the checksum, and gives the pack and its index their names.
    pub(crate) fn keep(mut self, packs: &Path, objects: Vec<Indexed>) -> io::Result<()> {
        let checksum = self.checksum();
        self.append(&checksum)?;
        let name = packs.join(format!("pack-{}", ObjectId::from_bytes(checksum)));
        let mut index_file = temporary_file(packs, "tmp_idx_")?;
        index_file.write_all(&index(objects, &checksum))?;
        // Who sees the index uses the pack.
        persist(self.file, &name.with_extension("pack"))?;
        persist(index_file, &name.with_extension("idx"))
    }
}

/// Creates a file with a name by which the check of the cache, and git, find what a killed program has left.
fn temporary_file(packs: &Path, prefix: &str) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(prefix);
    // As git does: a pack never changes, and the reader of a restored cache may be another user.
    #[cfg(unix)]
    let permissions: std::fs::Permissions = std::os::unix::fs::PermissionsExt::from_mode(0o444);
    #[cfg(unix)]
    builder.permissions(permissions);
    builder.tempfile_in(packs)
}

fn persist(file: NamedTempFile, path: &Path) -> io::Result<()> {
    match file.persist(path) {
        // Windows does not replace a file that is open. One with this name has these bytes.
        Err(_) if path.exists() => Ok(()),
        persisted => Ok(persisted.map(drop)?),
    }
}
