//! [`InflatedSize`]: the size that the objects of a pack have when they are decoded.
//!
//! A pack of 30 KiB can have a thousand deltas that make 16 MiB each. libgit2 limits the size of one
//! object, not the sum, so each entry is read here before libgit2 gets it.
//!
//! Source: gitformat-pack(5).

use std::collections::HashMap;

use flate2::{Decompress, FlushDecompress, Status};

use crate::error::MAX_OBJECT_BYTES;

/// The length of `PACK`, the version, and the number of objects.
pub(super) const PACK_HEADER_BYTES: usize = 12;
/// The maximum size of all objects of a pack, in bytes.
pub(super) const MAX_INFLATED_BYTES: u64 = 512 << 20;
/// libgit2 does not cache larger objects, and so decodes them again for each delta on them
/// (`GIT_PACK_CACHE_SIZE_LIMIT` in its pack.h).
const MAX_CACHED_BYTES: u64 = 1 << 20;
/// The depth of a chain of deltas that git writes by default (`pack.depth`).
const USUAL_DEPTH: u64 = 50;
/// The length of the two sizes at the beginning of a delta.
const DELTA_HEAD_BYTES: usize = 20;

/// The limit that a pack exceeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Excess {
    /// That of one object, which has this size.
    Object(u64),
    /// That of all objects.
    Sum,
}

/// Reads a pack in chunks, without its header, and adds the sizes of its objects.
pub(super) struct InflatedSize {
    inflater: Decompress,
    scratch: Vec<u8>,
    state: State,
    entry: Entry,
    /// The position of the next byte in the pack.
    offset: u64,
    sum: u64,
    /// The cost of decoding each object that libgit2 does not cache, in bytes, by its offset.
    costs: HashMap<u64, u64>,
    /// The number of such objects that are deltas of an object that is named by its id.
    unplaced: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// The type and the size, of which this number of bits is read.
    Head(u32),
    /// The distance to the base of a delta.
    Distance,
    /// The id of the base of a delta, of which this number of bytes is missing.
    Base(usize),
    /// The compressed data.
    Data,
    /// Invalid data, which libgit2 reports, or the checksum.
    Rest,
}

#[derive(Default)]
struct Entry {
    start: u64,
    kind: u8,
    size: u64,
    distance: u64,
    /// The beginning of the data of a delta.
    head: Vec<u8>,
}

impl InflatedSize {
    const OFFSET_DELTA: u8 = 6;
    const ID_DELTA: u8 = 7;

    pub(super) fn new() -> Self {
        Self {
            inflater: Decompress::new(true),
            scratch: vec![0; 32 << 10],
            state: State::Head(0),
            entry: Entry::default(),
            offset: PACK_HEADER_BYTES as u64,
            sum: 0,
            costs: HashMap::new(),
            unplaced: 0,
        }
    }

    /// Reads the next bytes. Invalid data ends the reading without an error.
    ///
    /// # Errors
    /// When an object, or all of them, exceed a limit.
    pub(super) fn read(&mut self, mut bytes: &[u8]) -> Result<(), Excess> {
        while let Some(byte) = bytes.first().copied() {
            let used = match self.state {
                State::Rest => return Ok(()),
                State::Data => self.inflate(bytes)?,
                State::Head(bits) => {
                    self.read_head(byte, bits);
                    1
                }
                State::Distance => {
                    self.read_distance(byte);
                    1
                }
                State::Base(missing) => {
                    let left = missing - 1;
                    self.state = if left == 0 {
                        State::Data
                    } else {
                        State::Base(left)
                    };
                    1
                }
            };
            self.offset += used as u64;
            bytes = &bytes[used..];
        }
        Ok(())
    }

