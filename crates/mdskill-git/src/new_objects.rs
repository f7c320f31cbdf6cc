//! [`NewObjects`]: objects that are made here, and their pack.

use std::io;
use std::path::Path;

use sha1::{Digest, Sha1};

use crate::kind::Kind;
use crate::object_id::ObjectId;
use crate::pack::{Encoder, Indexed, PackFile};
use crate::tree::{TreeEntry, tree_bytes};

/// The first bytes of a pack of version 2.
const HEADER: &[u8] = b"PACK\0\0\0\x02";
/// Objects that [`Objects::write_all`] adds to a repository as one pack: a file for each of thousands is
/// slow to write, and to check when the repository is opened.
///
/// [`Objects::write_all`]: crate::objects::Objects::write_all
#[derive(Debug, Default)]
pub struct NewObjects(Vec<NewObject>);

#[derive(Debug)]
struct NewObject {
    id: ObjectId,
    kind: Kind,
    bytes: Vec<u8>,
}

impl NewObjects {
    /// Adds a blob and returns its id.
    pub fn blob(&mut self, bytes: Vec<u8>) -> ObjectId {
        self.add(Kind::Blob, bytes)
    }

    /// Adds a tree and returns its id. The entries are in git's order.
    pub fn tree(&mut self, entries: &[TreeEntry]) -> ObjectId {
        self.add(Kind::Tree, tree_bytes(entries))
    }

    fn add(&mut self, kind: Kind, bytes: Vec<u8>) -> ObjectId {
        let mut hasher = Sha1::new_with_prefix(format!("{} {}\0", kind.name(), bytes.len()));
        hasher.update(&bytes);
        let id = ObjectId::from_bytes(hasher.finalize().into());
        self.0.push(NewObject { id, kind, bytes });
        id
    }

    /// Writes the objects for which `is_known` is false as a pack into this folder, unless there are none.
    ///
    /// Source: gitformat-pack(5).
    pub(crate) fn write(
        mut self,
        packs: &Path,
        is_known: impl Fn(ObjectId) -> bool,
    ) -> io::Result<()> {
        self.0.retain(|object| !is_known(object.id));
        self.0.sort_unstable_by_key(|object| object.id);
        self.0.dedup_by_key(|object| object.id);
        if self.0.is_empty() {
            return Ok(());
        }
        let count = u32::try_from(self.0.len()).map_err(io::Error::other)?;
        let mut pack = [HEADER, &count.to_be_bytes()].concat();
        let mut indexed = Vec::with_capacity(self.0.len());
        let mut encoder = Encoder::new();
        for NewObject { id, kind, bytes } in &self.0 {
            let offset = u32::try_from(pack.len()).map_err(io::Error::other)?;
            let crc = encoder.add(&mut pack, *kind, bytes)?;
            let id = *id;
            indexed.push(Indexed { id, crc, offset });
        }
        let mut file = PackFile::create(packs)?;
        file.append(&pack)?;
        file.keep(packs, indexed)
    }
}
