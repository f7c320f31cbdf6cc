//! Packs: limits, the header, errors, and the writer.

use std::cell::Cell;
use std::path::Path;
use std::rc::Rc;
use std::time::Instant;

use git2::{ErrorClass, Indexer, Odb};

use crate::error::MAX_OBJECT_BYTES;
use crate::pack_size::{Excess, InflatedSize, MAX_INFLATED_BYTES, PACK_HEADER_BYTES};
use crate::progress::Progress;

/// The maximum size of a pack in bytes: ten times the largest known repository of skills.
pub const MAX_PACK_BYTES: u64 = 200 << 20;
/// The maximum number of objects in a pack.
pub const MAX_PACK_OBJECTS: u32 = 200_000;

/// The number of bytes whose sizes are added before libgit2 decodes them: that of a pack of zeros that
/// exceeds the limit.
const AHEAD_BYTES: usize = 1 << 20;

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

impl From<Excess> for PackError {
    fn from(excess: Excess) -> Self {
        match excess {
            Excess::Object(size) => Self::ObjectTooLarge(size),
            Excess::Sum => Self::InflatesTooMuch,
        }
    }
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

/// Writes a pack in chunks, without holding it in memory.
///
/// A writer that is dropped before [`PackWriter::finish`] leaves no files.
pub struct PackWriter<'a> {
    odb: &'a Odb<'a>,
    writer: Indexer<'a>,
    head: Vec<u8>,
    bytes: u64,
    inflated: InflatedSize,
    /// The bytes that libgit2 has not got yet.
    pending: Vec<u8>,
    started: Instant,
    stopped: Rc<Cell<Option<Stop>>>,
}

/// The reason to stop decoding.
#[derive(Clone, Copy)]
enum Stop {
    Cancelled,
    Late,
}

impl<'a> PackWriter<'a> {
    /// Starts a pack in the folder with the packs of an object database. Decoding stops at the
    /// deadline, or when it is cancelled.
    ///
    /// The folder is named, because libgit2 writes to the root folder if it could not read that of the
    /// database.
    pub(super) fn start(
        odb: &'a Odb<'a>,
        packs: &Path,
        progress: &'a dyn Progress,
        deadline: Instant,
    ) -> Result<Self, PackError> {
        let mut writer =
            Indexer::new(Some(odb), packs, 0, false).map_err(|error| corrupt(&error))?;
        let stopped = Rc::new(Cell::new(None));
        let stop = Rc::clone(&stopped);
        // libgit2 calls this for each object.
        writer.progress(move |_| {
            if progress.is_cancelled() {
                stop.set(Some(Stop::Cancelled));
            } else if Instant::now() > deadline {
                stop.set(Some(Stop::Late));
            }
            stop.get().is_none()
        });
        Ok(Self {
            odb,
            writer,
            head: Vec::with_capacity(PACK_HEADER_BYTES),
            bytes: 0,
            inflated: InflatedSize::new(),
            pending: Vec::new(),
            started: Instant::now(),
            stopped,
        })
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
        if self.head.len() == PACK_HEADER_BYTES {
            return self.add(bytes);
        }
        // The header is checked before libgit2 allocates memory for the announced objects.
        let missing = (PACK_HEADER_BYTES - self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..missing]);
        if self.head.len() < PACK_HEADER_BYTES {
            return Ok(());
        }
        announced_objects(&self.head)?;
        self.pending.extend_from_slice(&self.head);
        self.add(&bytes[missing..])
    }

    fn add(&mut self, bytes: &[u8]) -> Result<(), PackError> {
        self.inflated.read(bytes)?;
        self.pending.extend_from_slice(bytes);
        if self.pending.len() > AHEAD_BYTES {
            self.index_pending()?;
        }
        Ok(())
    }

    fn index_pending(&mut self) -> Result<(), PackError> {
        let mut pending = std::mem::take(&mut self.pending);
        let indexed = self.index(&pending);
        pending.clear();
        self.pending = pending;
        indexed
    }

    fn index(&mut self, bytes: &[u8]) -> Result<(), PackError> {
        use std::io::Write;
        let written = self.writer.write_all(bytes);
        written.map_err(|error| explain(&of_libgit2(error), &self.stopped, self.started))
    }

    /// Checks the checksum of the pack and makes its objects readable.
    ///
    /// # Errors
    /// When the pack is truncated or corrupt; none of it is kept.
    pub fn finish(mut self) -> Result<(), PackError> {
        if self.head.len() < PACK_HEADER_BYTES {
            return Err(PackError::Corrupt("its header is truncated".to_owned()));
        }
        // libgit2 can't index an empty pack.
        if announced_objects(&self.head)? == 0 {
            return Ok(());
        }
        self.index_pending()?;
        let (stopped, started) = (self.stopped, self.started);
        let committed = self.writer.commit();
        committed.map_err(|error| explain(&error, &stopped, started))?;
        self.odb.refresh().map_err(|error| corrupt(&error))
    }
}

/// Writes a pack that was made here.
///
/// # Errors
/// When it can't be written.
pub(super) fn write_pack(odb: &Odb<'_>, packs: &Path, pack: &[u8]) -> Result<(), git2::Error> {
    use std::io::Write;
    let mut writer = Indexer::new(Some(odb), packs, 0, false)?;
    let written = writer.write_all(pack);
    written.map_err(of_libgit2)?;
    writer.commit()?;
    odb.refresh()
}

/// Returns the error in that of a writer.
fn of_libgit2(error: std::io::Error) -> git2::Error {
    let message = error.to_string();
    let inner = error.into_inner().and_then(|inner| inner.downcast().ok());
    inner.map_or_else(|| git2::Error::from_str(&message), |inner| *inner)
}

fn explain(error: &git2::Error, stopped: &Cell<Option<Stop>>, started: Instant) -> PackError {
    match stopped.get() {
        Some(Stop::Cancelled) => PackError::Cancelled,
        Some(Stop::Late) => PackError::Late(started.elapsed().as_secs()),
        None => corrupt(error),
    }
}

fn corrupt(error: &git2::Error) -> PackError {
    let message = error.message().to_owned();
    if error.class() == ErrorClass::Os {
        PackError::Disk(message)
    } else {
        PackError::Corrupt(message)
    }
}
