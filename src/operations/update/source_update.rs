//! The types of an update: from an installed skill to what is done with it.

use std::collections::BTreeMap;

use super::Options;
use super::local_edits::Local;
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
use crate::operations::report::{Conflicted, LeftAlone, Newer};
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
    /// The skills with markers of an earlier conflict.
    pub unresolved: &'a BTreeMap<SkillName, Conflicted>,
}

/// An installed skill, and what its ref resolves to now.
pub(super) struct Tracked<'a> {
    pub skill: InstalledSkill<'a>,
    /// `None` for a folder without git.
    pub resolved: Option<Resolved>,
}

impl Tracked<'_> {
    pub(super) fn commit(&self) -> Option<ObjectId> {
        self.resolved.as_ref().map(|resolved| resolved.commit)
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
            ..Version::locked(self.skill)
        }
    }
}

/// The objects of a source, and the comparison of its skills with the lockfile.
pub(super) struct Fetched<'a> {
    pub repository: Repository<'a>,
    pub newer: Vec<Newer>,
    /// How each ref has moved since its skills were locked, where it is known.
    pub lineages: BTreeMap<Move, Lineage>,
    pub skills: Vec<(Tracked<'a>, Comparison)>,
}

/// The comparison of an installed skill with its source.
pub(super) enum Comparison {
    /// The update needs no files.
    Decided(SkillUpdate),
    /// Another commit has the same tree.
    Same,
    /// The tree or the path changed.
    Changed(Box<Upstream>),
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
    pub repository: Repository<'a>,
    pub newer: Vec<Newer>,
    pub skills: Vec<(SkillName, SkillUpdate)>,
}

/// The update of one skill.
pub(super) enum SkillUpdate {
    /// The skill is up to date.
    Unchanged,
    /// The skill gets the files of a new version.
    Updated(Box<NewVersion>),
    /// The files stay, and the entry gets another commit.
    Relocked(Relocked),
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
    Deleted(String),
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

/// Another commit for the entry of an unchanged skill.
pub(super) struct Relocked {
    pub commit: Option<ObjectId>,
    pub note: Option<String>,
}

impl SkillUpdate {
    /// Blocks a skill without findings.
    pub(super) fn blocked(reason: String) -> Self {
        Self::Blocked(reason, Vec::new())
    }
}
