//! mdskill
pub mod cli;
mod commands;
pub mod context;
pub mod diagnostic;
pub mod digest;
pub mod dirs;
pub mod env;
pub mod fetch;
pub mod fs;
pub mod git;
pub mod http;
pub mod install;
pub mod interrupt;
pub mod lockfile;
pub mod name;
pub mod oid;
pub mod ops;
pub mod path;
pub mod progress;
pub mod skill;
pub mod source;
pub mod spec;
pub mod target;
pub mod ui;
pub mod validate;

pub use commands::main;
