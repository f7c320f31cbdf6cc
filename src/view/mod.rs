//! The files of skills on disk and in git, as `mdskill_lint` reads them.

mod disk;
mod git;

pub use disk::DiskView;
pub use git::{GitView, find};
pub use mdskill_lint::skill_files::{
    Entry, EntryKind, Lies, MemoryView, Overlay, SkillView, Unreadable,
};
