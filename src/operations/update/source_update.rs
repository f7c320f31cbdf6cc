//! The types of an update: from an installed skill to what is done with it.

use std::collections::BTreeMap;

use super::Options;
use super::local_edits::Local;
use super::successors::Successor;
use crate::context::Context;
use crate::diff::SkillDiff;
use crate::digest::Digest;
use crate::fetch::history::{CommitLine, Lineage};
use crate::fetch::resolve::Resolved;
use crate::fetch::{Move, Repository};
use crate::lockfile::{Entry, Lockfile};
use crate::merge::Conflict;
use crate::operations::findings::Found;
use crate::operations::installed::InstalledSkill;
use crate::operations::policy_check::{PolicyCheck, Refusal, Version, kind_of};
use crate::operations::report::{
    Action, Change, Conflicted, Gone, LeftAlone, Newer, Revision, Versions,
};
use crate::skill::tree::SkillTree;
use mdskill_git::ObjectId;
use mdskill_lint::name::SkillName;

/// The parameters of every step of an update.
#[derive(Clone, Copy)]
pub(super) struct Request<'a, 'c> {
    pub context: &'a Context<'c>,
    pub options: &'a Options,
    pub policy_check: &'a PolicyCheck,
    pub lockfile: &'a Lockfile,
}

/// An installed skill, and what its ref resolves to now.
pub(super) struct Tracked<'a> {
    pub skill: InstalledSkill<'a>,
    /// `None` for a folder without git or a site.
    pub resolved: Option<Resolved>,
    /// Whether the ref in the lockfile is replaced, because of `--latest`.
    pub has_new_ref: bool,
}

impl Tracked<'_> {
    pub(super) fn commit(&self) -> Option<ObjectId> {
        self.resolved.as_ref().map(|resolved| resolved.commit)
    }

    /// Returns the ref to lock.
    pub(super) fn git_ref(&self) -> Option<&str> {
        match &self.resolved {
            Some(resolved) if self.has_new_ref => resolved.follows.as_deref(),
            _ => self.skill.entry.git_ref.as_deref(),
        }
    }

    /// Returns the entry of the skill at the new commit, with the same files.
    pub(super) fn entry(&self) -> Entry {
        let mut entry = self.skill.entry.clone();
        if entry.commit != self.commit() {
            // Another commit has another signature.
            entry.set_signature(None);
        }
        entry.git_ref = self.git_ref().map(str::to_owned);
        entry.commit = self.commit();
        entry.version = self.tag().map(str::to_owned);
        entry.is_gone = false;
        entry
    }

    fn tag(&self) -> Option<&str> {
        self.resolved.as_ref()?.version()
    }

    /// Returns the versions of the skill, for people.
    pub(super) fn versions(&self) -> Versions {
        let entry = self.skill.entry;
        let resolved = self.resolved.as_ref();
        // An older lockfile has no version.
        let current = entry.version.clone().or_else(|| {
            let tag = resolved?.version_at(entry.commit?)?;
            Some(tag.to_owned())
        });
        Versions {
            name: self.skill.name.to_string(),
            source: entry.source.to_string(),
            git_ref: entry.git_ref.clone(),
            current: Revision {
                version: current,
                commit: entry.commit.map(|commit| commit.to_string()),
            },
            wanted: resolved.map(|resolved| Revision {
                version: resolved.version().map(str::to_owned),
                commit: Some(resolved.commit.to_string()),
            }),
            latest: resolved.and_then(|resolved| resolved.newest.clone()),
        }
    }

    /// Returns the locked and the new commit.
    pub(super) fn commits(&self) -> Option<Move> {
        Some((self.skill.entry.commit?, self.commit()?))
    }

    /// Returns the version at `commit`, for the policy.
    pub(super) fn version(&self, commit: Option<ObjectId>) -> Version<'_> {
        Version {
            kind: kind_of(self.resolved.as_ref()),
            commit,
            git_ref: self.git_ref(),
            ..Version::locked(self.skill)
        }
    }
}

