//! Links and mentions of files in a skill's pages, and where they lead.

pub mod mention_context;
pub mod path_index;
pub mod path_kind;
pub mod resolve;
pub mod unreferenced_files;
