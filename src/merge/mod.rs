//! [`merge()`]: a three-way merge of the files of a skill, with the results of git.
//!
//! It does no I/O. Paths are merged as `git merge` does (strategy `ort`, without the renames of whole
//! folders), and texts as `git merge-file` does; tests compare both with git.

mod conflict;
mod files;
mod renames;
mod text;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use conflict::{Conflict, ConflictKind};

use crate::digest::FileMode;
use crate::skill::tree::SkillTree;
use mdskill_git::objects::{ObjectError, Objects};
use mdskill_lint::path::SkillPath;

/// A file of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Whether it is executable.
    pub mode: FileMode,
    /// Its content.
    pub bytes: Arc<[u8]>,
}

/// The files of one version, by path.
pub type Files = BTreeMap<SkillPath, File>;

/// What a merge does where both sides changed the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnConflict {
    /// It only lists the conflicts: the user must decide.
    #[default]
    Stop,
    /// It writes both versions, between git's conflict markers.
    Markers,
    /// It takes our version, as `git merge -X ours` does.
    Ours,
    /// It takes their version, as `git merge -X theirs` does.
    Theirs,
}

/// The labels of the two sides in conflict markers.
#[derive(Debug, Clone, Copy)]
pub struct Labels<'a> {
    /// The label after `<<<<<<<`.
    pub ours: &'a str,
    /// The label after `>>>>>>>`.
    pub theirs: &'a str,
}

/// The result of a merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// The merged files. Unusable if there are conflicts and the merge stops on them
    /// ([`OnConflict::Stop`]).
    pub files: Files,
    /// The conflicts, by path: still to decide with [`OnConflict::Stop`], otherwise already resolved.
    pub conflicts: Vec<Conflict>,
}

/// Merges the changes from `base` to `ours` and from `base` to `theirs`.
///
/// With [`OnConflict::Markers`], conflicting texts are written between git's markers. Where markers
/// are impossible, our version is kept: binary or very large files, files edited on one side and
/// deleted on the other, and files with two new names. With [`OnConflict::Ours`] and
/// [`OnConflict::Theirs`], only the conflicts are taken from that side.
///
/// The result may hold paths that cannot exist side by side, one from each side: a file and a folder
/// of one name, or names that differ only in case. [`SkillTree::of_files`] refuses them.
#[must_use]
pub fn merge(
    base: &Files,
    ours: &Files,
    theirs: &Files,
    labels: &Labels<'_>,
    on_conflict: OnConflict,
) -> Merged {
    files::merge(base, ours, theirs, labels, on_conflict)
}

/// Reads all files of a skill.
///
/// # Errors
/// If a blob is missing, damaged, or too large.
pub fn files_of(tree: &SkillTree, objects: &Objects) -> Result<Files, ObjectError> {
    tree.files
        .iter()
        .map(|file| {
            let bytes = tree.bytes(file, objects)?;
            let mode = file.mode;
            let bytes = bytes.as_ref().into();
            Ok((file.path.clone(), File { mode, bytes }))
        })
        .collect()
}

#[cfg(test)]
mod tests;