/// The objects of a source, and the comparison of its skills with the lockfile.
pub(super) struct Fetched<'a> {
    pub repository: Repository<'a>,
    pub newer: Vec<Newer>,
    pub versions: Vec<Versions>,
    /// The time of the refs, if they are from the cache.
    pub as_of: Option<u64>,
    /// How each ref has moved since its skills were locked, where it is known.
    pub lineages: BTreeMap<Move, Lineage>,
    pub skills: Vec<(Tracked<'a>, Comparison)>,
    /// The skills that probably replace those that are gone.
    pub successors: BTreeMap<SkillName, Successor>,
}

/// The comparison of an installed skill with its source.
pub(super) enum Comparison {
    /// The update needs no files.
    Decided(SkillUpdate),
    /// Another commit has the same tree.
    Same,
    /// The tree or the path changed.
    Changed(Box<Upstream>),
    /// The source no longer has the skill.
    Gone,
}

/// The new version of a skill in its source.
pub(super) struct Upstream {
    pub path: String,
    pub files: SkillTree,
    pub notes: Vec<String>,
    pub local: Local,
    /// The version that was edited, if there are edits and it is available.
    pub base: Option<SkillTree>,
}

/// The updates of the skills of one source.
pub(super) struct SourceUpdate<'a> {
    /// `None` without new versions: an open source takes a file, and a lockfile may have thousands.
    pub repository: Option<Repository<'a>>,
    pub newer: Vec<Newer>,
    pub versions: Vec<Versions>,
    pub as_of: Option<u64>,
    pub skills: Vec<(SkillName, SkillUpdate)>,
}

/// The update of one skill.
pub(super) enum SkillUpdate {
    /// The skill is up to date.
    Unchanged,
    /// The skill gets the files of a new version.
    Updated(Box<NewVersion>),
    /// The files stay, and the entry changes.
    Relocked(Box<Relocked>),
    /// The edits and the new version change the same lines.
    Conflict {
        conflict: Conflicted,
        /// The changes of upstream as `git diff` prints them, on request.
        unified: Option<String>,
    },
    /// The policy does not allow the new version.
    Refused(Vec<Refusal>),
    /// The folder can't be merged with the new version.
    LeftAlone(LeftAlone),
    /// The source no longer has the skill.
    Deleted(Gone),
    /// The skill can't be updated, for a reason and perhaps with findings.
    Blocked(String, Vec<Found>),
}

/// A new version of a skill, with the files to install.
pub(super) struct NewVersion {
    pub entry: Entry,
    pub files: SkillTree,
    /// The edits that are in these files.
    pub kept: Option<Kept>,
    pub notes: Vec<String>,
    pub diff: SkillDiff,
    /// The difference as `git diff` prints it, on request.
    pub unified: Option<String>,
    pub lineage: Option<Lineage>,
    /// The commits that changed the skill, on request.
    pub skill_commits: Option<Vec<CommitLine>>,
    pub diagnostics: Vec<Found>,
}

/// The edits that were merged into a new version.
pub(super) struct Kept {
    /// The digest of the edited files on disk.
    pub on_disk: Digest,
    /// The digest of the new version without the edits.
    pub upstream: Digest,
    /// The files that differ from upstream, except those with markers.
    pub edited: Vec<String>,
    /// The conflicts with markers in the files.
    pub marked: Vec<Conflict>,
    /// The conflicts that one side won.
    pub resolved: Vec<Conflict>,
    /// The files with upstream's lines in place of the markers.
    pub unmarked: Option<SkillTree>,
}

/// Another entry for a skill whose files stay.
pub(super) struct Relocked {
    pub entry: Entry,
    pub note: Vec<String>,
}

impl Relocked {
    /// Describes a skill whose files stay because only its history was rewritten.
    pub(super) fn change(&self, skill: InstalledSkill<'_>) -> Change {
        let before = skill.entry;
        let relocked_skill = InstalledSkill {
            entry: &self.entry,
            ..skill
        };
        Change {
            from: before.commit.map(|commit| commit.to_string()),
            from_version: before.version.clone(),
            notes: self.note.clone(),
            ..relocked_skill.change(Action::Relocked)
        }
    }
}

impl SkillUpdate {
    /// Blocks a skill without findings.
    pub(super) fn blocked(reason: String) -> Self {
        Self::Blocked(reason, Vec::new())
    }
}
