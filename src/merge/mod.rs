//! [`merge()`]: edits here and a new version there made one, file by file, as git would.
//!
//! Pure: three lists of files in memory, and a fourth that comes out. What lies where is decided
//! as `git merge` does (its strategy `ort`, without renames of whole folders); what stands in a
//! text that both changed is what `git merge-file` writes. Both are tested against git.

mod conflict;
mod files;
mod path_collisions;
mod renames;
mod text;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use conflict::{Conflict, ConflictKind};

use crate::digest::FileMode;
use crate::skill::tree::SkillTree;
use mdskill_git::objects::{ObjectError, Objects};
use mdskill_lint::path::SkillPath;

/// One file of a side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Whether it may be executed.
    pub mode: FileMode,
    /// What it holds.
    pub bytes: Arc<[u8]>,
}

/// The files of a side, by path.
pub type Files = BTreeMap<SkillPath, File>;

/// Who wins where both sides changed the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Favor {
    /// Nobody: a person must decide.
    #[default]
    Nobody,
    /// Nobody, and the text says so between git's markers.
    Markers,
    /// What is here, as with `git merge -X ours`.
    Ours,
    /// What is there, as with `git merge -X theirs`.
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

/// What a merge came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// The files; of no use when there are conflicts and [`Favor::Nobody`] was to win.
    pub files: Files,
    /// What both sides changed, by path. With [`Favor::Nobody`] a person must decide it, with the
    /// others it says what was settled.
    pub conflicts: Vec<Conflict>,
}

/// Merges what became of `base` here and there.
///
/// With [`Favor::Markers`] a conflict of texts stands in the file between git's markers. What can have
/// none is as it is in `ours`: a file that is no text or too large, one that was edited on one side and
/// deleted on the other, one that got two names, two that can't lie side by side. With [`Favor::Ours`] and
/// [`Favor::Theirs`] only what is in conflict is taken from that side, all else from both.
#[must_use]
pub fn merge(
    base: &Files,
    ours: &Files,
    theirs: &Files,
    labels: &Labels<'_>,
    favor: Favor,
) -> Merged {
    files::merge(base, ours, theirs, labels, favor)
}

/// Reads all files of a skill, from memory where they are at hand.
///
/// # Errors
/// When a blob is missing, damaged or too large.
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
