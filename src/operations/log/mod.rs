//! `log`: the commits that changed a skill, as `git log -- FOLDER` lists them.
//!
//! Commits are fetched with their trees, in batches back from the tip, until enough of them changed the
//! skill. All of them stay in the cache, so the next call asks for the refs only.

mod details;
mod origin;
mod skills;
mod walk;

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;

use self::details::{Details, SkillChanges};
use self::origin::Origin;
use super::OpError;
use super::list_versions::version_of;
use super::resolve::{Subject, full_spec};
use crate::context::Context;
use crate::diff::SkillDiff;
use crate::fetch::history::path_walk::Change;
use crate::fetch::{FetchError, Repository, Tags, commit_url};
use crate::policy::format_day;
use crate::source::Source;
use mdskill_git::ObjectId;
use mdskill_git::commits::CommitObject;
use mdskill_git::objects::Objects;

pub(crate) use skills::{KnownHistories, SkillHistory, SkillInRepository, of_source};

/// The options of `log`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options {
    /// The most commits to list.
    pub(crate) limit: usize,
    /// Whether to add the differences of each commit.
    pub(crate) with_patches: bool,
}

/// The result of `log`.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// The name of the skill.
    pub(crate) name: String,
    /// Its spec, without a ref.
    pub(crate) spec: String,
    /// The source, as in the lockfile.
    pub(crate) source: String,
    /// The folder in the source.
    pub(crate) path: String,
    /// The branch or ref with this history, if it has a name.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub(crate) git_ref: Option<String>,
    /// The commit in the lockfile, if the skill is installed.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_text")]
    pub(crate) installed: Option<ObjectId>,
    /// The spec of the folder from which the skill was moved, at the commit before.
    #[serde(skip)]
    pub(crate) spec_before: Option<String>,
    /// The tag that the skill is pinned to, so that `update` does not change it.
    #[serde(skip)]
    pub(crate) pinned: Option<String>,
    /// The commits, the newest first.
    pub(crate) commits: Vec<Commit>,
    /// The number of listed commits that are newer than the installed one.
    pub(crate) newer: usize,
    /// Whether there are older commits.
    pub(crate) has_more: bool,
    /// The reason why older commits are unknown, as a phrase.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cut: Option<&'static str>,
    /// The time of the last request for refs, in Unix seconds, if the network is off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) as_of: Option<u64>,
}

/// A commit that changed the skill.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Commit {
    /// The commit.
    #[serde(rename = "commit", serialize_with = "as_text_of")]
    pub(crate) id: ObjectId,
    /// The day that the author gave, in the author's time zone.
    pub(crate) date: String,
    /// The author's name.
    pub(crate) author: String,
    /// The first line of the message.
    pub(crate) summary: String,
    /// The lowest version tag that contains the commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) version: Option<String>,
    /// The relation to the installed version, if that is in this history.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) state: Option<CommitState>,
    /// The kind of change.
    pub(crate) action: Action,
    /// The former folder, if the commit moved the skill to this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) moved_from: Option<String>,
    /// The differences from the first parent; `None` if the files are not here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) diff: Option<SkillDiff>,
    /// The differences in git's unified format, on request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) patch: Option<String>,
    /// The page of the commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
}

/// The relation of a commit to the installed version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum CommitState {
    /// The installed version does not have it.
    Newer,
    /// It gave the installed version.
    Installed,
}

/// The kind of change of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Action {
    /// It added the folder.
    Added,
    /// It changed files.
    Changed,
    /// It removed the folder.
    Removed,
}

/// Lists the commits that changed a skill.
pub(crate) async fn log(
    context: &Context<'_>,
    subject: &Subject,
    options: Options,
) -> Result<Report, OpError> {
    context.progress.begin("reading the history");
    let mut origin = Origin::find(context, subject).await?;
    let locked = origin.locked.as_ref().and_then(|locked| locked.commit);
    let (tip, repository) = (origin.tip, &mut origin.repository);
    let mut walked = walk::walk(repository, tip, locked, &[&origin.path], options.limit).await?;
    let walked = walked.pop().unwrap_or_default();
    if walked.changes.is_empty() && walked.cut == Some(walk::OFFLINE) {
        let what = format!("the history of {}", origin.spec);
        return Err(FetchError::Offline { what }.into());
    }
    let skill = SkillChanges {
        name: &origin.name,
        path: &origin.path,
        changes: &walked.changes,
    };
    let repository = &mut origin.repository;
    let mut diffs = details::read(repository, &[skill], options.with_patches).await?;
    let diffs = diffs.pop().unwrap_or_default();
    context.progress.end();
    let objects = origin.repository.objects();
    let marks = Marks::of(objects, &origin, &walked.changes);
    let versions = versions(
        objects,
        &version_tags(&origin.tags, &origin.path, &origin.source),
    );
    let mut commits = Vec::new();
    let mut spec_before = None;
    for ((at, change), details) in walked.changes.iter().enumerate().zip(diffs) {
        if let (Some(from), Some(parent)) = (&details.moved_from, change.parent) {
            let from = full_spec(&origin.source, from);
            spec_before = Some(format!("{from}@{parent}"));
        }
        commits.push(Commit {
            version: versions.get(&change.id).cloned(),
            state: marks.at(at),
            url: commit_url(&origin.source, &context.env, change.id),
            ..Commit::of(objects.commit(change.id)?, change, details)
        });
    }
    Ok(Report {
        name: origin.name,
        spec: origin.spec,
        source: origin.source.to_string(),
        path: origin.path,
        git_ref: origin.git_ref,
        installed: origin.locked.as_ref().and_then(|locked| locked.commit),
        newer: marks.newer(),
        spec_before,
        pinned: origin.locked.and_then(|locked| {
            let version = locked.version?;
            (locked.git_ref.as_ref() == Some(&version)).then_some(version)
        }),
        commits,
        has_more: walked.has_more,
        cut: walked.cut,
        as_of: origin.repository.refs_as_of(),
    })
}

