//! Implements [`SkillFiles`], through which `mdskill_lint` reads files, for skills on disk and in git.

mod disk;
mod git;

pub use disk::DiskFiles;
pub use git::{GitFiles, find};
pub use mdskill_lint::skill_files::{
    Entry, EntryKind, MemoryFiles, OverlayFiles, PathKind, SkillFiles, Unreadable,
};
