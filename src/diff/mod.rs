//! [`SkillDiff`]: the differences between two versions of a skill, and between their capabilities.

mod changed_files;
mod compare;
mod file_version;
mod unified;

use serde::Serialize;

use mdskill_lint::capability::Capability;

pub use compare::{compare, compare_with};
pub use file_version::{Mode, Side};
pub use mdskill_lint::capabilities::{capabilities, delta};
pub use unified::{unified, unified_file};

/// The differences between two versions of a skill.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SkillDiff {
    /// The changed files, sorted by path.
    pub files: Vec<FileDiff>,
    /// The descriptions, if they differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<DescriptionDiff>,
    /// The new capabilities, the most severe first.
    pub gained: Vec<Capability>,
    /// The scripts with changed content.
    pub changed_scripts: Vec<String>,
    /// The capabilities that the new version no longer has.
    pub lost: Vec<Capability>,
}

impl SkillDiff {
    /// Whether the two are equal.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The descriptions in the frontmatter; `None` without one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DescriptionDiff {
    /// The old description.
    pub before: Option<String>,
    /// The new description.
    pub after: Option<String>,
}

/// The differences of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileDiff {
    /// The path in the skill; the old path of a removed file.
    pub path: String,
    /// The kind of change.
    pub change: FileChange,
    /// The old path of a renamed file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The number of added lines; `None` for a binary file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub added: Option<usize>,
    /// The number of removed lines; `None` for a binary file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removed: Option<usize>,
    /// Whether the new file is executable, if that changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub executable: Option<bool>,
}

/// The kind of change of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FileChange {
    /// The file is new.
    Added,
    /// The content or the mode changed.
    Changed,
    /// The path changed, and perhaps the content.
    Renamed,
    /// The file was removed.
    Removed,
}
