//! Tree objects: parses and writes their entries, and builds trees from paths. Without I/O.

use std::collections::BTreeMap;

use crate::object_id::ObjectId;

/// The maximum length of a name in bytes: more than the 255 characters of any file system. Paths are
/// kept as a whole, so a longer name above 9,000 folders would fill the memory.
pub(crate) const MAX_NAME_BYTES: usize = 1024;
/// The number of bytes of a long name that an error shows.
const SHOWN_NAME_BYTES: usize = 40;

/// An entry of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeEntry {
    /// The mode, for example `0o100644`.
    pub mode: u32,
    /// The file name; it may not be UTF-8.
    pub name: Vec<u8>,
    /// The id of the object.
    pub id: ObjectId,
}

impl TreeEntry {
    /// The mode of a folder.
    pub const TREE: u32 = 0o040_000;
    /// The mode of a symbolic link.
    pub const SYMLINK: u32 = 0o120_000;
    /// The mode of a submodule.
    pub const SUBMODULE: u32 = 0o160_000;

    /// Whether this is a folder.
    #[must_use]
    pub fn is_tree(&self) -> bool {
        self.mode == Self::TREE
    }

    /// Whether this is a file. Old versions of git also wrote the mode `100664`.
    #[must_use]
    pub fn is_file(&self) -> bool {
        self.mode & 0o170_000 == 0o100_000
    }

    /// Whether this is an executable file.
    #[must_use]
    pub fn is_executable(&self) -> bool {
        self.is_file() && self.mode & 0o100 != 0
    }
}

/// Builds nested trees from the paths of files.
#[derive(Default)]
pub struct TreeBuilder {
    folders: BTreeMap<String, TreeBuilder>,
    entries: Vec<TreeEntry>,
}

impl TreeBuilder {
    /// Adds a file; `path` has forward slashes.
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

    /// Calls `make` with the entries of each folder in git's order, and returns the id of the root.
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

/// Returns the bytes of a tree object; the entries are in git's order.
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

/// Returns the beginning and the length of the first name that is too long.
pub(super) fn long_name(entries: &[TreeEntry]) -> Option<(String, usize)> {
    let mut names = entries.iter().map(|entry| &entry.name);
    let name = names.find(|name| name.len() > MAX_NAME_BYTES)?;
    let shown = String::from_utf8_lossy(&name[..SHOWN_NAME_BYTES]);
    Some((shown.into_owned(), name.len()))
}

/// Parses a tree object: for each entry `MODE SP NAME NUL` and 20 bytes.
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
