//! The commits that changed a skill, among those between its old and new version.
//!
//! The history is fetched without trees. A pull request's reviewer wants to know which of 50 commits
//! changed the skill, so for a summary the trees of these commits are fetched in one more request: only
//! those that neither the old nor the new version has.

use std::collections::{BTreeMap, BTreeSet};

use crate::fetch::history::{CommitLine, Lineage};
use crate::fetch::{FetchError, Move, Repository};
use mdskill_git::ObjectId;
use mdskill_git::objects::{ObjectError, Objects};

/// The folders of the skills that moved from one commit to another, by move.
pub(super) type Folders = BTreeMap<Move, BTreeSet<String>>;

/// Fetches the trees that [`commits_of`] needs. A server may refuse.
///
/// # Errors
/// When the request fails.
pub(super) async fn fetch_trees(
    repository: &mut Repository<'_>,
    lineages: &BTreeMap<Move, Lineage>,
    folders: &Folders,
) -> Result<(), FetchError> {
    for (commits, lineage) in lineages {
        let (Lineage::Forward { commits: between }, Some(folders)) =
            (lineage, folders.get(commits))
        else {
            continue;
        };
        let objects = repository.objects();
        let lacks = |commit: &ObjectId| {
            let mut trees = folders
                .iter()
                .map(|folder| folder_at(objects, *commit, folder));
            trees.any(|tree| tree.is_err())
        };
        let lacking = between.iter().map(|commit| commit.id).filter(lacks);
        let lacking: Vec<ObjectId> = lacking.collect();
        repository
            .fetch_trees_of(lacking, &[commits.0, commits.1])
            .await?;
    }
    Ok(())
}

/// Returns the commits that changed one of the folders, as `git log -- FOLDER` does; `None` if the trees
/// are not available, or the history is not a line from the old to the new commit.
pub(super) fn commits_of(
    objects: &Objects,
    lineage: &Lineage,
    folders: [&str; 2],
) -> Option<Vec<CommitLine>> {
    let Lineage::Forward { commits } = lineage else {
        return None;
    };
    let mut changing = Vec::new();
    for commit in commits {
        if changes(objects, commit.id, folders).ok()? {
            changing.push(commit.clone());
        }
    }
    Some(changing)
}

/// Whether a commit differs from each of its parents in one of the folders. A parent without trees is
/// older than the history.
fn changes(objects: &Objects, commit: ObjectId, folders: [&str; 2]) -> Result<bool, ObjectError> {
    let trees = |commit: ObjectId| -> Result<_, ObjectError> {
        let [old, new] = folders;
        let old = folder_at(objects, commit, old)?;
        Ok([old, folder_at(objects, commit, new)?])
    };
    let after = trees(commit)?;
    let parents = objects.commit(commit)?.parents;
    let mut before = parents.into_iter().filter_map(|parent| trees(parent).ok());
    Ok(!before.any(|before| before == after))
}

fn folder_at(
    objects: &Objects,
    commit: ObjectId,
    folder: &str,
) -> Result<Option<ObjectId>, ObjectError> {
    let root = objects.commit(commit)?.tree;
    if folder.is_empty() {
        return Ok(Some(root));
    }
    let entry = objects.find(root, folder)?;
    // The tree may be missing, but its id is enough.
    Ok(entry.map(|entry| entry.id))
}
