//! [`GitFiles`]: a skill that lies in git's objects.

use std::borrow::Cow;

use super::{Entry, EntryKind, PathKind, SkillFiles, Unreadable};
use crate::digest::FileMode;
use crate::skill::tree::{SkillFile, SkillTree};
use mdskill_git::ObjectId;
use mdskill_git::objects::{ObjectError, Objects, TreeEntry};

/// Most entries of one skill that are looked at (1,104 files is the most seen).
const MAX_ENTRIES: usize = 20_000;
/// Deepest folder that is looked into.
const MAX_DEPTH: usize = 64;
/// Longest target of a link that is kept: Linux follows none that is longer.
const MAX_LINK_BYTES: usize = 4096;

/// A skill in git's objects, as it is: with what could not be installed, too.
pub struct GitFiles<'a> {
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

impl<'a> GitFiles<'a> {
    /// Lists the skill in the folder `place` of the tree `root`. It is called `folder`, which
    /// differs from its place when it is about to be installed. A file that is not here
    /// has no bytes and can't be read; a link that is not here leads to nothing.
    ///
    /// # Errors
    /// When a tree is missing, or an object is damaged.
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
    /// See [`GitFiles::open`].
    pub fn at(
        objects: &'a Objects,
        root: ObjectId,
        place: &str,
        folder: &str,
        tree: ObjectId,
    ) -> Result<Self, ObjectError> {
        let mut view = Self::empty(objects, root, place, folder);
        for (path, entry) in walk(objects, tree)? {
            let kind = view.kind_of(&entry)?;
            view.entries.push(Entry { path, kind });
            view.blobs.push(entry.id);
        }
        let mut both: Vec<_> = view.entries.into_iter().zip(view.blobs).collect();
        both.sort_by(|(a, _), (b, _)| a.path.cmp(&b.path));
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

    /// Returns the blobs of the skill at `tree`: what must be here to look at it. Links are
    /// among them; what is another repository's is not.
    ///
    /// # Errors
    /// When a tree is missing or damaged.
    pub fn blobs_of(objects: &Objects, tree: ObjectId) -> Result<Vec<ObjectId>, ObjectError> {
        let entries = walk(objects, tree)?.into_iter();
        let blobs =
            entries.filter(|(_, entry)| entry.is_file() || entry.mode == TreeEntry::SYMLINK);
        Ok(blobs.map(|(_, entry)| entry.id).collect())
    }

    fn kind_of(&self, entry: &TreeEntry) -> Result<EntryKind, ObjectError> {
        Ok(match entry.mode {
            TreeEntry::SYMLINK => EntryKind::Link {
                target: self.target_of(entry.id)?,
            },
            TreeEntry::SUBMODULE => EntryKind::Submodule,
            _ if entry.is_file() && std::str::from_utf8(&entry.name).is_ok() => EntryKind::File {
                bytes: if_here(self.objects.size(entry.id))?.unwrap_or_default() as u64,
                is_executable: entry.is_executable(),
            },
            _ => EntryKind::Special,
        })
    }

    fn target_of(&self, link: ObjectId) -> Result<String, ObjectError> {
        let mut target = if_here(self.objects.blob(link))?.unwrap_or_default();
        target.truncate(MAX_LINK_BYTES);
        Ok(String::from_utf8_lossy(&target).into_owned())
    }

    fn find(&self, path: &str) -> Result<Option<(PathKind, ObjectId)>, ObjectError> {
        find(self.objects, self.root, path)
    }
}

/// Returns what lies at a path of the tree `root`, and its id.
///
/// # Errors
/// When a tree is missing or damaged.
pub fn find(
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
        let lies = match entry.is_tree() || entry.mode == TreeEntry::SUBMODULE {
            true => PathKind::Folder,
            false => PathKind::File,
        };
        found = (lies, entry.id);
    }
    Ok(Some(found))
}

/// Returns everything below a tree but the folders, with its path. All lines of all trees count
/// towards the limit: trees within trees are a bomb without a single file.
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
            match entry.is_tree() {
                true if depth < MAX_DEPTH => open.push((path + "/", entry.id, depth + 1)),
                true => {}
                false => found.push((path, entry)),
            }
        }
    }
    Ok(found)
}

/// What was not fetched is no reason to see nothing of the rest.
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

    fn in_repository(&self, path: &str) -> Option<PathKind> {
        let found = self.find(path).ok().flatten();
        found.map(|(lies, _)| lies)
    }
}
