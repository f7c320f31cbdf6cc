//! Packs that git would not write.
//!
//! Source: gitformat-pack(5).

use flate2::Compression;
use flate2::write::ZlibEncoder;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use std::io::Write;

/// The kinds of objects in a pack.
pub const BLOB: u8 = 3;
const OFFSET_DELTA: u8 = 6;
const ID_DELTA: u8 = 7;

/// A pack that is being made.
#[derive(Clone, Default)]
pub struct PackMaker {
    entries: Vec<Vec<u8>>,
}

/// The SHA-1 of some bytes.
pub fn sha1(bytes: &[u8]) -> Vec<u8> {
    digest(&SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref().to_vec()
}

/// The data of a delta: the size of its base and of its result, and its instructions.
pub fn delta(base: u64, result: u64, instructions: &[u8]) -> Vec<u8> {
    [&varint(base), &varint(result), instructions].concat()
}

/// An instruction of a delta that copies 64 KiB from the beginning of the base.
pub const COPY_64_KIB: [u8; 2] = [0xc0, 1];

impl PackMaker {
    /// Adds an object, and returns its position in the pack.
    pub fn object(&mut self, kind: u8, data: &[u8]) -> u64 {
        self.entry(kind, data.len() as u64, &[], &compressed(data))
    }

    /// Adds a delta of the object at this position, and returns its own.
    pub fn delta_of(&mut self, base: u64, delta: &[u8]) -> u64 {
        let distance = self.position() - base;
        let compressed = compressed(delta);
        self.entry(
            OFFSET_DELTA,
            delta.len() as u64,
            &offset(distance),
            &compressed,
        )
    }

    /// Adds a delta of an object that is this number of bytes before it.
    pub fn delta_at_distance(&mut self, distance: u64, delta: &[u8]) -> u64 {
        let compressed = compressed(delta);
        self.entry(
            OFFSET_DELTA,
            delta.len() as u64,
            &offset(distance),
            &compressed,
        )
    }

    /// Adds a delta of the object with this id, and returns its position.
    pub fn delta_of_id(&mut self, base: &[u8], delta: &[u8]) -> u64 {
        self.entry(ID_DELTA, delta.len() as u64, base, &compressed(delta))
    }

    /// Adds an entry of which nothing is checked, and returns its position.
    pub fn entry(&mut self, kind: u8, size: u64, base: &[u8], compressed: &[u8]) -> u64 {
        let position = self.position();
        let entry = [&head(kind, size), base, compressed].concat();
        self.entries.push(entry);
        position
    }

    /// The pack, which announces as many objects as it has.
    pub fn pack(&self) -> Vec<u8> {
        self.announcing(u32::try_from(self.entries.len()).expect("a count of objects"))
    }

    /// The pack, which announces this number of objects.
    pub fn announcing(&self, count: u32) -> Vec<u8> {
        let head = [b"PACK\0\0\0\x02".as_slice(), &count.to_be_bytes()].concat();
        let mut pack = [head, self.entries.concat()].concat();
        pack.extend(sha1(&pack));
        pack
    }

    fn position(&self) -> u64 {
        12 + self.entries.iter().map(Vec::len).sum::<usize>() as u64
    }
}

/// Replaces the checksum at the end of a pack.
pub fn with_checksum(pack: &mut Vec<u8>) {
    pack.truncate(pack.len().saturating_sub(20));
    let checksum = sha1(pack);
    pack.extend(checksum);
}

pub fn compressed(data: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(data).expect("memory");
    encoder.finish().expect("memory")
}

fn head(kind: u8, size: u64) -> Vec<u8> {
    let mut bytes = vec![kind << 4 | (size & 15) as u8];
    let mut rest = size >> 4;
    while rest > 0 {
        *bytes.last_mut().expect("one byte") |= 0x80;
        bytes.push((rest & 0x7f) as u8);
        rest >>= 7;
    }
    bytes
}

fn varint(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number > 127 {
        bytes.push(0x80 | (number & 127) as u8);
        number >>= 7;
    }
    bytes.push((number & 127) as u8);
    bytes
}

/// The distance to the base of a delta.
fn offset(mut distance: u64) -> Vec<u8> {
    let mut bytes = vec![(distance & 127) as u8];
    distance >>= 7;
    while distance > 0 {
        distance -= 1;
        bytes.insert(0, 0x80 | (distance & 127) as u8);
        distance >>= 7;
    }
    bytes
}
