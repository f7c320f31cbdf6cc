//! The index of a pack. Without I/O.
//!
//! Source: gitformat-pack(5), version 2.

use sha1::{Digest, Sha1};

use crate::object_id::ObjectId;

const HEADER: [u8; 8] = *b"\xfftOc\0\0\0\x02";

/// An object of a pack.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Indexed {
    pub(crate) id: ObjectId,
    pub(crate) crc: u32,
    /// Its position in the pack, less than 2 GiB.
    pub(crate) offset: u32,
}

/// Returns the index of a pack with these objects and this checksum.
pub(super) fn index(mut objects: Vec<Indexed>, checksum: &[u8; 20]) -> Vec<u8> {
    objects.sort_unstable_by_key(|object| object.id);
    let mut index = HEADER.to_vec();
    let mut count = 0_u32;
    let mut ids = objects.iter().peekable();
    for first in 0..=u8::MAX {
        while ids
            .next_if(|object| object.id.as_bytes()[0] == first)
            .is_some()
        {
            count += 1;
        }
        index.extend_from_slice(&count.to_be_bytes());
    }
    index.extend(objects.iter().flat_map(|object| *object.id.as_bytes()));
    index.extend(objects.iter().flat_map(|object| object.crc.to_be_bytes()));
    index.extend(
        objects
            .iter()
            .flat_map(|object| object.offset.to_be_bytes()),
    );
    index.extend_from_slice(checksum);
    let own_checksum = Sha1::digest(&index);
    index.extend_from_slice(&own_checksum);
    index
}
