//! Test support: a git server, network faults, generated repositories, and isolated environments.
//!
//! The benchmarks include `sealed`, `wire`, `server`, `git_service` and `link` by path, so these files have only code
//! that both need.

pub mod authority;
pub mod fault;
pub mod fetcher;
pub mod git_server;
pub mod git_service;
pub mod http2_server;
pub mod kills;
pub mod link;
pub mod noise;
pub mod old_lockfile;
pub mod outcome;
pub mod pack_maker;
pub mod packets;
pub mod proxy;
pub mod repo;
pub mod sealed;
pub mod search_server;
pub mod server;
pub mod site_server;
pub mod snapshot;
pub mod snapshot_file;
pub mod terminal;
pub mod test_context;
pub mod wire;
