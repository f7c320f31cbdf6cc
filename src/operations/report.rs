//! The words that reports share: what became of a skill, and what was left alone.

use serde::Serialize;

use crate::diff::SkillDiff;
use crate::fetch::history::Lineage;
use crate::fs::tree::OnDisk;
use crate::install::plan::Refusal;
use crate::install::scope::Scope;
use crate::lockfile::Entry;
use crate::merge::Conflict;
use mdskill_lint::name::SkillName;

/// What became of one skill.
#[derive(Debug, Clone, Serialize)]
pub struct Change {
    /// Its name.
    pub name: String,
    /// What was done.
    pub action: Action,
    /// Where it comes from, as the lockfile says it.
    pub source: String,
    /// Its folder in the source.
    pub path: String,
    /// What `update` follows.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub git_ref: Option<String>,
    /// The commit it was at before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The commit it is at now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The git tree of its folder.
    pub tree: String,
    /// The folders it lies in.
    pub places: Vec<String>,
    /// Things worth saying about it, as sentences.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// How its files differ from those at `from`, and what that means.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diff: Option<SkillDiff>,
    /// How `commit` comes from `from`, where the source can tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lineage: Option<Lineage>,
    /// A page that shows what lies between the two commits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compare_url: Option<String>,
    /// The files in which local edits were kept, when there are any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub edited: Vec<String>,
}

/// A skill whose local edits and whose new version change the same lines.
#[derive(Debug, Clone, Serialize)]
pub struct Conflicted {
    /// The skill's name.
    pub name: String,
    /// Its folder.
    pub place: String,
    /// The commit it would move to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Whether the new version is there, with the conflict marked in its files, for somebody to
    /// resolve; else the skill stays as it is.
    pub is_marked: bool,
    /// The files, each with what is in conflict.
    pub files: Vec<Conflict>,
}

/// What was done with a skill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It is new.
    Added,
    /// It moved to other content.
    Updated,
    /// Its files stay, and its entry leads to a commit that is still there.
    Relocked,
    /// Its files were put back.
    Restored,
    /// It is gone.
    Removed,
    /// Nothing: it was as it should be.
    Unchanged,
}

/// A folder that was left alone, and why.
#[derive(Debug, Clone, Serialize)]
pub struct LeftAlone {
    /// The skill's name.
    pub name: String,
    /// Its folder.
    pub place: String,
    /// Why, as a sentence.
    pub reason: String,
    /// The files that differ, where that can be told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
}

/// A skill of which there is a newer version than its ref gives.
#[derive(Debug, Clone, Serialize)]
pub struct Newer {
    /// The skill's name.
    pub name: String,
    /// Where it comes from, as the lockfile says it.
    pub source: String,
    /// What `update` follows: a range, or a tag that is a version.
    #[serde(rename = "ref")]
    pub git_ref: String,
    /// The tag that its ref gives.
    pub compatible: String,
    /// The newest version tag that there is.
    pub newest: String,
}

/// A problem of a skill, in its own words.
#[derive(Debug, Clone, Serialize)]
pub struct Problem {
    /// Which skill or source.
    pub name: String,
    /// What is wrong, as a sentence.
    pub reason: String,
}

impl Change {
    /// Describes what was done to the skill of `entry`.
    #[must_use]
    pub fn of(name: &SkillName, entry: &Entry, action: Action, places: Vec<String>) -> Self {
        Self {
            name: name.to_string(),
            action,
            source: entry.source.to_string(),
            path: entry.path.clone(),
            git_ref: entry.git_ref.clone(),
            from: None,
            commit: entry.commit.map(|commit| commit.to_string()),
            tree: entry.tree.to_string(),
            places,
            notes: Vec::new(),
            diff: None,
            lineage: None,
            compare_url: None,
            edited: Vec::new(),
        }
    }
}

/// Says why a folder was left alone, and the way out.
#[must_use]
pub fn refusal_reason(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Edited => "it has local edits; --force moves it to the trash folder and goes on",
        Refusal::Unmanaged => {
            "mdskill did not install it; --force moves it to the trash folder and goes on"
        }
        Refusal::NotAFolder => {
            "it is a file or a link, not a folder; --force moves it to the trash folder and goes on"
        }
    }
}

/// Says what to do when a folder lacks the edits that the lockfile records: they are in the project's
/// own repository, and can't be had from upstream.
#[must_use]
pub fn lacks_edits(
    scope: &Scope,
    name: &SkillName,
    entry: &Entry,
    on_disk: &OnDisk,
) -> Option<String> {
    entry.edits.filter(|edits| !on_disk.is(*edits))?;
    match on_disk {
        OnDisk::Absent => Some(
            "it is missing, and mdskill.lock records local edits to it: take it from the project's own history, or --force goes on without them".to_owned(),
        ),
        folder if folder.is(entry.digest) => Some(format!(
            "the local edits that mdskill.lock records are not in it: take them from the project's own history, or {} records that there are none",
            scope.command(&format!("keep {name}"))
        )),
        _ => None,
    }
}

/// Says what to do when what is on disk can't be compared with files.
#[must_use]
pub fn no_files(scope: &Scope, name: &SkillName, on_disk: &OnDisk) -> Option<String> {
    match on_disk {
        OnDisk::Absent => Some(format!(
            "it is missing; {} restores it",
            scope.command(&format!("install {name}"))
        )),
        OnDisk::NotAFolder => Some(format!(
            "it is a file or a link, not a folder; {} moves it to the trash folder and restores the skill",
            scope.command(&format!("install {name} --force"))
        )),
        OnDisk::Folder(snapshot) => {
            let stranger = snapshot.special_files.first()?;
            Some(format!("`{stranger}` in it is no plain file: remove it"))
        }
    }
}
