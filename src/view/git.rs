//! [`GitView`]: a skill that lies in git's objects.

use std::borrow::Cow;

use super::{Entry, EntryKind, Lies, SkillView, Unreadable};
use crate::digest::FileMode;
use crate::git::objects::{ObjectError, Objects, TreeEntry};
use crate::oid::ObjectId;
use crate::skill::files::{SkillFile, SkillTree};

/// Most entries of one skill that are looked at (1,104 files is the most seen).
const MAX_ENTRIES: usize = 20_000;
/// Deepest folder that is looked into.
const MAX_DEPTH: usize = 64;

/// A skill in git's objects, as it is: with what could not be installed, too.
pub struct GitView<'a> {
    objects: &'a Objects,
    /// The tree of the commit.
    root: ObjectId,
    place: String,
    folder: String,
    entries: Vec<Entry>,
    /// The blobs of the entries.
    blobs: Vec<ObjectId>,
    /// The skill's files, when they were listed already: some are at hand.
    files: Option<&'a SkillTree>,
}

impl<'a> GitView<'a> {
    /// Lists the skill in the folder `place` of the tree `root`, whose blobs are all here. It is
    /// called `folder`, which differs from its place when it is about to be installed.
    ///
    /// # Errors
    /// When an object is missing or damaged.
    pub fn open(
        objects: &'a Objects,
        root: ObjectId,
        place: &str,
        folder: &str,
    ) -> Result<Self, ObjectError> {
        let nothing = Self::empty(objects, root, place, folder);
        match nothing.find(place)? {
            Some((_, tree)) => Self::at(objects, root, place, folder, tree),
            None => Ok(nothing),
        }
    }

    /// Lists the skill in the folder `place`, which is known to be the tree `tree`.
    ///
    /// # Errors
    /// When an object is missing or damaged.
    pub fn at(
        objects: &'a Objects,
        root: ObjectId,
        place: &str,
        folder: &str,
        tree: ObjectId,
    ) -> Result<Self, ObjectError> {
        let mut view = Self::empty(objects, root, place, folder);
        view.list(tree, "", 0)?;
        let mut both: Vec<_> = view.entries.into_iter().zip(view.blobs).collect();
        both.sort_unstable_by(|(a, _), (b, _)| a.path.cmp(&b.path));
        (view.entries, view.blobs) = both.into_iter().unzip();
        Ok(view)
    }

    /// Returns the skill in the folder `place` whose files were listed and loaded already.
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

    fn list(&mut self, tree: ObjectId, prefix: &str, depth: usize) -> Result<(), ObjectError> {
        for entry in self.objects.tree(tree)? {
            if self.entries.len() >= MAX_ENTRIES || depth > MAX_DEPTH {
                return Ok(());
            }
            let path = format!("{prefix}{}", String::from_utf8_lossy(&entry.name));
            if entry.is_tree() {
                self.list(entry.id, &format!("{path}/"), depth + 1)?;
                continue;
            }
            let kind = self.kind_of(&entry)?;
            self.entries.push(Entry { path, kind });
            self.blobs.push(entry.id);
        }
        Ok(())
    }

    fn kind_of(&self, entry: &TreeEntry) -> Result<EntryKind, ObjectError> {
        Ok(match entry.mode {
            TreeEntry::SYMLINK => EntryKind::Link {
                target: String::from_utf8_lossy(&self.objects.blob(entry.id)?).into_owned(),
            },
            TreeEntry::SUBMODULE => EntryKind::Submodule,
            _ if entry.is_file() && std::str::from_utf8(&entry.name).is_ok() => EntryKind::File {
                bytes: self.objects.size(entry.id)? as u64,
                is_executable: entry.is_executable(),
            },
            _ => EntryKind::Special,
        })
    }

    /// Returns what lies at a path of the commit, and its id.
    fn find(&self, path: &str) -> Result<Option<(Lies, ObjectId)>, ObjectError> {
        let mut found = (Lies::Folder, self.root);
        for name in path.split('/').filter(|name| !name.is_empty()) {
            let (Lies::Folder, tree) = found else {
                return Ok(None);
            };
            let entries = self.objects.tree(tree)?;
            let Some(entry) = entries.iter().find(|entry| entry.name == name.as_bytes()) else {
                return Ok(None);
            };
            let lies = match entry.is_tree() || entry.mode == TreeEntry::SUBMODULE {
                true => Lies::Folder,
                false => Lies::File,
            };
            found = (lies, entry.id);
        }
        Ok(Some(found))
    }
}

/// Returns the ids of what a [`GitView`] of the skill at `tree` reads: files and links.
///
/// # Errors
/// When a tree is missing or damaged.
pub fn blobs_of(objects: &Objects, tree: ObjectId) -> Result<Vec<ObjectId>, ObjectError> {
    let mut blobs = Vec::new();
    let mut open = vec![(tree, 0)];
    while let Some((tree, depth)) = open.pop() {
        for entry in objects.tree(tree)? {
            if blobs.len() >= MAX_ENTRIES || depth > MAX_DEPTH {
                return Ok(blobs);
            }
            match entry.is_tree() {
                true => open.push((entry.id, depth + 1)),
                false if entry.mode != TreeEntry::SUBMODULE => blobs.push(entry.id),
                false => {}
            }
        }
    }
    Ok(blobs)
}

impl SkillView for GitView<'_> {
    fn folder(&self) -> &str {
        &self.folder
    }

    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn read(&self, path: &str) -> Result<Cow<'_, [u8]>, Unreadable> {
        if let Some(bytes) = self.files.and_then(|files| files.at_hand(path)) {
            return Ok(Cow::Borrowed(bytes));
        }
        let unreadable = |reason: String| Unreadable { reason };
        let at = self
            .entries
            .binary_search_by(|entry| entry.path.as_str().cmp(path));
        let at = at.map_err(|_| unreadable("there is no such file".to_owned()))?;
        let blob = self.objects.blob(self.blobs[at]);
        let bytes = blob.map_err(|error| unreadable(error.to_string()))?;
        Ok(Cow::Owned(bytes))
    }

    fn place(&self) -> Option<&str> {
        Some(&self.place)
    }

    fn in_repository(&self, path: &str) -> Option<Lies> {
        let found = self.find(path).ok().flatten();
        found.map(|(lies, _)| lies)
    }
}
