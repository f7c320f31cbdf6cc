//! [`NewObjects`]: objects that are made here, and their pack. Without I/O.

use flate2::{Compress, Compression, FlushCompress};
use sha1::{Digest, Sha1};

use crate::object_id::ObjectId;
use crate::tree::{TreeEntry, tree_bytes};

/// The first bytes of a pack of version 2.
const HEADER: &[u8] = b"PACK\0\0\0\x02";
/// More bytes than zlib adds to a text, besides a thousandth of it.
const OVERHEAD: usize = 64;

/// Objects that [`Objects::write_all`] adds to a repository as one pack: a file for each of thousands is
/// slow to write, and to check when the repository is opened.
///
/// [`Objects::write_all`]: crate::objects::Objects::write_all
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
    pub fn blob(&mut self, bytes: Vec<u8>) -> ObjectId {
        self.add("blob", 3, bytes)
    }

    /// Adds a tree and returns its id. The entries are in git's order.
    pub fn tree(&mut self, entries: &[TreeEntry]) -> ObjectId {
        self.add("tree", 2, tree_bytes(entries))
    }

    fn add(&mut self, name: &str, kind: u8, bytes: Vec<u8>) -> ObjectId {
        let mut hasher = Sha1::new_with_prefix(format!("{name} {}\0", bytes.len()));
        hasher.update(&bytes);
        let id = ObjectId::from_bytes(hasher.finalize().into());
        self.0.push(NewObject { id, kind, bytes });
        id
    }

    /// Returns the pack of the objects for which `is_known` is false; `None` if there are none.
    ///
    /// Source: gitformat-pack(5).
    pub(crate) fn pack(
        mut self,
        is_known: impl Fn(ObjectId) -> bool,
    ) -> std::io::Result<Option<Vec<u8>>> {
        self.0.retain(|object| !is_known(object.id));
        self.0.sort_unstable_by_key(|object| object.id);
        self.0.dedup_by_key(|object| object.id);
        if self.0.is_empty() {
            return Ok(None);
        }
        let count = u32::try_from(self.0.len()).map_err(std::io::Error::other)?;
        let mut pack = [HEADER, &count.to_be_bytes()].concat();
        // Made once, because that takes longer than to compress a short text.
        let mut zlib = Compress::new(Compression::fast(), true);
        for NewObject { kind, bytes, .. } in &self.0 {
            // The type and the lowest four bits of the size, then seven bits in each byte.
            let mut size = bytes.len();
            let mut byte = (kind << 4) | (lowest(size) & 0x0f);
            size >>= 4;
            while size > 0 {
                pack.push(byte | 0x80);
                byte = lowest(size) & 0x7f;
                size >>= 7;
            }
            pack.push(byte);
            pack.reserve(bytes.len() + bytes.len() / 1000 + OVERHEAD);
            zlib.reset();
            zlib.compress_vec(bytes, &mut pack, FlushCompress::Finish)?;
        }
        let checksum = Sha1::digest(&pack);
        pack.extend_from_slice(&checksum);
        Ok(Some(pack))
    }
}

/// Returns the lowest byte of a number.
fn lowest(number: usize) -> u8 {
    number.to_le_bytes()[0]
}
