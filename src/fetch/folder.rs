//! Imports a local folder as a source: its skills become git objects, so that all other modules treat
//! it like a repository.

use std::collections::HashSet;
use std::path::Path;

use super::FetchError;
use crate::fs::leftover::is_leftover;
use crate::fs::{self, At};
use mdskill_git::ObjectId;
use mdskill_git::objects::{MAX_OBJECT_BYTES, Objects, TreeBuilder, TreeEntry};
use mdskill_lint::SKILL_FILE;

/// Writes the skills below `root` into `objects`, and returns a tree with them. Files outside of skills
/// are left out.
///
/// # Errors
/// When a file can't be read, or an object can't be written.
pub(super) fn import(root: &Path, objects: &Objects) -> Result<ObjectId, FetchError> {
    let mut listing = fs::tree::list(root)?;
    let is_git = |path: &str| path.split('/').any(|part| part == ".git");
    let all: HashSet<String> = listing.files.iter().map(|file| file.path.clone()).collect();
    let is_left = |path: &str| is_leftover(path, |file| all.contains(file));
    listing
        .files
        .retain(|file| !is_git(&file.path) && !is_left(&file.path));
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
    let mut tree = TreeBuilder::default();
    for file in listing.files.iter().filter(|file| in_skill(&file.path)) {
        let path = root.join(&file.path);
        if usize::try_from(file.metadata.len()).is_ok_and(|size| size > MAX_OBJECT_BYTES) {
            return Err(too_large(&path));
        }
        let bytes = std::fs::read(&path).at("read", &path)?;
        tree.insert(&file.path, file.mode.number(), objects.write_blob(&bytes)?);
    }
    for path in listing
        .special_files
        .iter()
        .filter(|path| in_skill(path) && !is_git(path))
    {
        // A link is refused later with its name; its target is not read.
        tree.insert(path, TreeEntry::SYMLINK, objects.write_blob(b"")?);
    }
    Ok(tree.finish(&mut |entries| objects.write_tree(entries))?)
}

fn too_large(path: &Path) -> FetchError {
    let limit = "larger than 16 MiB, the limit for one file";
    let source = std::io::Error::other(limit);
    FetchError::Fs(fs::Error {
        action: "import",
        path: path.to_owned(),
        source,
    })
}
