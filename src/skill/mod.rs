//! Skills in git objects and on disk: discovery, selection by name, and their files.

pub mod discover;
mod disk_files;
mod disk_links;
mod git_files;
pub mod hidden;
pub mod select;
pub mod tree;
mod walk;

pub use disk_files::DiskFiles;
pub use git_files::{GitFiles, find_entry, skill_text, unfetched_links};
pub use walk::{SkillPlace, follow};
