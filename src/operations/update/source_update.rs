//! The update of each skill of one source, before anything of it is written.

use std::collections::BTreeMap;

use super::Options;
use super::local_edits::Local;
use crate::context::Context;
use crate::diff::SkillDiff;
use crate::digest::Digest;
use crate::fetch::history::Lineage;
use crate::fetch::{self, Repository};
use crate::lockfile::{Entry, Lockfile};
use crate::operations::installed::InstalledSkill;
use crate::operations::policy_check::{Gate, Refusal};
use crate::operations::report::{Conflicted, ConflictedFile, LeftAlone, Newer};
use crate::policy::RefKind;
use crate::skill::tree::SkillTree;
use mdskill_git::ObjectId;
use mdskill_lint::diagnostic::Diagnostic;
use mdskill_lint::name::SkillName;

/// The parameters of every step of an update.
#[derive(Clone, Copy)]
pub(super) struct Terms<'a, 'c> {
    pub context: &'a Context<'c>,
    pub options: &'a Options,
    pub gate: &'a Gate,
    pub lockfile: &'a Lockfile,
}

/// All that was fetched of one source.
pub(super) struct Fetched<'a, 'l> {
    pub repository: Repository<'a>,
    pub newer: Vec<Newer>,
    /// How each ref has moved since its skills were locked, where that is known.
    pub lineages: BTreeMap<fetch::Move, Lineage>,
    /// The skills whose update is known without their files.
    pub decided: Vec<(&'l SkillName, SkillUpdate)>,
    /// The skills with another tree upstream.
    pub changed: Vec<(InstalledSkill<'l>, Target, Upstream)>,
    /// The skills with the same tree in another commit.
    pub same: Vec<(InstalledSkill<'l>, Target)>,
}

/// The updates of the skills of one source.
pub(super) struct SourceUpdate<'a> {
    pub repository: Repository<'a>,
    pub newer: Vec<Newer>,
    pub skills: Vec<(SkillName, SkillUpdate)>,
}

/// The update of one skill.
pub(super) enum SkillUpdate {
    /// It is as upstream has it.
    Unchanged,
    /// It gets the files of a new version.
    Updated(Box<NewVersion>),
    /// Its files stay, and its entry gets another commit.
    Relocked(Relocked),
    /// Its edits and the new version change the same lines.
    Conflict {
        conflict: Conflicted,
        /// The changes of upstream as git writes them, when they were asked for.
        unified: Option<String>,
    },
    /// The policy does not allow the new version.
    Refused(Vec<Refusal>),
    /// Its folder can't be merged with the new version.
    LeftAlone(LeftAlone),
    /// Its source no longer has it.
    Deleted(String),
    /// It can't be updated, with the findings that are the reason.
    Blocked(String, Vec<Diagnostic>),
}

/// The commit that a ref gives now.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub commit: Option<ObjectId>,
    /// The tag that the ref gives, when it is one.
    pub tag: Option<Tag>,
    pub kind: RefKind,
    /// The newest version tag, whether the ref gives it or not.
    pub newest: Option<String>,
}

/// A tag that a ref gives.
#[derive(Debug, Clone)]
pub(super) struct Tag {
    pub name: String,
    /// Whether it is the best of a range, and not named itself.
    pub is_best: bool,
}

/// The new version of a skill in its source.
pub(super) struct Upstream {
    pub path: String,
    pub files: SkillTree,
    pub notes: Vec<String>,
    pub local: Local,
    /// The version that was edited, when there are edits and it is available.
    pub base: Option<SkillTree>,
}

/// A new version of a skill, with the files to install.
pub(super) struct NewVersion {
    pub entry: Entry,
    pub files: SkillTree,
    /// The edits that are in these files.
    pub kept: Option<Kept>,
    pub notes: Vec<String>,
    pub diff: SkillDiff,
    /// The difference as git writes it, when it was asked for.
    pub unified: Option<String>,
    pub lineage: Option<Lineage>,
    pub diagnostics: Vec<Diagnostic>,
}

/// The edits that were merged into a new version.
pub(super) struct Kept {
    /// The digest of the edited files on disk.
    pub on_disk: Digest,
    /// The digest of the new version as upstream has it.
    pub upstream: Digest,
    /// The files that are not as upstream has them.
    pub edited: Vec<String>,
    /// The conflicts that markers in the files show.
    pub marked: Vec<ConflictedFile>,
    /// The files with upstream's lines in place of the markers, when there are some.
    pub unmarked: Option<SkillTree>,
}

/// A skill whose files stay, and whose entry gets another commit.
pub(super) struct Relocked {
    pub commit: Option<ObjectId>,
    pub note: Option<String>,
}

impl SkillUpdate {
    pub(super) fn left_alone(name: &SkillName, place: &str, reason: String) -> Self {
        Self::LeftAlone(LeftAlone {
            name: name.to_string(),
            place: place.to_owned(),
            reason,
            files: Vec::new(),
        })
    }

    /// Blocks a skill for another reason than findings.
    pub(super) fn blocked(reason: String) -> Self {
        Self::Blocked(reason, Vec::new())
    }
}

impl SourceUpdate<'_> {
    /// Returns the skills that get a new version.
    pub(super) fn new_versions(&self) -> impl Iterator<Item = (&SkillName, &NewVersion)> {
        self.skills
            .iter()
            .filter_map(|(name, update)| match update {
                SkillUpdate::Updated(version) => Some((name, &**version)),
                _ => None,
            })
    }

    /// Returns the skills whose entry gets another commit.
    pub(super) fn relocked(&self) -> impl Iterator<Item = (&SkillName, &Relocked)> {
        self.skills
            .iter()
            .filter_map(|(name, update)| match update {
                SkillUpdate::Relocked(relocked) => Some((name, relocked)),
                _ => None,
            })
    }
}
