//! [`Lineage`]: how a commit comes from an older one.

use serde::Serialize;

use crate::oid::ObjectId;

/// How the commit that a ref names now comes from the one that is locked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase", tag = "kind")]
pub enum Lineage {
    /// It comes after it.
    Forward {
        /// The commits in between and the new one itself, the newest first.
        commits: Vec<CommitLine>,
    },
    /// It comes before it: the ref was set back.
    Back,
    /// More commits lie in between than were looked at.
    Far,
    /// The old commit is not among its ancestors: somebody rewrote the history.
    Rewritten,
}

/// One commit, as a log shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CommitLine {
    /// The commit.
    #[serde(serialize_with = "as_text")]
    pub id: ObjectId,
    /// The first line of its message, as its author wrote it.
    pub summary: String,
}

fn as_text<S: serde::Serializer>(id: &ObjectId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(id)
}
