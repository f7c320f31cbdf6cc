//! The types that several reports share.

use serde::Serialize;

use crate::diff::SkillDiff;
use crate::fetch::history::{CommitLine, Lineage};
use crate::hint::Hint;
use crate::install::plan::Refusal;
use crate::merge::Conflict;

/// The change of one skill.
#[derive(Debug, Clone, Serialize)]
pub struct Change {
    /// The name of the skill.
    pub name: String,
    /// The kind of change.
    pub action: Action,
    /// The source, as in the lockfile.
    pub source: String,
    /// The folder in the source.
    pub path: String,
    /// The spec of the new version, for commands in hints.
    #[serde(skip)]
    pub spec: String,
    /// The ref that `update` follows.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub git_ref: Option<String>,
    /// The commit before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The tag before, if the ref is a tag or a range.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_version: Option<String>,
    /// The tag now, if the ref is a tag or a range.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The commit now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The fingerprint of the key that signed the commit or its tag, if the policy required it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_by: Option<String>,
    /// The git tree of its folder.
    pub tree: String,
    /// The folders that it is installed in.
    pub places: Vec<String>,
    /// Notes about it, as sentences.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The changes of its files since `from`, and their meaning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diff: Option<SkillDiff>,
    /// The relation of `commit` to `from` in the history, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lineage: Option<Lineage>,
    /// The commits of `lineage` that changed the skill, the newest first; only for a summary.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skill_commits: Option<Vec<CommitLine>>,
    /// A page that shows the changes between the two commits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compare_url: Option<String>,
    /// The page of the skill's folder at `commit`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The files in which local edits were kept.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub edited: Vec<String>,
}

/// A skill whose local edits conflict with its new version.
#[derive(Debug, Clone, Serialize)]
pub struct Conflicted {
    /// The skill's name.
    pub name: String,
    /// Its folder.
    pub place: String,
    /// The commit of the new version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Whether the new version was installed with conflict markers in its files; otherwise, the skill
    /// was not changed.
    pub is_marked: bool,
    /// Whether the files have the markers of an earlier conflict; the skill was not changed.
    pub is_unresolved: bool,
    /// The files in conflict.
    pub files: Vec<Conflict>,
}

/// The action on a skill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It was installed.
    Added,
    /// It was updated.
    Updated,
    /// Its files did not change, but its entry has another commit, because the locked one is gone.
    Relocked,
    /// Its files were restored.
    Restored,
    /// It was removed.
    Removed,
    /// Nothing was done.
    Unchanged,
}

/// A folder that was not changed.
#[derive(Debug, Clone, Serialize)]
pub struct LeftAlone {
    /// The skill's name.
    pub name: String,
    /// Its folder.
    pub place: String,
    /// The reason, as a sentence.
    pub reason: String,
    /// The files that differ, if they are known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
    /// The next step.
    #[serde(skip)]
    pub next: Option<NextStep>,
}

/// The reason to leave a folder alone, and the next step.
#[derive(Debug, Clone)]
pub(crate) struct Reason {
    /// The reason, as a sentence.
    pub(crate) text: String,
    /// The next step.
    pub(crate) next: Option<NextStep>,
}

/// The step after a folder was left alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NextStep {
    /// The same command with `--force`, and its effect: `moves it to the trash`.
    Force(&'static str),
    /// Any other.
    Hint(Hint),
}

impl Reason {
    /// Creates a reason with `--force` as the next step, which has this effect.
    pub(crate) fn unless_forced(text: impl Into<String>, effect: &'static str) -> Self {
        Self {
            text: text.into(),
            next: Some(NextStep::Force(effect)),
        }
    }

    /// Creates a reason with a next step.
    pub(crate) fn with_hint(text: impl Into<String>, hint: Hint) -> Self {
        Self {
            text: text.into(),
            next: Some(NextStep::Hint(hint)),
        }
    }
}

impl<T: Into<String>> From<T> for Reason {
    fn from(text: T) -> Self {
        Self {
            text: text.into(),
            next: None,
        }
    }
}

/// A skill with a newer version than its ref allows.
#[derive(Debug, Clone, Serialize)]
pub struct Newer {
    /// The skill's name.
    pub name: String,
    /// The source, as in the lockfile.
    pub source: String,
    /// The ref that `update` follows: a range, or the tag of a version.
    #[serde(rename = "ref")]
    pub git_ref: String,
    /// The newest tag that the ref allows.
    pub compatible: String,
    /// The newest tag of a version.
    pub newest: String,
}

/// A skill that its source no longer has.
#[derive(Debug, Clone, Serialize)]
pub struct Gone {
    /// The skill's name.
    pub name: String,
    /// The state, as a sentence, with the folder that probably replaces it.
    pub reason: String,
    /// The spec of the skill that probably replaces it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub successor: Option<String>,
}

/// The versions of an installed skill.
#[derive(Debug, Clone, Serialize)]
pub struct Versions {
    /// The skill's name.
    pub name: String,
    /// The source, as in the lockfile.
    pub source: String,
    /// The ref that `update` follows; `None` for the default branch.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub git_ref: Option<String>,
    /// The installed version.
    pub current: Revision,
    /// The version that the ref gives, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wanted: Option<Revision>,
    /// The newest tag of a version, also outside of the ref, if the ref is a version tag or a range.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latest: Option<String>,
}

/// A version of a skill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Revision {
    /// The tag, if the ref is a tag or a range.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The commit; `None` for a local folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
}

/// A problem with a skill or a source.
#[derive(Debug, Clone, Serialize)]
pub struct Problem {
    /// The name of the skill, or the source.
    pub name: String,
    /// The problem, as a sentence.
    pub reason: String,
}

/// Returns the reason why a folder was not changed, with the next step.
pub(crate) fn refusal_reason(refusal: Refusal) -> Reason {
    let text = match refusal {
        Refusal::Edited => "it has local edits",
        Refusal::Unmanaged => "mdskill did not install it",
        Refusal::NotAFolder => "it is a file or a link, not a folder",
    };
    Reason::unless_forced(text, "moves it to the trash")
}
