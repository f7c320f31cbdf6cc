//! What people and scripts see: one printer, one table, one progress line, one place for exit codes.

pub mod actions;
pub mod clean;
pub mod error;
pub mod findings;
pub mod markdown;
pub mod pager;
pub mod phrase;
pub mod printer;
pub mod progress;
pub mod render;
pub mod rules;
pub mod rules_page;
pub mod summary;
pub mod table;
pub mod workflow;
pub mod wrap;
