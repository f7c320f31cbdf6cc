//! [`EntryReader`]: the entries of a pack, decoded from chunks. Without I/O.
//!
//! Source: gitformat-pack(5).

use flate2::Crc;
use zlib_rs::{Inflate, InflateFlush, Status};

use super::PackError;
use crate::error::MAX_OBJECT_BYTES;
use crate::kind::Kind;
use crate::object_id::ObjectId;

/// The window of zlib that git uses, the largest.
const WINDOW_BITS: u8 = 15;

/// An entry of a pack.
pub(super) struct Entry {
    /// Its position in the pack, in bytes.
    pub(super) offset: u64,
    /// The CRC-32 of its bytes in the pack, which the index has.
    pub(super) crc: u32,
    pub(super) content: Content,
    /// The decoded bytes, of an object or of a delta.
    pub(super) bytes: Vec<u8>,
}

/// The content of an entry.
#[derive(Debug, Clone, Copy)]
pub(super) enum Content {
    Object(Kind),
    DeltaOf(Base),
}

/// The object that a delta changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Base {
    /// That of the entry at this position.
    At(u64),
    /// That with this id.
    Of(ObjectId),
}

/// The number of bytes that may still be decoded: a pack of 30 KiB can have a thousand deltas that make
/// 16 MiB each.
pub(super) struct Budget(u64);

impl Budget {
    pub(super) fn new(bytes: u64) -> Self {
        Self(bytes)
    }

    /// # Errors
    /// When fewer bytes are left.
    pub(super) fn spend(&mut self, bytes: u64) -> Result<(), PackError> {
        self.0 = self
            .0
            .checked_sub(bytes)
            .ok_or(PackError::InflatesTooMuch)?;
        Ok(())
    }
}

/// Reads entries in chunks of any size.
pub(super) struct EntryReader {
    inflater: Inflate,
    crc: Crc,
    state: State,
    /// The position of the next byte in the pack.
    offset: u64,
    /// That of the entry.
    start: u64,
    kind: u8,
    size: u64,
    distance: u64,
    base: Vec<u8>,
    /// The decoded bytes, and room for one too many, which is noticed.
    decoded: Vec<u8>,
    /// The number of bytes that are decoded.
    made: usize,
}

#[derive(Clone, Copy)]
enum State {
    /// The type and the size, of which this number of bits is read.
    Head(u32),
    /// The distance to the base of a delta.
    Distance,
    /// The id of the base of a delta.
    Base,
    /// The compressed data.
    Data,
}

impl EntryReader {
    const OFFSET_DELTA: u8 = 6;
    const ID_DELTA: u8 = 7;

    /// Starts at this position in the pack.
    pub(super) fn at(offset: u64) -> Self {
        Self {
            inflater: Inflate::new(true, WINDOW_BITS),
            crc: Crc::new(),
            state: State::Head(0),
            offset,
            start: offset,
            kind: 0,
            size: 0,
            distance: 0,
            base: Vec::new(),
            decoded: Vec::new(),
            made: 0,
        }
    }

    /// Reads the next bytes up to the end of an entry. Returns the number of bytes that were read, and
    /// the entry if it is complete.
    ///
    /// # Errors
    /// When the entry is invalid or too large, or the budget is spent.
    pub(super) fn read(
        &mut self,
        bytes: &[u8],
        budget: &mut Budget,
    ) -> Result<(usize, Option<Entry>), PackError> {
        let mut read = 0;
        let mut is_complete = false;
        while let (Some(byte), false) = (bytes.get(read).copied(), is_complete) {
            match self.state {
                State::Data => {
                    let (used, is_end) = self.inflate(&bytes[read..])?;
                    read += used;
                    is_complete = is_end;
                    continue;
                }
                State::Head(bits) => self.read_head(byte, bits, budget)?,
                State::Distance => self.read_distance(byte)?,
                State::Base => {
                    self.base.push(byte);
                    if self.base.len() == 20 {
                        self.state = State::Data;
                    }
                }
            }
            read += 1;
        }
        self.crc.update(&bytes[..read]);
        self.offset += read as u64;
        let entry = if is_complete {
            Some(self.take_entry()?)
        } else {
            None
        };
        Ok((read, entry))
    }