    fn read_head(&mut self, byte: u8, bits: u32) {
        let bits = if bits == 0 {
            self.entry = Entry {
                start: self.offset,
                kind: byte >> 4 & 7,
                size: u64::from(byte & 15),
                ..Entry::default()
            };
            4
        } else {
            // The checksum after the last object may look like a size.
            if bits > 56 {
                self.state = State::Rest;
                return;
            }
            self.entry.size |= u64::from(byte & 0x7f) << bits;
            bits + 7
        };
        if byte & 0x80 != 0 {
            self.state = State::Head(bits);
            return;
        }
        self.inflater.reset(true);
        self.state = match self.entry.kind {
            1..=4 => State::Data,
            Self::OFFSET_DELTA => State::Distance,
            Self::ID_DELTA => State::Base(20),
            _ => State::Rest,
        };
    }

    fn read_distance(&mut self, byte: u8) {
        let Entry { distance, .. } = &mut self.entry;
        *distance = *distance << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 != 0 {
            *distance = distance.saturating_add(1);
        } else {
            self.state = State::Data;
        }
    }

    /// Decodes data of an entry, and returns the number of bytes that were read.
    fn inflate(&mut self, bytes: &[u8]) -> Result<usize, Excess> {
        let (read_before, made_before) = (self.inflater.total_in(), self.inflater.total_out());
        let status = self
            .inflater
            .decompress(bytes, &mut self.scratch, FlushDecompress::None);
        let read = usize::try_from(self.inflater.total_in() - read_before).unwrap_or(bytes.len());
        let made = self.inflater.total_out() - made_before;
        let is_delta = self.entry.kind >= Self::OFFSET_DELTA;
        if is_delta && self.entry.head.len() < DELTA_HEAD_BYTES {
            let wanted = DELTA_HEAD_BYTES - self.entry.head.len();
            let made = usize::try_from(made).unwrap_or_default().min(wanted);
            self.entry.head.extend_from_slice(&self.scratch[..made]);
        }
        self.add(made)?;
        match status {
            Ok(Status::StreamEnd) => {
                self.finish_entry()?;
                self.state = State::Head(0);
            }
            Ok(_) if read > 0 || made > 0 => {}
            _ => self.state = State::Rest,
        }
        Ok(read)
    }

    fn finish_entry(&mut self) -> Result<(), Excess> {
        let is_by_offset = self.entry.kind == Self::OFFSET_DELTA;
        if !is_by_offset && self.entry.kind != Self::ID_DELTA {
            let size = self.inflater.total_out();
            check_size(size)?;
            self.remember(size, size);
            return Ok(());
        }
        let mut head = self.entry.head.iter();
        let (_base, size) = (read_size(&mut head), read_size(&mut head));
        check_size(size)?;
        let is_cached = size <= MAX_CACHED_BYTES;
        let cost = if is_by_offset {
            let base = self.entry.start.checked_sub(self.entry.distance);
            let base = base.and_then(|base| self.costs.get(&base));
            size.saturating_add(base.copied().unwrap_or_default())
        } else if is_cached {
            size
        } else {
            // The base may be any of the others.
            self.unplaced += 1;
            size.saturating_mul(self.unplaced.min(USUAL_DEPTH))
        };
        self.remember(size, cost);
        self.add(cost)
    }

    fn remember(&mut self, size: u64, cost: u64) {
        if size > MAX_CACHED_BYTES {
            self.costs.insert(self.entry.start, cost);
        }
    }

    fn add(&mut self, bytes: u64) -> Result<(), Excess> {
        self.sum = self.sum.saturating_add(bytes);
        if self.sum > MAX_INFLATED_BYTES {
            Err(Excess::Sum)
        } else {
            Ok(())
        }
    }
}

fn check_size(size: u64) -> Result<(), Excess> {
    if size > MAX_OBJECT_BYTES as u64 {
        Err(Excess::Object(size))
    } else {
        Ok(())
    }
}

/// Reads a size of a delta: seven bits in each byte, the lowest first.
fn read_size<'a>(bytes: &mut impl Iterator<Item = &'a u8>) -> u64 {
    let mut size = 0;
    for (index, byte) in bytes.take(9).enumerate() {
        size |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            break;
        }
    }
    size
}
