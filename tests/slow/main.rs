//! The end-to-end tests that take long: kills at any moment, walks through a real history,
//! random comparisons with git, faults of networks, the installer, and costs.
//!
//! `cargo test` runs them too. While you edit, `cargo test --lib --test it` leaves them out.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test that can't go on says so by panicking, and one that is skipped on stderr"
)]
#![expect(
    clippy::cast_precision_loss,
    reason = "seconds of a connection need no 52 bits"
)]

#[path = "../it/support/mod.rs"]
#[expect(dead_code, reason = "tests/it uses the rest of it")]
mod support;

mod corpus;
mod corpus_edits;
mod edits_at_risk;
mod edits_cost;
mod history;
mod history_cost;
mod install_sh;
mod lock_merge;
mod merge_files;
mod merge_text;
mod network;
mod network_faults;
mod reference;
mod skills_ref;
mod transaction;
