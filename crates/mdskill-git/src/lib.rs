//! Fetches parts of git repositories: protocol version 2 over HTTP, ssh, and local paths.
//!
//! A partial fetch takes three requests, whatever the size of the repository: the refs, the trees of
//! a commit without file contents, and exactly the wanted blobs. Packs are decoded and
//! checked here, and read from disk by libgit2, whose network code is not built in. The README has an example.
//!
//! - [`transport::Remote`] is a repository to fetch from; [`protocol::Wants`] selects the objects.
//! - [`objects::Objects`] is the repository on disk that receives the objects.
//! - [`git_config`] is the user's git configuration, which applies as it does for `git clone`.
//! - [`http`] has the client, its retries, and the credentials for each host.
//! - [`merge_file`], [`line_diff`], and [`renames`] compare and merge contents as git does.

#![warn(unreachable_pub)]

mod attributes;
pub mod commits;
pub mod environment;
mod error;
mod file_mode;
pub mod git_config;
mod git_folder;
pub mod hex;
pub mod http;
pub mod ignore_rules;
mod index;
mod kind;
pub mod line_diff;
mod loose;
pub mod merge_file;
pub mod new_objects;
mod object_id;
pub mod objects;
mod oid;
mod options;
mod pack;
pub mod pkt_line;
pub mod process;
pub mod progress;
pub mod protocol;
mod received;
pub mod redact;
pub mod renames;
mod rule_files;
mod shared;
pub mod signature;
pub mod similarity;
pub mod transport;
mod tree;
mod tree_names;
mod tree_walk;
pub mod work_tree;

pub use file_mode::FileMode;
pub use object_id::{ObjectId, ObjectIdError};
pub use shared::Shared;

/// The README's example, compiled with the documentation's.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
