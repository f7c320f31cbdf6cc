//! mdskill
pub mod diagnostic;
pub mod digest;
pub mod dirs;
pub mod env;
pub mod fetch;
pub mod fs;
pub mod git;
pub mod http;
pub mod name;
pub mod oid;
pub mod path;
pub mod progress;
pub mod skill;
pub mod source;
pub mod spec;
