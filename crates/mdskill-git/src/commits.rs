//! [`CommitObject`]: a commit, and how it is read.

use crate::error::unreadable;
use crate::object_id::ObjectId;
use crate::objects::{ObjectError, Objects};
use crate::oid::from_oid;

/// A commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitObject {
    /// The parents; empty for a root commit.
    pub parents: Vec<ObjectId>,
    /// The root tree.
    pub tree: ObjectId,
    /// The first line of the message; bytes that are not UTF-8 are replaced.
    pub summary: String,
    /// The committer's time, in Unix seconds. It can be forged.
    pub time: i64,
    /// The author.
    pub author: Author,
}

/// The author of a commit, as the commit states it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Author {
    /// The name; bytes that are not UTF-8 are replaced.
    pub name: String,
    /// The time, in Unix seconds.
    pub time: i64,
    /// The time zone, in minutes to the east.
    pub offset: i32,
}

/// The number of bytes of a commit's message that are looked at, because a message can have any size.
const MAX_SUMMARY_BYTES: usize = 4096;

impl Objects {
    /// Reads a commit. Its parents and its tree may be missing.
    ///
    /// # Errors
    /// When it is missing, damaged, or not a commit.
    pub fn commit(&self, id: ObjectId) -> Result<CommitObject, ObjectError> {
        let found = self.repository.find_commit(self.readable(id)?);
        let commit = found.map_err(|error| unreadable(id, &error))?;
        let message = commit.message_bytes();
        let message = &message[..message.len().min(MAX_SUMMARY_BYTES)];
        let summary = message.split(|byte| *byte == b'\n').next();
        let author = commit.author();
        Ok(CommitObject {
            parents: commit.parent_ids().map(from_oid).collect(),
            tree: from_oid(commit.tree_id()),
            summary: String::from_utf8_lossy(summary.unwrap_or_default())
                .trim_end()
                .to_owned(),
            time: commit.time().seconds(),
            author: Author {
                name: String::from_utf8_lossy(author.name_bytes()).into_owned(),
                time: author.when().seconds(),
                offset: author.when().offset_minutes(),
            },
        })
    }
}
