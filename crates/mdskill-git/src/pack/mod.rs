//! Packs: limits, errors, and the writer of a pack that arrives.
//!
//! Each object is decoded once, when it arrives, and kept for those that read it next. libgit2 would decode it to index
//! the pack, and again for each reader, after it was inflated for the limits (half of the time of `add --all`).

mod decoder;
mod delta;
mod encode;
mod entry;
mod file;
mod index;

use std::path::PathBuf;
use std::time::Instant;

use bytes::Bytes;

pub(crate) use self::encode::Encoder;
pub(crate) use self::file::PackFile;
pub(crate) use self::index::Indexed;

use self::decoder::Decoder;
use self::entry::{Content, Entry, EntryReader};
use crate::error::{MAX_OBJECT_BYTES, ObjectError};
use crate::kind::Kind;
use crate::object_id::ObjectId;
use crate::progress::Progress;
use crate::received::Received;

/// The maximum size of a pack in bytes: ten times the largest known repository of skills.
pub const MAX_PACK_BYTES: u64 = 200 << 20;
/// The maximum number of objects in a pack.
pub const MAX_PACK_OBJECTS: u32 = 200_000;

/// The maximum size of all objects of a pack, in bytes.
const MAX_INFLATED_BYTES: u64 = 512 << 20;
/// The length of `PACK`, the version, and the number of objects.
const PACK_HEADER_BYTES: usize = 12;
/// The length of the checksum at the end.
const CHECKSUM_BYTES: usize = 20;

/// A pack was refused.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// The first bytes are not `PACK` and a version.
    #[error("the received data is not a git pack")]
    NotAPack,
    /// The header announces more objects than the limit.
    #[error("the pack has {0} objects, more than the limit of {MAX_PACK_OBJECTS}")]
    TooManyObjects(u32),
    /// The pack is larger than the limit.
    #[error("the pack has more than {} MiB, the limit", MAX_PACK_BYTES >> 20)]
    TooLarge,
    /// An object of the pack is larger than the limit.
    #[error("an object of the pack has {0} bytes; the limit is {MAX_OBJECT_BYTES}")]
    ObjectTooLarge(u64),
    /// The objects of the pack are together larger than the limit.
    #[error("the objects of the pack have more than {} MiB, the limit", MAX_INFLATED_BYTES >> 20)]
    InflatesTooMuch,
    /// The pack was not complete at its deadline.
    #[error("the pack was not complete after {0}s")]
    Late(u64),
    /// The user stopped it.
    #[error("interrupted")]
    Cancelled,
    /// The pack ended early, or does not match its checksum.
    #[error("the pack is truncated or corrupt: {0}")]
    Corrupt(String),
    /// The pack can't be written to disk.
    #[error("can't write the received objects: {0}")]
    Disk(String),
}

/// Returns the number of objects that the header of a pack announces.
///
/// Source: gitformat-pack(5): `PACK`, version 2 or 3, number of objects, big-endian.
///
/// # Errors
/// When it is not a header, or announces more than [`MAX_PACK_OBJECTS`].
pub(super) fn announced_objects(head: &[u8]) -> Result<u32, PackError> {
    let [b'P', b'A', b'C', b'K', 0, 0, 0, 2 | 3, count @ ..] = head else {
        return Err(PackError::NotAPack);
    };
    let count = count.try_into().map_err(|_| PackError::NotAPack)?;
    match u32::from_be_bytes(count) {
        announced if announced > MAX_PACK_OBJECTS => Err(PackError::TooManyObjects(announced)),
        announced => Ok(announced),
    }
}

/// The time until which a pack is decoded, unless the user stops it.
#[derive(Clone, Copy)]
struct Patience<'a> {
    progress: &'a dyn Progress,
    started: Instant,
    deadline: Instant,
}

impl Patience<'_> {
    fn check(self) -> Result<(), PackError> {
        if self.progress.is_cancelled() {
            Err(PackError::Cancelled)
        } else if Instant::now() > self.deadline {
            Err(PackError::Late(self.started.elapsed().as_secs()))
        } else {
            Ok(())
        }
    }
}

/// The repository that a pack is written to.
pub(crate) trait Store {
    /// Returns the folder of its packs.
    fn packs(&self) -> PathBuf;
    /// Returns the objects that it received last.
    fn received(&self) -> &Received;
    /// Returns an object that it has.
    fn object(&self, id: ObjectId) -> Result<(Kind, Bytes), ObjectError>;
    /// Finds packs that were written since it was opened.
    fn refresh(&self) -> Result<(), ObjectError>;
}

/// Writes a pack in chunks, without holding it in memory.
///
/// A writer that is dropped before [`PackWriter::finish`] leaves no files.
pub struct PackWriter<'a> {
    store: &'a dyn Store,
    head: Vec<u8>,
    bytes: u64,
    announced: usize,
    /// The file, from the end of the header on.
    file: Option<PackFile>,
    reader: EntryReader,
    decoder: Decoder<'a>,
    /// The checksum at the end.
    checksum: Vec<u8>,
    is_kept: bool,
}

impl Drop for PackWriter<'_> {
    fn drop(&mut self) {
        if !self.is_kept {
            self.store.received().clear();
        }
    }
}

