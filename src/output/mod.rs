//! The output for people and programs, and the exit codes.

pub(crate) mod ask;
pub(crate) mod completions;
pub(crate) mod confirm;
pub mod exit_status;
pub(crate) mod findings;
pub(crate) mod github;
pub(crate) mod log;
pub(crate) mod manual;
pub(crate) mod markdown;
pub(crate) mod pager;
pub(crate) mod picker;
pub(crate) mod printer;
pub(crate) mod progress;
pub(crate) mod pull_request;
pub(crate) mod render;
pub(crate) mod rules;
pub mod rules_page;
pub(crate) mod sanitize;
pub mod styled;
pub(crate) mod table;
pub(crate) mod terminal_markdown;
pub(crate) mod text;
pub(crate) mod wrap;
