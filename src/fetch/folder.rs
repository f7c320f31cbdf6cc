//! A folder of files as a source: its skills become git objects, so that every
//! later room sees what it sees of any repository.

use std::collections::BTreeMap;
use std::path::Path;

use super::FetchError;
use crate::fs::{self, At};
use crate::git::objects::{MAX_OBJECT_BYTES, ObjectError, Objects, TreeEntry};
use crate::oid::ObjectId;
use crate::skill::discover::SKILL_FILE;

/// A folder being built into a tree.
#[derive(Default)]
struct Folder {
    folders: BTreeMap<String, Folder>,
    entries: Vec<TreeEntry>,
}

/// Writes the skills below `root` into `objects` and returns the tree that has them.
///
/// Only folders of skills are taken: a project's other files are none of ours.
///
/// # Errors
/// When a file can't be read or an object not be written.
pub fn import(root: &Path, objects: &Objects) -> Result<ObjectId, FetchError> {
    let mut listing = fs::tree::list(root)?;
    let is_git = |path: &str| path.split('/').any(|part| part == ".git");
    listing
        .files
        .retain(|file| !is_git(&file.path) && !fs::tree::is_leaving(&file.path));
    let skill_folder = |path: &str| match path.strip_suffix(SKILL_FILE) {
        Some(folder) if folder.is_empty() || folder.ends_with('/') => Some(folder.to_owned()),
        _ => None,
    };
    let skills: Vec<String> = listing
        .files
        .iter()
        .filter_map(|file| skill_folder(&file.path))
        .collect();
    let in_skill = |path: &str| {
        skills
            .iter()
            .any(|folder| path.starts_with(folder.as_str()))
    };
    let mut tree = Folder::default();
    for file in listing.files.iter().filter(|file| in_skill(&file.path)) {
        let path = root.join(&file.path);
        if usize::try_from(file.metadata.len()).is_ok_and(|size| size > MAX_OBJECT_BYTES) {
            return Err(too_large(&path));
        }
        let bytes = std::fs::read(&path).at("read", &path)?;
        let mode = match file.mode {
            crate::digest::FileMode::Regular => 0o100_644,
            crate::digest::FileMode::Executable => 0o100_755,
        };
        tree.insert(&file.path, mode, objects.write_blob(&bytes)?);
    }
    for path in listing
        .strangers
        .iter()
        .filter(|path| in_skill(path) && !is_git(path))
    {
        // A link is refused later, by name; its target is none of ours.
        tree.insert(path, TreeEntry::SYMLINK, objects.write_blob(b"")?);
    }
    Ok(tree.write(objects)?)
}

impl Folder {
    fn insert(&mut self, path: &str, mode: u32, id: ObjectId) {
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

    fn write(mut self, objects: &Objects) -> Result<ObjectId, ObjectError> {
        for (name, folder) in self.folders {
            let id = folder.write(objects)?;
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
        objects.write_tree(&self.entries)
    }
}

fn too_large(path: &Path) -> FetchError {
    let limit = "more than 16 MiB, the limit of one file";
    let source = std::io::Error::other(limit);
    FetchError::Fs(fs::Error {
        action: "take",
        path: path.to_owned(),
        source,
    })
}
