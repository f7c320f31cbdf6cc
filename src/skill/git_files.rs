//! [`GitFiles`]: a skill in git objects.

use std::borrow::Cow;
use std::collections::BTreeSet;

use bytes::Bytes;

use super::walk::{Item, Problem, SkillPlace, Walk, WalkLimits};
use crate::digest::FileMode;
use crate::skill::tree::{SkillFile, SkillTree};
use mdskill_git::ObjectId;
use mdskill_git::objects::{ObjectError, Objects, TreeEntry};
use mdskill_lint::frontmatter::MAX_SKILL_MD_BYTES;
use mdskill_lint::skill_files::{Entry, EntryKind, PathKind, SkillFiles, Unreadable};

/// The limits of what is listed, which is more than what can be installed.
const LIMITS: WalkLimits = WalkLimits {
    entries: 100_000,
    depth: 64,
};

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
    /// Lists the skill at `place`. `folder` is its name, which differs from that of its folder if the
    /// skill is installed under another name. A link is the file or folder that it leads to; one that
    /// can't be followed is listed as a link. A file whose blob is missing has size 0 and can't be read.
    ///
    /// # Errors
    /// If a tree is missing, or an object is invalid.
    pub fn at(
        objects: &'a Objects,
        place: SkillPlace<'_>,
        folder: &str,
    ) -> Result<Self, ObjectError> {
        let root = place.root.unwrap_or(place.tree);
        let path = place.root.map_or("", |_| place.path);
        let mut files = Self::empty(objects, root, path, folder);
        let mut listed = Walk::of(objects, place, LIMITS)?.items;
        listed.sort_by(|a, b| a.path.cmp(&b.path));
        for item in listed {
            if matches!(item.problem, Some(Problem::TooDeep)) {
                continue;
            }
            files.blobs.push(item.entry.id);
            files.entries.push(Entry {
                path: String::from_utf8_lossy(&item.path).into_owned(),
                kind: kind_of(objects, item)?,
            });
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

    /// Returns the blobs of the files of the skill at `place`.
    ///
    /// # Errors
    /// If a tree is missing or invalid, or the blob of a link is missing.
    pub fn blobs_of(
        objects: &Objects,
        place: SkillPlace<'_>,
    ) -> Result<Vec<ObjectId>, ObjectError> {
        let walk = Walk::of(objects, place, LIMITS)?;
        if let Some(link) = walk.unfetched.first() {
            return Err(ObjectError::Missing(*link));
        }
        let files = walk.items.into_iter().filter(|item| item.entry.is_file());
        Ok(files.map(|item| item.entry.id).collect())
    }
}

/// Returns the text of a `SKILL.md`; empty if it is larger than the limit. Its size is known without decoding
/// it, and in a small repository, one large file can be that of a thousand skills.
///
/// # Errors
/// If the blob is missing or invalid.
pub fn skill_text(objects: &Objects, skill_file: ObjectId) -> Result<Bytes, ObjectError> {
    let (_, text) = objects.blob_up_to(skill_file, MAX_SKILL_MD_BYTES)?;
    Ok(text.unwrap_or_default())
}

/// Returns the blobs of the links of the skill at `place` that are not here, so far as they are known:
/// another link may follow each of them.
///
/// # Errors
/// If a tree is missing or invalid.
pub fn unfetched_links(
    objects: &Objects,
    place: SkillPlace<'_>,
) -> Result<BTreeSet<ObjectId>, ObjectError> {
    Ok(Walk::of(objects, place, LIMITS)?.unfetched)
}

fn kind_of(objects: &Objects, item: Item) -> Result<EntryKind, ObjectError> {
    let is_text = std::str::from_utf8(&item.path).is_ok();
    let entry = item.entry;
    Ok(match item.problem {
        Some(Problem::Link(target, fault)) => EntryKind::Link {
            target: String::from_utf8_lossy(&target).into_owned(),
            fault,
        },
        _ if entry.mode == TreeEntry::SUBMODULE => EntryKind::Submodule,
        _ if entry.is_file() && is_text => EntryKind::File {
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
        let Some(entry) = objects.entry(tree, name.as_bytes())? else {
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
        Ok(Cow::Owned(bytes.into()))
    }

    fn place(&self) -> Option<&str> {
        Some(&self.place)
    }

    fn in_repository(&self, path: &str) -> Option<PathKind> {
        let found = find_entry(self.objects, self.root, path).ok().flatten();
        found.map(|(kind, _)| kind)
    }
}
