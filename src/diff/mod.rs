//! [`SkillDiff`]: how two versions of a skill differ, and what that means.

mod changed_files;
mod compare;
mod file_version;
mod unified;

use serde::Serialize;

use mdskill_lint::capability::Capability;

pub use compare::compare;
pub use file_version::{Mode, Side};
pub use mdskill_lint::capabilities::{capabilities, delta};
pub use unified::{unified, unified_file};

/// How a skill differs from an older version of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SkillDiff {
    /// The files that differ, by path.
    pub files: Vec<FileDiff>,
    /// The frontmatter's `description`, when it differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<DescriptionDiff>,
    /// What the skill can do that it could not before, the gravest first.
    pub gained: Vec<Capability>,
    /// The programs that it had already, and that do something else now.
    pub changed_scripts: Vec<String>,
    /// What it can no longer do.
    pub lost: Vec<Capability>,
}

impl SkillDiff {
    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The two descriptions; one that is missing is nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DescriptionDiff {
    /// As it was.
    pub before: Option<String>,
    /// As it is.
    pub after: Option<String>,
}

/// How one file differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileDiff {
    /// Where it lies in the skill; of one that is removed, where it lay.
    pub path: String,
    /// What became of it.
    pub change: FileChange,
    /// Where it lay before, when it was renamed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Lines that are new; nothing for a file that is no text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub added: Option<usize>,
    /// Lines that are gone; nothing for a file that is no text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removed: Option<usize>,
    /// Whether it may be executed now, when that changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub executable: Option<bool>,
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FileChange {
    /// It is new.
    Added,
    /// Its content or its mode differs.
    Changed,
    /// It has another path, and perhaps another content.
    Renamed,
    /// It is gone.
    Removed,
}
