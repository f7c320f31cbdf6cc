//! What one source has for its skills, before anything of it is written.

use std::collections::BTreeMap;

use super::Options;
use super::local_edits::Local;
use crate::context::Context;
use crate::diagnostic::Diagnostic;
use crate::diff::SkillDiff;
use crate::digest::Digest;
use crate::fetch::history::Lineage;
use crate::fetch::{self, Repository};
use crate::lockfile::{Entry, Lockfile};
use crate::name::SkillName;
use crate::oid::ObjectId;
use crate::ops::change::{Conflicted, ConflictedFile, LeftAlone, Newer, Problem};
use crate::ops::gate::{Gate, Refusal};
use crate::policy::RefKind;
use crate::skill::files::SkillTree;

/// What every step of an update goes by.
#[derive(Clone, Copy)]
pub(super) struct Terms<'a, 'c> {
    pub context: &'a Context<'c>,
    pub options: &'a Options,
    pub gate: &'a Gate,
}

/// What one source has for its skills.
pub(super) struct Answer<'a> {
    pub repository: Repository<'a>,
    pub moves: Vec<Move>,
    pub relocked: Vec<Relocked>,
    pub unchanged: usize,
    pub newer: Vec<Newer>,
    /// How each ref has moved since its skills were locked, where that can be told.
    pub lineages: BTreeMap<fetch::Move, Lineage>,
    /// What the policy does not let in.
    pub refused: Vec<Refusal>,
    pub conflicts: Vec<Conflicted>,
    /// What upstream changed in those that are in conflict, as git writes it.
    pub differences: Vec<(String, String)>,
    pub left_alone: Vec<LeftAlone>,
    pub deleted: Vec<Problem>,
    pub stuck: Vec<Problem>,
    /// What validating found in those that are stuck for that.
    pub stuck_for: Vec<(SkillName, Vec<Diagnostic>)>,
}

/// A skill that is installed.
#[derive(Clone, Copy)]
pub(super) struct Installed<'l> {
    pub name: &'l SkillName,
    pub entry: &'l Entry,
    pub lockfile: &'l Lockfile,
}

/// Where a ref leads now.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub commit: Option<ObjectId>,
    /// The tag that the ref gives, when it is one, and whether another may come to be given.
    pub tag: Option<Tag>,
    /// What kind of ref it is.
    pub kind: RefKind,
    /// The newest version tag, be it what the ref gives or not.
    pub newest: Option<String>,
}

/// A tag that a ref gives.
#[derive(Debug, Clone)]
pub(super) struct Tag {
    pub name: String,
    /// Whether it is the best of a range, and not named itself.
    pub is_best: bool,
}

/// What a source has in a skill's place now.
pub(super) struct Upstream {
    pub path: String,
    pub files: SkillTree,
    pub notes: Vec<String>,
    pub local: Local,
    /// The version that the edits were made to, when there are edits and it can be had.
    pub base: Option<SkillTree>,
}

/// A skill that upstream changed, with what is to lie on disk.
pub(super) struct Move {
    pub name: SkillName,
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
    /// What both sides had changed, and markers in the files now show.
    pub marked: Vec<ConflictedFile>,
    /// The files without markers, when there are some: with upstream's lines in their place.
    pub unmarked: Option<SkillTree>,
}

/// A skill whose files stay, and whose entry leads to another commit.
pub(super) struct Relocked {
    pub name: SkillName,
    pub commit: Option<ObjectId>,
    pub note: Option<String>,
}

impl<'a> Answer<'a> {
    pub(super) fn of(repository: Repository<'a>) -> Self {
        Self {
            repository,
            moves: Vec::new(),
            relocked: Vec::new(),
            unchanged: 0,
            newer: Vec::new(),
            lineages: BTreeMap::new(),
            refused: Vec::new(),
            conflicts: Vec::new(),
            differences: Vec::new(),
            left_alone: Vec::new(),
            deleted: Vec::new(),
            stuck: Vec::new(),
            stuck_for: Vec::new(),
        }
    }

    /// Notes that a skill's folder is left as it is.
    pub(super) fn leave_alone(&mut self, name: &SkillName, place: String, reason: String) {
        self.left_alone.push(LeftAlone {
            name: name.to_string(),
            place,
            reason,
            files: Vec::new(),
        });
    }

    /// Notes that a skill can't move.
    pub(super) fn stick(&mut self, name: &SkillName, reason: String) {
        self.stuck.push(Problem {
            name: name.to_string(),
            reason,
        });
    }
}
