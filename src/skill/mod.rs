//! Skills in git objects: discovery, selection by name, and their files.

pub mod discover;
pub mod select;
pub mod tree;
