//! The bytes of an object in a pack. Without I/O.
//!
//! Source: gitformat-pack(5).

use std::io;

use flate2::{Compress, Compression, Crc, FlushCompress, Status};

use crate::kind::Kind;

/// More bytes than zlib adds to a text, besides a thousandth of it.
const OVERHEAD: usize = 64;

/// Adds objects to the bytes of a pack.
pub(crate) struct Encoder(Compress);

impl Encoder {
    pub(crate) fn new() -> Self {
        // Made once, because that takes longer than to compress a short text.
        Self(Compress::new(Compression::fast(), true))
    }

    /// Adds an object to the end, and returns the CRC-32 of what was added.
    pub(crate) fn add(&mut self, pack: &mut Vec<u8>, kind: Kind, bytes: &[u8]) -> io::Result<u32> {
        let start = pack.len();
        // The type and the lowest four bits of the size, then seven bits in each byte.
        let mut size = bytes.len();
        let mut byte = (kind.number() << 4) | (lowest(size) & 0x0f);
        size >>= 4;
        while size > 0 {
            pack.push(byte | 0x80);
            byte = lowest(size) & 0x7f;
            size >>= 7;
        }
        pack.push(byte);
        pack.reserve(bytes.len() + bytes.len() / 1000 + OVERHEAD);
        self.0.reset();
        let status = self.0.compress_vec(bytes, pack, FlushCompress::Finish)?;
        if status != Status::StreamEnd {
            return Err(io::Error::other("an object was not compressed to its end"));
        }
        let mut crc = Crc::new();
        crc.update(&pack[start..]);
        Ok(crc.sum())
    }
}

/// Returns the lowest byte of a number.
fn lowest(number: usize) -> u8 {
    number.to_le_bytes()[0]
}
