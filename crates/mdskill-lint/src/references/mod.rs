//! Resolves the links and mentions of files in a skill's pages.

pub(crate) mod attack_sections;
pub(crate) mod mention_context;
pub(crate) mod name_patterns;
pub(crate) mod path_index;
pub(crate) mod path_kind;
pub(crate) mod resolve;
pub(crate) mod unreferenced_files;
