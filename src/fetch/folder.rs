//! Imports a local folder as a source: its skills become git objects, so that all other modules treat
//! it like a repository.

mod links;

use std::collections::{BTreeSet, HashSet};
use std::path::Path;

use rayon::prelude::*;

use self::links::Links;
use super::FetchError;
use super::uncommitted::Uncommitted;
use crate::fs::leftover::is_leftover;
use crate::fs::tree::ListedFile;
use crate::fs::{self, At};
use crate::parallel;
use mdskill_git::ObjectId;
use mdskill_git::objects::{MAX_OBJECT_BYTES, Objects, TreeBuilder, TreeEntry};
use mdskill_lint::SKILL_FILE;

/// A folder of compiled Python. Its files are left out one by one, since those with a source are not worth
/// a word.
const COMPILED: &str = "__pycache__";

/// The skills of a folder, as objects.
pub(super) struct Imported {
    /// The tree with the skills.
    pub(super) tree: ObjectId,
    /// The files and folders that were left out, because git would not commit them.
    pub(super) left_out: Vec<String>,
    /// Whether git decided that.
    pub(super) is_by_git: bool,
}

/// Writes the skills below `root` into `objects`. Files outside of skills to which no link of a skill leads,
/// and files that git would not commit, are left out.
///
/// # Errors
/// When a file can't be read, or an object can't be written.
pub(super) fn import(root: &Path, objects: &Objects) -> Result<Imported, FetchError> {
    let mut uncommitted = Uncommitted::of(root);
    let is_left_out = &mut |path: &str, is_folder: bool| {
        let name = path.rsplit('/').next().unwrap_or_default();
        name == ".git" || is_folder && name != COMPILED && uncommitted.has_folder(path)
    };
    let mut listing = fs::tree::list_without(root, is_left_out)?;
    let all: HashSet<String> = listing.files.iter().map(|file| file.path.clone()).collect();
    let is_left = |path: &str| is_leftover(path, |file| all.contains(file));
    let mut is_copied = |path: &str| !is_left(path) && !uncommitted.has(path);
    listing.files.retain(|file| is_copied(&file.path));
    listing.special_files.retain(|path| is_copied(path));
    let skill_folder = |path: &str| match path.strip_suffix(SKILL_FILE) {
        Some(folder) if folder.is_empty() || folder.ends_with('/') => Some(folder.to_owned()),
        _ => None,
    };
    let skills: HashSet<String> = listing
        .files
        .iter()
        .filter_map(|file| skill_folder(&file.path))
        .collect();
    let in_skill = |path: &str| {
        let mut ends = path.match_indices('/').map(|(at, _)| at + 1);
        skills.contains("") || ends.any(|end| skills.contains(&path[..end]))
    };
    let mut wanted: BTreeSet<&str> = BTreeSet::new();
    let files = listing.files.iter().map(|file| &*file.path);
    wanted.extend(
        files
            .chain(listing.special_files.iter().map(|path| &**path))
            .filter(|path| in_skill(path)),
    );
    let links = Links::read(root, &listing);
    links.add_targets(&mut wanted);
    let files: Vec<&ListedFile> = listing
        .files
        .iter()
        .filter(|file| wanted.contains(&*file.path))
        .collect();
    // Each thread opens the store for itself. Of a preview's time after a change, hashing is a fifth.
    let store = objects.shared();
    let written = files
        .par_iter()
        .map(|file| store.on_this_thread(|objects| write(&root.join(&file.path), file, objects)));
    let written: Vec<ObjectId> = parallel::run(|| written.collect::<Result<_, FetchError>>())?;
    let mut tree = TreeBuilder::default();
    for (file, id) in files.into_iter().zip(written) {
        tree.insert(&file.path, file.mode.number(), id);
    }
    for (path, target) in &links.targets {
        if wanted.contains(path) {
            let id = objects.write_blob(target.as_bytes())?;
            tree.insert(path, TreeEntry::SYMLINK, id);
        }
    }
    Ok(Imported {
        tree: tree.finish(&mut |entries| objects.write_tree(entries))?,
        is_by_git: uncommitted.is_by_git(),
        left_out: uncommitted.into_paths(),
    })
}

fn write(path: &Path, file: &ListedFile, objects: &Objects) -> Result<ObjectId, FetchError> {
    if usize::try_from(file.metadata.len()).is_ok_and(|size| size > MAX_OBJECT_BYTES) {
        return Err(too_large(path));
    }
    let bytes = fs::read_plain(path).at("read", path)?;
    Ok(objects.write_blob(&bytes)?)
}

fn too_large(path: &Path) -> FetchError {
    let limit = format!(
        "larger than {} MiB, the limit for one file",
        MAX_OBJECT_BYTES >> 20
    );
    let source = std::io::Error::other(limit);
    FetchError::Fs(fs::Error {
        action: "import",
        path: path.to_owned(),
        source,
    })
}
