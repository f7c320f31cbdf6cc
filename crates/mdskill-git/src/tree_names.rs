//! [`TreeNames`]: the names of large trees that were read, for lookups.
//!
//! Each skill looks paths of its repository up. In a folder of 5,000 skills, parsing the folder's tree for each
//! of them was half of the CPU time of `add --all`.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::object_id::ObjectId;
use crate::tree::TreeEntry;

/// The number of entries from which the names of a tree are kept.
const MIN_ENTRIES: usize = 64;
/// The number of trees whose names are kept.
const MAX_TREES: usize = 8;

/// The entries of a tree by their names. Of two entries with one name, the first is kept.
type Names = HashMap<Vec<u8>, TreeEntry>;

/// The names of the last large trees.
#[derive(Default)]
pub(crate) struct TreeNames(RefCell<Vec<(ObjectId, Names)>>);

impl TreeNames {
    /// Returns the entry with this name in a tree, which is read if its names are not kept.
    ///
    /// # Errors
    /// As `read`.
    pub(crate) fn find<E>(
        &self,
        tree: ObjectId,
        name: &[u8],
        read: impl FnOnce() -> Result<Vec<TreeEntry>, E>,
    ) -> Result<Option<TreeEntry>, E> {
        let mut kept = self.0.borrow_mut();
        if let Some((_, names)) = kept.iter().find(|(id, _)| *id == tree) {
            return Ok(names.get(name).cloned());
        }
        let entries = read()?;
        let found = entries.iter().find(|entry| entry.name == name).cloned();
        if entries.len() >= MIN_ENTRIES {
            kept.truncate(MAX_TREES - 1);
            let names = entries.into_iter().rev();
            let names = names.map(|entry| (entry.name.clone(), entry)).collect();
            kept.insert(0, (tree, names));
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_tree_is_read_once() {
        let entry = |at: u8, name: &str| TreeEntry {
            mode: TreeEntry::TREE,
            name: name.as_bytes().to_vec(),
            id: ObjectId::from_bytes([at; 20]),
        };
        let names = TreeNames::default();
        let reads = RefCell::new(0);
        let find = |tree: u8, entries: u8, name: &str| {
            let read = || {
                *reads.borrow_mut() += 1;
                let all = (0..entries).map(|at| entry(at, &at.to_string()));
                Ok::<_, ()>(
                    all.chain([entry(201, "twice"), entry(202, "twice")])
                        .collect(),
                )
            };
            let tree = ObjectId::from_bytes([tree; 20]);
            let found = names.find(tree, name.as_bytes(), read).unwrap();
            found.map(|entry| entry.id.as_bytes()[0])
        };
        for _ in 0..100 {
            assert_eq!(find(1, 100, "7"), Some(7));
            assert_eq!(find(1, 100, "twice"), Some(201));
            assert_eq!(find(1, 100, "missing"), None);
        }
        assert_eq!(*reads.borrow(), 1);
        for tree in 1..=200 {
            assert_eq!(find(tree, 100, "twice"), Some(201));
        }
        assert_eq!(*reads.borrow(), 200);
        assert_eq!(names.0.borrow().len(), MAX_TREES);
        for _ in 0..3 {
            assert_eq!(find(201, 2, "1"), Some(1));
        }
        assert_eq!(
            *reads.borrow(),
            203,
            "the names of small trees are not kept"
        );
    }
}
