//! [`Conflict`]: a change of both sides between which the user must decide.

use std::fmt;

use serde::{Serialize, Serializer};

/// A file that both sides changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Conflict {
    /// The path in the result, or the old path of a file with two new names.
    pub path: String,
    /// The kind; a sentence in JSON.
    #[serde(rename = "reason")]
    pub kind: ConflictKind,
    /// The conflicting lines of a text, with git's markers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hunks: Vec<String>,
}

/// The kind of a conflict. "Here" is ours, "there" is theirs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConflictKind {
    /// Both sides changed the same lines.
    Lines,
    /// Both sides added the file, with different text.
    AddedTwice,
    /// Both sides changed a binary file.
    Binary,
    /// The file is too large to merge its lines.
    TooLarge,
    /// Both sides added the file, and only one of them as executable.
    Mode,
    /// Edited here, deleted there.
    DeletedThere,
    /// Deleted here, edited there.
    DeletedHere,
    /// Renamed on one side, deleted on the other.
    RenamedAndDeleted {
        /// The old path.
        from: String,
    },
    /// The file has the markers of an earlier conflict.
    Unresolved {
        /// The line of the first marker, from 1.
        line: usize,
    },
    /// Renamed on both sides, to different names.
    RenamedApart {
        /// The path here.
        ours: String,
        /// The path there.
        theirs: String,
    },
}

impl fmt::Display for ConflictKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentence = match self {
            Self::Lines => "both sides changed the same lines",
            Self::AddedTwice => "both sides added it, with different content",
            Self::Binary => "both sides changed it, and it is not text",
            Self::TooLarge => "both sides changed it, and it is too large to merge",
            Self::Mode => "both sides added it, and only one of them as executable",
            Self::DeletedThere => "it was edited here and deleted there",
            Self::DeletedHere => "it was deleted here and edited there",
            Self::RenamedAndDeleted { from } => {
                return write!(
                    f,
                    "it was renamed from `{from}` on one side and deleted on the other"
                );
            }
            Self::Unresolved { line } => {
                return write!(f, "line {line} has a conflict marker");
            }
            Self::RenamedApart { ours, theirs } => {
                return write!(f, "it was renamed to `{ours}` here and to `{theirs}` there");
            }
        };
        f.write_str(sentence)
    }
}

impl Serialize for ConflictKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
