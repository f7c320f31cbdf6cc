//! Lookups below a tree: one path, and all files.

use crate::object_id::ObjectId;
use crate::objects::{ObjectError, Objects, TreeEntry};

/// The maximum number of entries read, because a few trees that share subtrees can claim billions.
const MAX_ENTRIES: usize = 400_000;
/// The maximum depth of folders.
const MAX_DEPTH: usize = 64;

impl Objects {
    /// Returns the entry at a path with forward slashes below a tree. `None` if there is no such
    /// path, or it is empty.
    ///
    /// # Errors
    /// When a tree on the way is missing or damaged.
    pub fn find(&self, tree: ObjectId, path: &str) -> Result<Option<TreeEntry>, ObjectError> {
        let mut parts = path.split('/').filter(|part| !part.is_empty()).peekable();
        let mut tree = tree;
        while let Some(part) = parts.next() {
            match self.entry(tree, part.as_bytes())? {
                Some(entry) if parts.peek().is_some() && entry.is_tree() => tree = entry.id,
                Some(entry) if parts.peek().is_none() => return Ok(Some(entry)),
                _ => return Ok(None),
            }
        }
        Ok(None)
    }

    /// Returns all files below a tree, executable ones included, with their paths in git's order.
    /// Symbolic links and submodules are left out.
    ///
    /// # Errors
    /// When a tree is missing or damaged, has a path that is not UTF-8, or has too many entries.
    pub fn files(&self, tree: ObjectId) -> Result<Vec<(String, TreeEntry)>, ObjectError> {
        let mut walk = FileWalk {
            objects: self,
            entries: 0,
            files: Vec::new(),
        };
        walk.read(tree, "", 0)?;
        Ok(walk.files)
    }
}

struct FileWalk<'a> {
    objects: &'a Objects,
    entries: usize,
    files: Vec<(String, TreeEntry)>,
}

impl FileWalk<'_> {
    fn read(&mut self, tree: ObjectId, folder: &str, depth: usize) -> Result<(), ObjectError> {
        let refuse = |reason: &str| ObjectError::Damaged {
            id: tree,
            reason: reason.to_owned(),
        };
        if depth > MAX_DEPTH {
            return Err(refuse("its folders are nested too deeply"));
        }
        for entry in self.objects.tree(tree)? {
            self.entries += 1;
            if self.entries > MAX_ENTRIES {
                return Err(refuse("it has too many entries"));
            }
            let name = std::str::from_utf8(&entry.name);
            let name = name.map_err(|_| refuse("a path in it is not UTF-8"))?;
            let path = format!("{folder}{name}");
            if entry.is_tree() {
                self.read(entry.id, &format!("{path}/"), depth + 1)?;
            } else if entry.is_file() {
                self.files.push((path, entry));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objects::TreeBuilder;

    fn repository() -> (tempfile::TempDir, Objects, ObjectId) {
        let folder = tempfile::tempdir().unwrap();
        let objects = Objects::create(folder.path()).unwrap();
        let blob = objects.write_blob(b"x").unwrap();
        let mut tree = TreeBuilder::default();
        tree.insert("a/b/c", 0o100_644, blob);
        tree.insert("a/run", 0o100_755, blob);
        tree.insert("a/link", TreeEntry::SYMLINK, blob);
        let root = tree.finish(&mut |entries| objects.write_tree(entries));
        let root = root.unwrap();
        (folder, objects, root)
    }

    #[test]
    fn find_returns_the_entry_at_a_path() {
        let (_folder, objects, root) = repository();
        let mode = |path: &str| objects.find(root, path).unwrap().map(|entry| entry.mode);
        assert_eq!(mode("a/b"), Some(TreeEntry::TREE));
        assert_eq!(mode("a/run"), Some(0o100_755));
        for missing in ["", "/", "b", "a/run/x", "a/b/c/d"] {
            assert_eq!(mode(missing), None, "{missing}");
        }
    }

    #[test]
    fn files_lists_files_and_no_links() {
        let (_folder, objects, root) = repository();
        let files = objects.files(root).unwrap();
        let paths: Vec<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(paths, ["a/b/c", "a/run"]);
    }

    #[test]
    fn files_refuses_a_tree_that_doubles_at_each_level() {
        let (_folder, objects, mut tree) = repository();
        for _ in 0..40 {
            let entry = |name: &str| TreeEntry {
                mode: TreeEntry::TREE,
                name: name.as_bytes().to_vec(),
                id: tree,
            };
            tree = objects.write_tree(&[entry("x"), entry("y")]).unwrap();
        }
        let error = objects.files(tree).unwrap_err().to_string();
        assert!(error.contains("too many entries"), "{error}");
    }
}
