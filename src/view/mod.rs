//! The files of skills on disk and in git, as `mdskill_lint` reads them.

mod disk;
mod git;

pub use disk::DiskFiles;
pub use git::{GitFiles, find};
pub use mdskill_lint::skill_files::{
    Entry, EntryKind, MemoryFiles, OverlayFiles, PathKind, SkillFiles, Unreadable,
};
