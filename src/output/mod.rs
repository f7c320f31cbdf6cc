//! What people and scripts see: one printer, one table, one progress line, one place for exit codes.

pub mod error;
pub mod findings;
pub mod github;
pub mod log;
pub mod markdown;
pub mod pager;
pub mod printer;
pub mod progress;
pub mod pull_request;
pub mod render;
pub mod rules;
pub mod rules_page;
pub mod sanitize;
pub mod table;
pub mod text;
pub mod wrap;