/// The position of the installed version among the listed commits.
struct Marks {
    installed: Option<usize>,
    newer: HashSet<usize>,
}

impl Marks {
    /// Finds the newest commit that the locked commit has, if it gave the locked files; without it, the
    /// newest with those files.
    fn of(objects: &Objects, origin: &Origin<'_>, changes: &[Change]) -> Self {
        let Some(locked) = &origin.locked else {
            return Self {
                installed: None,
                newer: HashSet::new(),
            };
        };
        let mut has = HashSet::new();
        if let Some(commit) = locked.commit {
            reach(objects, commit, &mut has);
        }
        let mut positions = changes.iter();
        let by_commit = positions.position(|change| has.contains(&change.id));
        let by_tree = || {
            changes
                .iter()
                .position(|change| change.after == Some(locked.tree))
        };
        // On another branch, the newest common commit has other files than the installed ones.
        let has_files = |at: &usize| changes[*at].after == Some(locked.tree);
        let installed = by_commit.filter(has_files).or_else(by_tree);
        let newer = |at: &usize| match (by_commit, installed) {
            (Some(_), _) => !has.contains(&changes[*at].id),
            (None, Some(installed)) => *at < installed,
            (None, None) => has.contains(&origin.tip),
        };
        Self {
            installed,
            newer: (0..changes.len()).filter(newer).collect(),
        }
    }

    fn at(&self, position: usize) -> Option<CommitState> {
        if self.installed == Some(position) {
            Some(CommitState::Installed)
        } else {
            self.newer.contains(&position).then_some(CommitState::Newer)
        }
    }

    fn newer(&self) -> usize {
        self.newer.len()
    }
}

/// Adds a commit and its ancestors that are here, and returns those that were added.
fn reach(objects: &Objects, from: ObjectId, reached: &mut HashSet<ObjectId>) -> Vec<ObjectId> {
    let mut added = Vec::new();
    let mut open = vec![from];
    while let Some(id) = open.pop() {
        if reached.contains(&id) {
            continue;
        }
        let Ok(commit) = objects.commit(id) else {
            continue;
        };
        reached.insert(id);
        added.push(id);
        open.extend(commit.parents);
    }
    added
}

impl Commit {
    fn of(commit: CommitObject, change: &Change, details: Details) -> Self {
        Self {
            id: change.id,
            date: format_day(commit.author.time, commit.author.offset),
            author: commit.author.name,
            summary: commit.summary,
            version: None,
            state: None,
            action: match (change.before, change.after) {
                (_, None) => Action::Removed,
                (None, _) => Action::Added,
                _ => Action::Changed,
            },
            moved_from: details.moved_from,
            diff: details.diff,
            patch: details.patch,
            url: None,
        }
    }
}

/// Returns the tags that are versions of the skill at `path`, the lowest first, with their commits.
fn version_tags(tags: &Tags, path: &str, source: &Source) -> Vec<(String, ObjectId)> {
    let tags = tags.iter().filter_map(|(tag, commit)| {
        let version = version_of(tag, Some(path), source)?;
        Some((version, tag, *commit))
    });
    let mut tags: Vec<_> = tags.collect();
    tags.sort();
    let tags = tags.into_iter();
    tags.map(|(_, tag, commit)| (tag.clone(), commit)).collect()
}

/// Returns the first of these tags that contains each commit.
fn versions(objects: &Objects, tags: &[(String, ObjectId)]) -> BTreeMap<ObjectId, String> {
    let mut reached = HashSet::new();
    let mut versions = BTreeMap::new();
    for (tag, commit) in tags {
        for id in reach(objects, *commit, &mut reached) {
            versions.insert(id, tag.clone());
        }
    }
    versions
}

#[expect(
    clippy::ref_option,
    reason = "serde calls it with a reference to the field"
)]
fn as_text<S: serde::Serializer>(id: &Option<ObjectId>, serializer: S) -> Result<S::Ok, S::Error> {
    match id {
        Some(id) => serializer.collect_str(id),
        None => serializer.serialize_none(),
    }
}

fn as_text_of<S: serde::Serializer>(id: &ObjectId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(id)
}