impl<'a> PackWriter<'a> {
    /// Starts a pack. Decoding stops at the deadline, or when it is cancelled.
    pub(super) fn new(store: &'a dyn Store, progress: &'a dyn Progress, deadline: Instant) -> Self {
        let patience = Patience {
            progress,
            started: Instant::now(),
            deadline,
        };
        Self {
            store,
            head: Vec::with_capacity(PACK_HEADER_BYTES),
            bytes: 0,
            announced: 0,
            file: None,
            reader: EntryReader::at(PACK_HEADER_BYTES as u64),
            decoder: Decoder::new(store.received(), patience),
            checksum: Vec::with_capacity(CHECKSUM_BYTES),
            is_kept: false,
        }
    }

    /// Writes the next bytes.
    ///
    /// # Errors
    /// When they are not a pack, or exceed a limit.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), PackError> {
        self.bytes += bytes.len() as u64;
        if self.bytes > MAX_PACK_BYTES {
            return Err(PackError::TooLarge);
        }
        let missing = (PACK_HEADER_BYTES - self.head.len()).min(bytes.len());
        let (head, rest) = bytes.split_at(missing);
        self.head.extend_from_slice(head);
        if missing > 0 && self.head.len() == PACK_HEADER_BYTES {
            let announced = announced_objects(&self.head)?;
            self.announced = usize::try_from(announced).unwrap_or(usize::MAX);
            let mut file = PackFile::create(&self.store.packs()).map_err(|error| disk(&error))?;
            file.append(&self.head).map_err(|error| disk(&error))?;
            self.file = Some(file);
        }
        match self.file.take() {
            Some(mut file) if self.announced > 0 => {
                self.read_entries(rest, &mut file)?;
                self.file = Some(file);
            }
            file => self.file = file,
        }
        Ok(())
    }

    fn read_entries(&mut self, mut bytes: &[u8], file: &mut PackFile) -> Result<(), PackError> {
        while self.decoder.len() < self.announced && !bytes.is_empty() {
            let (read, entry) = self.reader.read(bytes, self.decoder.budget())?;
            file.append(&bytes[..read]).map_err(|error| disk(&error))?;
            bytes = &bytes[read..];
            if let Some(entry) = entry {
                self.decoder.add(entry, file)?;
            }
        }
        self.checksum.extend_from_slice(bytes);
        if self.checksum.len() > CHECKSUM_BYTES {
            return Err(PackError::Corrupt(
                "data follows its last object".to_owned(),
            ));
        }
        Ok(())
    }

    /// Checks the checksum of the pack and makes its objects readable.
    ///
    /// # Errors
    /// When the pack is truncated or corrupt; none of it is kept.
    pub fn finish(mut self) -> Result<(), PackError> {
        let Some(mut file) = self.file.take() else {
            return Err(PackError::Corrupt("its header is truncated".to_owned()));
        };
        if self.announced == 0 {
            return Ok(());
        }
        if self.checksum.len() < CHECKSUM_BYTES {
            let (here, announced) = (self.decoder.len(), self.announced);
            let reason = format!("it ends after {here} of {announced} objects");
            return Err(PackError::Corrupt(reason));
        }
        if file.checksum() != *self.checksum {
            return Err(PackError::Corrupt("its checksum is wrong".to_owned()));
        }
        self.complete(&mut file)?;
        let objects = self.decoder.indexed()?;
        let kept = file.keep(&self.store.packs(), objects);
        kept.map_err(|error| disk(&error))?;
        self.is_kept = true;
        let refreshed = self.store.refresh();
        refreshed.map_err(|error| of_objects(&error))
    }

    /// Adds the objects of the repository that deltas of the pack need, because a pack is complete on disk.
    fn complete(&mut self, file: &mut PackFile) -> Result<(), PackError> {
        let mut encoder = Encoder::new();
        for id in self.decoder.missing() {
            // Another of them may have made it.
            if !self.decoder.lacks(id) {
                continue;
            }
            let (kind, bytes) = match self.store.object(id) {
                Ok(object) => object,
                Err(ObjectError::Missing(_)) => continue,
                Err(error) => return Err(of_objects(&error)),
            };
            let (mut added, offset) = (Vec::new(), file.length);
            let crc = encoder.add(&mut added, kind, &bytes);
            let crc = crc.map_err(|error| disk(&error))?;
            file.append(&added).map_err(|error| disk(&error))?;
            self.decoder.budget().spend(bytes.len() as u64)?;
            let entry = Entry {
                offset,
                crc,
                content: Content::Object(kind),
                bytes: bytes.to_vec(),
            };
            self.decoder.add(entry, file)?;
        }
        if self.decoder.len() > self.announced {
            let count = u32::try_from(self.decoder.len()).unwrap_or(u32::MAX);
            file.set_count(count).map_err(|error| disk(&error))?;
        }
        Ok(())
    }
}

fn disk(error: &std::io::Error) -> PackError {
    PackError::Disk(error.to_string())
}

fn of_objects(error: &ObjectError) -> PackError {
    PackError::Corrupt(error.to_string())
}
