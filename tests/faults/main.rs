//! The fault suite: what goes wrong outside of the program, one named case each, and what must be true afterwards.
//!
//! ```sh
//! cargo test --test faults                          # the short form, part of `cargo test`: one of three cases
//! cargo test --test faults -- --include-ignored     # all of it
//! cargo test --test faults -- server::              # one group
//! MDSKILL_FAULTS_SEED=7 cargo test --test faults -- random:: --include-ignored
//! ```
//!
//! A case injects a fault into the real program, removes the fault, and runs one more normal command. [`watch::Watch`]
//! has the invariants that are checked after every case. The last line counts what was tried and what broke.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that can't go on says so by panicking, and this binary prints its own report"
)]
#![expect(clippy::too_many_lines, reason = "a table of cases is one function")]
#![expect(
    clippy::cast_precision_loss,
    reason = "seconds of a connection need no 52 bits"
)]

#[path = "../it/support/mod.rs"]
#[expect(dead_code, reason = "tests/it uses the rest of it")]
mod support;

mod scene;
mod strace;
mod suite;
mod tally;
mod watch;

mod calls;
mod content;
mod crowd;
mod disk;
mod ends;
mod kills;
mod overlay;
mod projects;
mod protocol;
mod random;
mod server;

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut suite = suite::Suite::new();
    server::register(&mut suite);
    protocol::register(&mut suite);
    content::register(&mut suite);
    projects::register(&mut suite);
    disk::register(&mut suite);
    calls::register(&mut suite);
    crowd::register(&mut suite);
    ends::register(&mut suite);
    kills::register(&mut suite);
    overlay::register(&mut suite);
    random::register(&mut suite);
    let code = suite.run();
    scene::clear();
    code
}
