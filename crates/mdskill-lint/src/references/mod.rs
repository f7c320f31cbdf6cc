//! Resolves the links and mentions of files in a skill's pages.

pub mod mention_context;
pub mod path_index;
pub mod path_kind;
pub mod resolve;
pub mod unreferenced_files;
