//! [`merge()`]: the three-way merge of the files of a skill, with the results of git.
//!
//! It does no I/O. Paths are merged as `git merge` does (strategy `ort`, without the renames of whole
//! folders), and texts as `git merge-file` does; tests compare both with git.

mod conflict;
mod files;
mod markers;
mod renames;
mod text;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use conflict::{Conflict, ConflictKind};
pub use files::merge;
pub use markers::unresolved_line;

use crate::digest::FileMode;
use crate::skill::tree::SkillTree;
pub use mdskill_git::merge_file::Labels;
use mdskill_git::objects::{ObjectError, Objects};
use mdskill_lint::path::SkillPath;

/// A file of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Whether it is executable.
    pub mode: FileMode,
    /// The content.
    pub bytes: Arc<[u8]>,
}

/// The files of one version, by path.
pub type Files = BTreeMap<SkillPath, File>;

/// The resolution of conflicts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnConflict {
    /// List the conflicts: the user must decide.
    #[default]
    Stop,
    /// Write both versions, between git's conflict markers.
    Markers,
    /// Take our version, as `git merge -X ours` does.
    Ours,
    /// Take their version, as `git merge -X theirs` does.
    Theirs,
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
