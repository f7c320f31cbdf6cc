//! What the tests stand on: a real git server, a bad network, repositories made to order, a sealed room.
//!
//! `sealed`, `wire`, `server`, `git_service` and `link` also serve the benchmark, which includes them by path: what
//! only the tests need lies in the other files.

pub mod authority;
pub mod fault;
pub mod fetcher;
pub mod forge;
pub mod git_service;
pub mod kills;
pub mod link;
pub mod old_lockfile;
pub mod outcome;
pub mod packets;
pub mod proxy;
pub mod repo;
pub mod room;
pub mod sealed;
pub mod server;
pub mod shop;
pub mod snapshot;
pub mod snapshot_file;
pub mod wire;
