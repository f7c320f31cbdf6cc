//! [`Lineage`]: how a commit comes from an older one.

use serde::Serialize;

use mdskill_git::ObjectId;

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

impl Lineage {
    /// Says of a move what a person must know before taking it; nothing when it went forward, or
    /// may have.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_went_another_way_is_warned_of() {
        let id = |byte| ObjectId::from_bytes([byte; 20]);
        let warning = |lineage: Lineage| lineage.warning(id(0x11), id(0x22));
        let forward = Lineage::Forward {
            commits: Vec::new(),
        };
        assert_eq!(warning(forward), None);
        assert_eq!(warning(Lineage::Far), None);
        let back = warning(Lineage::Back).unwrap();
        assert!(back.contains("moved back upstream: 2222222 is an ancestor of the locked commit 1111111"));
        let rewritten = warning(Lineage::Rewritten).unwrap();
        assert!(rewritten.contains("rewritten upstream: 2222222 is not a descendant of the locked commit 1111111"));
    }
}
