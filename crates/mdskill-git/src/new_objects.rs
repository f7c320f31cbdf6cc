//! [`NewObjects`]: objects that are made here, and written as one pack.

use std::io::Write;
use std::path::Path;

use flate2::{Compress, Compression, FlushCompress};
use git2::{Indexer, ObjectType, Oid};
use sha1::{Digest, Sha1};

use crate::error::{ObjectError, refuse};
use crate::object_id::ObjectId;
use crate::objects::{Objects, from_oid};
use crate::tree::{TreeEntry, tree_bytes};

/// The first bytes of a pack of version 2.
const HEADER: &[u8] = b"PACK\0\0\0\x02";
/// More bytes than zlib adds to a text of any length that memory can hold, besides a thousandth of it.
const OVERHEAD: usize = 64;

/// Objects that are added to a repository by [`Objects::write_all`]: a file for each of thousands is slow
/// to write, and to check when the repository is opened.
#[derive(Debug, Default)]
pub struct NewObjects(Vec<NewObject>);

#[derive(Debug)]
struct NewObject {
    id: ObjectId,
    /// Its type in a pack.
    kind: u8,
    bytes: Vec<u8>,
}

impl NewObjects {
    /// Adds a blob and returns its id.
    ///
    /// # Errors
    /// When libgit2 can't compute the id.
    pub fn blob(&mut self, bytes: Vec<u8>) -> Result<ObjectId, ObjectError> {
        self.add(ObjectType::Blob, 3, bytes)
    }

    /// Adds a tree and returns its id. The entries are in git's order.
    ///
    /// # Errors
    /// When libgit2 can't compute the id.
    pub fn tree(&mut self, entries: &[TreeEntry]) -> Result<ObjectId, ObjectError> {
        self.add(ObjectType::Tree, 2, tree_bytes(entries))
    }

    fn add(&mut self, of: ObjectType, kind: u8, bytes: Vec<u8>) -> Result<ObjectId, ObjectError> {
        let id = Oid::hash_object(of, &bytes);
        let id = id.map_err(|error| refuse(Path::new("(memory)"), &error))?;
        let id = from_oid(id);
        self.0.push(NewObject { id, kind, bytes });
        Ok(id)
    }
}

impl Objects {
    /// Writes objects as one pack, except those that are in the repository.
    ///
    /// # Errors
    /// When the pack can't be written.
    pub fn write_all(&self, mut new: NewObjects) -> Result<(), ObjectError> {
        new.0.retain(|object| !self.contains(object.id));
        new.0.sort_unstable_by_key(|object| object.id);
        new.0.dedup_by_key(|object| object.id);
        if new.0.is_empty() {
            return Ok(());
        }
        let packs = self.store().join("objects/pack");
        let pack = pack_of(&new.0).map_err(|error| ObjectError::of_disk(&packs, &error))?;
        let write = || {
            let odb = self.repository.odb()?;
            let mut writer = Indexer::new(Some(&odb), &packs, 0, false)?;
            let written = writer.write_all(&pack);
            written.map_err(|error| git2::Error::from_str(&error.to_string()))?;
            writer.commit()?;
            odb.refresh()
        };
        write().map_err(|error| refuse(self.path(), &error))
    }
}

/// Returns a pack.
///
/// Source: gitformat-pack(5).
fn pack_of(objects: &[NewObject]) -> std::io::Result<Vec<u8>> {
    let count = u32::try_from(objects.len()).map_err(std::io::Error::other)?;
    let mut pack = [HEADER, &count.to_be_bytes()].concat();
    // Made once, because that takes longer than to compress a short text.
    let mut zlib = Compress::new(Compression::fast(), true);
    for NewObject { kind, bytes, .. } in objects {
        // The type and the lowest four bits of the size, then seven bits in each byte.
        let mut size = bytes.len();
        let mut byte = kind << 4 | low_bits(size, 4);
        size >>= 4;
        while size > 0 {
            pack.push(byte | 0x80);
            byte = low_bits(size, 7);
            size >>= 7;
        }
        pack.push(byte);
        pack.reserve(bytes.len() + bytes.len() / 1000 + OVERHEAD);
        zlib.reset();
        zlib.compress_vec(bytes, &mut pack, FlushCompress::Finish)?;
    }
    let checksum = Sha1::digest(&pack);
    pack.extend_from_slice(&checksum);
    Ok(pack)
}

fn low_bits(number: usize, count: u32) -> u8 {
    number.to_le_bytes()[0] & (u8::MAX >> (8 - count))
}
