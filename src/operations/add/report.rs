//! The result of `add`.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::operations::findings::Found;
use crate::operations::policy_check::Refusal;
use crate::operations::report::{Action, Change, LeftAlone, Problem};
use crate::operations::resolve::HiddenSkill;
use mdskill_lint::capability::Capability;
use mdskill_lint::name::SkillName;

/// The result of `add`.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    /// The added skills.
    pub(crate) skills: Vec<Added>,
    /// The skills that were not installed, because no client would load them, or with `strict`,
    /// because they have an error.
    pub(crate) stopped: Vec<Stopped>,
    /// The skills that were not installed, because their files are unsafe.
    pub(crate) left_out: Vec<Problem>,
    /// The names of several different skills, of which none was installed.
    pub(crate) clashes: Vec<Clash>,
    /// The spec of the folder with the most skills that has no clashes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) clash_free: Option<String>,
    /// The hidden skills that `--all` left out.
    pub(crate) hidden: Vec<HiddenSkill>,
    /// The codes of the rules that the one skill was allowed to break.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) allowed: BTreeSet<&'static str>,
    /// The skills that the policy refuses. If there is one, nothing was changed.
    pub(crate) refused: Vec<Refusal>,
    /// The folders that can not be replaced. If there is one, nothing was changed.
    pub(crate) left_alone: Vec<LeftAlone>,
    /// The findings in all skills. Their files are below the folders that the skills are installed in.
    pub(crate) diagnostics: Vec<Found>,
    /// The skills that added skills link to, and that are not installed.
    pub(crate) siblings: Vec<Sibling>,
    /// The paths in the trash that folders were moved to.
    pub(crate) trashed: Vec<String>,
    /// Whether this is a dry run.
    pub(crate) dry_run: bool,
    /// The folders of the added skills, if the user chose them now, or these are the first skills.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) targets: Option<ChosenTargets>,
    /// Whether the user has seen the severe capabilities, and agreed.
    #[serde(skip)]
    pub(crate) is_confirmed: bool,
    /// Whether nothing was changed because of `stopped`, `left_out`, or `refused`.
    pub(crate) is_refused: bool,
}

/// An added skill, or one that would be.
#[derive(Debug, Serialize)]
pub(crate) struct Added {
    /// Its change.
    #[serde(flatten)]
    pub(crate) change: Change,
    /// A branch or a tag that contains the commit, if the commit was given by its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) commit_ref: Option<String>,
    /// Whether the commit was given by its id, and no branch or tag is known to contain it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_unverified: bool,
    /// Its capabilities, the most severe first.
    pub(crate) capabilities: Vec<Capability>,
}

impl Added {
    /// Whether files came in that were not installed before.
    pub(crate) fn is_new(&self) -> bool {
        matches!(self.change.action, Action::Added | Action::Updated)
    }

    /// Whether it now lets commands run without asking the user.
    pub(crate) fn needs_consent(&self) -> bool {
        let mut capabilities = self.capabilities.iter();
        self.is_new() && capabilities.any(|one| one.kind.needs_consent())
    }
}

/// The folders that an `add` installs into.
#[derive(Debug, Serialize)]
pub(crate) struct ChosenTargets {
    /// The folders.
    pub(crate) folders: Vec<String>,
    /// Whether later skills are installed there, too, because the user chose them for the first ones.
    pub(crate) are_default: bool,
    /// The widespread agents that read none of them.
    pub(crate) unread_by: Vec<&'static str>,
}

/// A skill that was not installed because of findings.
#[derive(Debug, Serialize)]
pub(crate) struct Stopped {
    /// The name of the skill.
    pub(crate) name: SkillName,
    /// The spec of exactly this skill.
    pub(crate) spec: String,
    /// The folder that it would be installed in.
    pub(crate) place: String,
    /// The findings, each as a line.
    pub(crate) reasons: Vec<String>,
    /// The codes of the findings.
    #[serde(skip)]
    pub(crate) codes: BTreeSet<&'static str>,
    /// Whether no client would load it.
    pub(crate) is_unloadable: bool,
    /// Whether it is dangerous to install, so that only the user can allow it, by name.
    pub(crate) is_dangerous: bool,
}

/// A name of several different skills.
#[derive(Debug, Serialize)]
pub(crate) struct Clash {
    /// The name.
    pub(crate) name: String,
    /// The specs of the skills.
    pub(crate) specs: Vec<String>,
}

/// A skill that others link to.
#[derive(Debug, Serialize)]
pub(crate) struct Sibling {
    /// The name of its folder.
    pub(crate) name: String,
    /// The spec that adds it.
    pub(crate) spec: String,
    /// The names of the skills that link to it.
    pub(crate) linked_from: Vec<String>,
}