    fn read_head(&mut self, byte: u8, bits: u32, budget: &mut Budget) -> Result<(), PackError> {
        let bits = if bits == 0 {
            self.kind = byte >> 4 & 7;
            self.size = u64::from(byte & 15);
            4
        } else if bits > 56 {
            return Err(corrupt("the size of an object is invalid"));
        } else {
            self.size |= u64::from(byte & 0x7f) << bits;
            bits + 7
        };
        if byte & 0x80 != 0 {
            self.state = State::Head(bits);
            return Ok(());
        }
        self.state = match self.kind {
            Self::OFFSET_DELTA => State::Distance,
            Self::ID_DELTA => State::Base,
            kind => {
                Kind::from_number(kind).ok_or_else(unknown_type)?;
                State::Data
            }
        };
        let size = checked_size(self.size)?;
        budget.spend(self.size)?;
        self.inflater.reset(true);
        (self.decoded, self.made) = (vec![0; size + 1], 0);
        Ok(())
    }

    fn read_distance(&mut self, byte: u8) -> Result<(), PackError> {
        if self.distance >> 56 != 0 {
            return Err(corrupt("the base of a delta is invalid"));
        }
        self.distance = self.distance << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 != 0 {
            self.distance += 1;
        } else {
            self.state = State::Data;
        }
        Ok(())
    }

    /// Decodes data, and returns the number of bytes that were read, and whether the data ended.
    fn inflate(&mut self, bytes: &[u8]) -> Result<(usize, bool), PackError> {
        let (read_before, made_before) = (self.inflater.total_in(), self.inflater.total_out());
        let room = &mut self.decoded[self.made..];
        let status = self.inflater.decompress(bytes, room, InflateFlush::NoFlush);
        let read = self.inflater.total_in() - read_before;
        let read = usize::try_from(read).unwrap_or(bytes.len());
        let made = self.inflater.total_out() - made_before;
        self.made += usize::try_from(made).unwrap_or_default();
        let is_end = status == Ok(Status::StreamEnd);
        if status.is_err() || (!is_end && read == 0 && made == 0) {
            return Err(corrupt("an object can't be decoded"));
        }
        let size = self.decoded.len() - 1;
        if self.made > size || (is_end && self.made < size) {
            return Err(corrupt("an object has not the size that it announces"));
        }
        Ok((read, is_end))
    }

    fn take_entry(&mut self) -> Result<Entry, PackError> {
        let content = match self.kind {
            Self::OFFSET_DELTA => {
                let base = self.start.checked_sub(self.distance);
                let base = base.filter(|base| *base < self.start);
                let base = base.ok_or_else(|| corrupt("the base of a delta is invalid"))?;
                Content::DeltaOf(Base::At(base))
            }
            Self::ID_DELTA => {
                let base = self.base.as_slice().try_into().unwrap_or_default();
                Content::DeltaOf(Base::Of(ObjectId::from_bytes(base)))
            }
            kind => Content::Object(Kind::from_number(kind).ok_or_else(unknown_type)?),
        };
        self.decoded.truncate(self.made);
        let entry = Entry {
            offset: self.start,
            crc: self.crc.sum(),
            content,
            bytes: std::mem::take(&mut self.decoded),
        };
        self.crc.reset();
        self.base.clear();
        (self.state, self.start, self.distance) = (State::Head(0), self.offset, 0);
        Ok(entry)
    }
}

/// Returns the size of an object.
///
/// # Errors
/// When it exceeds the limit.
pub(super) fn checked_size(size: u64) -> Result<usize, PackError> {
    let checked = usize::try_from(size)
        .ok()
        .filter(|size| *size <= MAX_OBJECT_BYTES);
    checked.ok_or(PackError::ObjectTooLarge(size))
}

fn unknown_type() -> PackError {
    corrupt("the type of an object is unknown")
}

fn corrupt(reason: &str) -> PackError {
    PackError::Corrupt(reason.to_owned())
}
