//! Git's trees: their entries, as bytes and back, and the trees that files make. Pure.

use std::collections::BTreeMap;

use crate::file_mode::FileMode;
use crate::object_id::ObjectId;

/// One line of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeEntry {
    /// The mode's octal digits, as a number.
    pub mode: u32,
    /// The name, as git stores it.
    pub name: Vec<u8>,
    /// What it names.
    pub id: ObjectId,
}

impl TreeEntry {
    /// git's mode of a folder.
    pub const TREE: u32 = 0o040_000;
    /// git's mode of a link.
    pub const SYMLINK: u32 = 0o120_000;
    /// git's mode of a submodule.
    pub const SUBMODULE: u32 = 0o160_000;

    /// Whether this is a folder.
    #[must_use]
    pub fn is_tree(&self) -> bool {
        self.mode == Self::TREE
    }

    /// Whether this is a file: git has written `100664` too, long ago.
    #[must_use]
    pub fn is_file(&self) -> bool {
        self.mode & 0o170_000 == 0o100_000
    }

    /// Whether this is a file that may be executed.
    #[must_use]
    pub fn is_executable(&self) -> bool {
        self.is_file() && self.mode & 0o100 != 0
    }
}

/// Returns git's number for a mode.
#[must_use]
pub fn mode_number(mode: FileMode) -> u32 {
    match mode {
        FileMode::Regular => 0o100_644,
        FileMode::Executable => 0o100_755,
    }
}

/// Files on their way to being trees.
#[derive(Default)]
pub struct TreeBuilder {
    folders: BTreeMap<String, TreeBuilder>,
    entries: Vec<TreeEntry>,
}

impl TreeBuilder {
    /// Adds a file below this folder; `path` has forward slashes.
    pub fn insert(&mut self, path: &str, mode: u32, id: ObjectId) {
        match path.split_once('/') {
            Some((folder, rest)) => self
                .folders
                .entry(folder.to_owned())
                .or_default()
                .insert(rest, mode, id),
            None => self.entries.push(TreeEntry {
                mode,
                name: path.as_bytes().to_vec(),
                id,
            }),
        }
    }

    /// Hands every folder's entries, in git's order, to `make`, and returns the outermost's id.
    ///
    /// # Errors
    /// As `make`.
    pub fn finish<E>(
        mut self,
        make: &mut dyn FnMut(&[TreeEntry]) -> Result<ObjectId, E>,
    ) -> Result<ObjectId, E> {
        for (name, folder) in self.folders {
            let id = folder.finish(make)?;
            self.entries.push(TreeEntry {
                mode: TreeEntry::TREE,
                name: name.into_bytes(),
                id,
            });
        }
        // git sorts a folder as if its name ended with a slash.
        self.entries.sort_by_cached_key(|entry| {
            let mut key = entry.name.clone();
            if entry.is_tree() {
                key.push(b'/');
            }
            key
        });
        make(&self.entries)
    }
}

/// Writes the entries, in git's order, as git's `tree` objects have them.
pub(super) fn tree_bytes(entries: &[TreeEntry]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in entries {
        bytes.extend_from_slice(format!("{:o} ", entry.mode).as_bytes());
        bytes.extend_from_slice(&entry.name);
        bytes.push(0);
        bytes.extend_from_slice(entry.id.as_bytes());
    }
    bytes
}

/// Source: git's `tree` objects: `MODE SP NAME NUL` and 20 bytes, again and again.
pub(super) fn parse_tree(mut bytes: &[u8]) -> Option<Vec<TreeEntry>> {
    let mut entries = Vec::new();
    while !bytes.is_empty() {
        let space = bytes.iter().position(|byte| *byte == b' ')?;
        let mode = u32::from_str_radix(std::str::from_utf8(&bytes[..space]).ok()?, 8).ok()?;
        let rest = &bytes[space + 1..];
        let end = rest.iter().position(|byte| *byte == 0)?;
        let id = *rest[end + 1..].first_chunk::<20>()?;
        let name = rest[..end].to_vec();
        entries.push(TreeEntry {
            mode,
            name,
            id: ObjectId::from_bytes(id),
        });
        bytes = &rest[end + 21..];
    }
    Some(entries)
}
