//! Implements [`SkillView`], through which `mdskill_lint` reads files, for skills on disk and in git.

mod disk;
mod git;

pub use disk::DiskView;
pub use git::{GitView, find};
pub use mdskill_lint::skill_files::{
    Entry, EntryKind, Lies, MemoryView, Overlay, SkillView, Unreadable,
};
