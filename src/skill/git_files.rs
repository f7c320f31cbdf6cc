//! [`GitFiles`]: a skill in git objects.

use std::borrow::Cow;

use crate::digest::FileMode;
use crate::skill::tree::{SkillFile, SkillTree};
use mdskill_git::ObjectId;
use mdskill_git::objects::{ObjectError, Objects, TreeEntry};
use mdskill_lint::skill_files::{Entry, EntryKind, PathKind, SkillFiles, Unreadable};

/// The limit of entries in one skill (the largest known one has 1,104 files).
const MAX_ENTRIES: usize = 20_000;
/// The limit of nested folders.
const MAX_DEPTH: usize = 64;
/// The limit of a link's target: Linux follows no longer one.
const MAX_LINK_BYTES: usize = 4096;

/// A skill in git objects, including files that can't be installed.
pub struct GitFiles<'a> {
    objects: &'a Objects,
    /// The tree of the commit.
    root: ObjectId,
    place: String,
    folder: String,
    entries: Vec<Entry>,
    /// The blobs of the entries.
    blobs: Vec<ObjectId>,
    /// The skill's files, if they are listed already; some of their bytes are in memory.
    files: Option<&'a SkillTree>,
}

impl<'a> GitFiles<'a> {
    /// Lists the skill with the tree `tree`, in the folder `place` of the tree `root`. `folder` is its
    /// name, which differs from that of `place` if the skill is installed under another name. A file
    /// whose blob is missing has size 0 and can't be read; a link whose blob is missing has an empty target.
    ///
    /// # Errors
    /// If a tree is missing, or an object is invalid.
    pub fn at(
        objects: &'a Objects,
        root: ObjectId,
        place: &str,
        folder: &str,
        tree: ObjectId,
    ) -> Result<Self, ObjectError> {
        let mut listed = walk(objects, tree)?;
        listed.sort_by(|(a, _), (b, _)| a.cmp(b));
        let mut files = Self::empty(objects, root, place, folder);
        for (path, entry) in listed {
            let kind = kind_of(objects, &entry)?;
            files.entries.push(Entry { path, kind });
            files.blobs.push(entry.id);
        }
        Ok(files)
    }

    /// Creates the files of a skill that is listed and loaded already.
    #[must_use]
    pub fn of(
        objects: &'a Objects,
        root: ObjectId,
        place: &str,
        folder: &str,
        files: &'a SkillTree,
    ) -> Self {
        let entry = |(file, size): (&SkillFile, usize)| Entry {
            path: file.path.to_string(),
            kind: EntryKind::File {
                bytes: size as u64,
                is_executable: file.mode == FileMode::Executable,
            },
        };
        Self {
            entries: files.sizes().map(entry).collect(),
            blobs: files.blobs().collect(),
            files: Some(files),
            ..Self::empty(objects, root, place, folder)
        }
    }

    fn empty(objects: &'a Objects, root: ObjectId, place: &str, folder: &str) -> Self {
        Self {
            objects,
            root,
            place: place.to_owned(),
            folder: folder.to_owned(),
            entries: Vec::new(),
            blobs: Vec::new(),
            files: None,
        }
    }

    /// Returns the blobs of the skill at `tree` that are read: files and links, not submodules.
    ///
    /// # Errors
    /// If a tree is missing or invalid.
    pub fn blobs_of(objects: &Objects, tree: ObjectId) -> Result<Vec<ObjectId>, ObjectError> {
        let entries = walk(objects, tree)?.into_iter();
        let blobs =
            entries.filter(|(_, entry)| entry.is_file() || entry.mode == TreeEntry::SYMLINK);
        Ok(blobs.map(|(_, entry)| entry.id).collect())
    }
}

fn kind_of(objects: &Objects, entry: &TreeEntry) -> Result<EntryKind, ObjectError> {
    Ok(match entry.mode {
        TreeEntry::SYMLINK => {
            let mut target = if_here(objects.blob(entry.id))?.unwrap_or_default();
            target.truncate(MAX_LINK_BYTES);
            EntryKind::Link {
                target: String::from_utf8_lossy(&target).into_owned(),
            }
        }
        TreeEntry::SUBMODULE => EntryKind::Submodule,
        _ if entry.is_file() && std::str::from_utf8(&entry.name).is_ok() => EntryKind::File {
            bytes: if_here(objects.size(entry.id))?.unwrap_or_default() as u64,
            is_executable: entry.is_executable(),
        },
        _ => EntryKind::Special,
    })
}

/// Returns the kind and the id of the entry at a path of the tree `root`.
///
/// # Errors
/// If a tree is missing or invalid.
pub fn find_entry(
    objects: &Objects,
    root: ObjectId,
    path: &str,
) -> Result<Option<(PathKind, ObjectId)>, ObjectError> {
    let mut found = (PathKind::Folder, root);
    for name in path.split('/').filter(|name| !name.is_empty()) {
        let (PathKind::Folder, tree) = found else {
            return Ok(None);
        };
        let entries = objects.tree(tree)?;
        let Some(entry) = entries.iter().find(|entry| entry.name == name.as_bytes()) else {
            return Ok(None);
        };
        let kind = if entry.is_tree() || entry.mode == TreeEntry::SUBMODULE {
            PathKind::Folder
        } else {
            PathKind::File
        };
        found = (kind, entry.id);
    }
    Ok(Some(found))
}

/// Returns all entries below a tree except folders, with their paths. The entries of all trees count
/// towards the limit, because nested trees can be huge without any file.
fn walk(objects: &Objects, tree: ObjectId) -> Result<Vec<(String, TreeEntry)>, ObjectError> {
    let (mut found, mut seen) = (Vec::new(), 0);
    let mut open = vec![(String::new(), tree, 0)];
    while let Some((prefix, tree, depth)) = open.pop() {
        for entry in objects.tree(tree)? {
            seen += 1;
            if seen > MAX_ENTRIES {
                return Ok(found);
            }
            let path = format!("{prefix}{}", String::from_utf8_lossy(&entry.name));
            if !entry.is_tree() {
                found.push((path, entry));
            } else if depth < MAX_DEPTH {
                open.push((path + "/", entry.id, depth + 1));
            }
        }
    }
    Ok(found)
}

/// Turns the error of a missing object into `None`, so that the other objects can be read.
fn if_here<T>(read: Result<T, ObjectError>) -> Result<Option<T>, ObjectError> {
    match read {
        Err(ObjectError::Missing(_)) => Ok(None),
        read => read.map(Some),
    }
}

impl SkillFiles for GitFiles<'_> {
    fn folder(&self) -> &str {
        &self.folder
    }

    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn read(&self, path: &str) -> Result<Cow<'_, [u8]>, Unreadable> {
        if let Some(bytes) = self.files.and_then(|files| files.in_memory(path)) {
            return Ok(Cow::Borrowed(bytes));
        }
        let unreadable = |reason: String| Unreadable { reason };
        let at = self
            .entries
            .binary_search_by(|entry| entry.path.as_str().cmp(path));
        let at = at.map_err(|_| unreadable("file not found".to_owned()))?;
        let blob = self.objects.blob(self.blobs[at]);
        let bytes = blob.map_err(|error| unreadable(error.to_string()))?;
        Ok(Cow::Owned(bytes))
    }

    fn place(&self) -> Option<&str> {
        Some(&self.place)
    }

    fn in_repository(&self, path: &str) -> Option<PathKind> {
        let found = find_entry(self.objects, self.root, path).ok().flatten();
        found.map(|(kind, _)| kind)
    }
}
