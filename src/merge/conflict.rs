//! [`Conflict`]: what both sides changed, so that only a person can say what should be.

use std::fmt;

/// What both sides changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The file, by its path in the result; by its old one where it got two new ones.
    pub path: String,
    /// In which way.
    pub kind: ConflictKind,
    /// Each place of a text, with its markers, as git shows it.
    pub hunks: Vec<String>,
}

/// In which way both sides changed a file. "Here" is ours, "there" is theirs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConflictKind {
    /// The same lines of a text.
    Lines,
    /// Both made it, each with another text.
    AddedTwice,
    /// It is no text, so its lines can't be merged.
    Binary,
    /// It is too large to merge its lines.
    TooLarge,
    /// Only one side lets it be executed, and there is no older version that tells who changed that.
    Mode,
    /// Edited here, deleted there.
    DeletedThere,
    /// Deleted here, edited there.
    DeletedHere,
    /// It got another name on one side and was deleted on the other.
    RenamedAndDeleted {
        /// Its old path.
        from: String,
    },
    /// It got another name on each side.
    RenamedApart {
        /// Its path here.
        ours: String,
        /// Its path there.
        theirs: String,
    },
}

impl fmt::Display for ConflictKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentence = match self {
            Self::Lines => "both sides changed the same lines",
            Self::AddedTwice => "both sides added it, with different content",
            Self::Binary => "both sides changed it, and it is no text",
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
            Self::RenamedApart { ours, theirs } => {
                return write!(f, "it was renamed to `{ours}` here and to `{theirs}` there");
            }
        };
        f.write_str(sentence)
    }
}
