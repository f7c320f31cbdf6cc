//! [`Lineage`]: how the new commit of a ref relates to the locked one.

pub(crate) mod path_walk;
pub(super) mod walk;

use serde::Serialize;

use mdskill_git::ObjectId;

/// The relation of the new commit of a ref to the locked commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase", tag = "kind")]
pub enum Lineage {
    /// The new commit is a descendant.
    Forward {
        /// The commits after the locked one, the newest first.
        commits: Vec<CommitLine>,
    },
    /// The new commit is an ancestor: the ref was moved back.
    Back,
    /// There are too many commits in between.
    Far,
    /// The locked commit is not an ancestor: the history was rewritten.
    Rewritten,
}

impl Lineage {
    /// Returns the warning about an update; `None` if the ref moved forward, or may have.
    #[must_use]
    pub fn warning(&self, old: ObjectId, new: ObjectId) -> Option<String> {
        let (old, new) = (old.short(), new.short());
        match self {
            Self::Forward { .. } | Self::Far => None,
            Self::Back => Some(format!(
                "its ref was moved back upstream: {new} is an ancestor of the locked commit {old}"
            )),
            Self::Rewritten => Some(format!(
                "its history was rewritten upstream: {new} is not a descendant of the locked commit {old}"
            )),
        }
    }
}

/// A commit, as in `git log --oneline`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CommitLine {
    /// The commit.
    #[serde(serialize_with = "as_text")]
    pub id: ObjectId,
    /// The first line of the message.
    pub summary: String,
}

fn as_text<S: serde::Serializer>(id: &ObjectId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warning_is_for_moves_that_are_not_forward() {
        let id = |byte| ObjectId::from_bytes([byte; 20]);
        let warning = |lineage: Lineage| lineage.warning(id(0x11), id(0x22));
        let forward = Lineage::Forward {
            commits: Vec::new(),
        };
        assert_eq!(warning(forward), None);
        assert_eq!(warning(Lineage::Far), None);
        let back = warning(Lineage::Back).unwrap();
        assert!(
            back.contains(
                "moved back upstream: 2222222 is an ancestor of the locked commit 1111111"
            )
        );
        let rewritten = warning(Lineage::Rewritten).unwrap();
        assert!(rewritten.contains(
            "rewritten upstream: 2222222 is not a descendant of the locked commit 1111111"
        ));
    }
}
