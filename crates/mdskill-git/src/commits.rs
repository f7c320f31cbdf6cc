//! [`CommitObject`]: what a commit says of itself.

use crate::object_id::ObjectId;
use crate::objects::{ObjectError, Objects, from_oid, oid, unreadable};

/// A commit, as its committer wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitObject {
    /// The commits that it comes after; none for the first.
    pub parents: Vec<ObjectId>,
    /// Its root tree.
    pub tree: ObjectId,
    /// The first line of its message; what is not UTF-8 is replaced.
    pub summary: String,
    /// When it was made, in seconds since 1970, as the committer's clock said: it can be forged.
    pub time: i64,
}

impl Objects {
    /// Reads a commit. Its parents and its tree need not be here.
    ///
    /// # Errors
    /// When it is missing, damaged or no commit.
    pub fn commit(&self, id: ObjectId) -> Result<CommitObject, ObjectError> {
        let found = self.repository.find_commit(oid(id));
        let commit = found.map_err(|error| unreadable(id, &error))?;
        let message = String::from_utf8_lossy(commit.message_bytes()).into_owned();
        Ok(CommitObject {
            parents: commit.parent_ids().map(from_oid).collect(),
            tree: from_oid(commit.tree_id()),
            summary: message
                .lines()
                .next()
                .unwrap_or_default()
                .trim_end()
                .to_owned(),
            time: commit.time().seconds(),
        })
    }
}
