//! Compares the validator with the specification's reference checker, and with `cat` of the same files.
//!
//! `cargo bench --bench validate` prints Markdown tables. `MDSKILL_BENCH_RUNS` sets the number of runs of each row. The
//! reference checker is found on `PATH` (`pip install skills-ref`); without it, its rows are missing.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark may panic on an error, and printing its table is its purpose"
)]
#![expect(
    clippy::cast_precision_loss,
    reason = "displayed numbers do not need 52 bits"
)]

mod rows;
mod table;
mod workload;

#[path = "../end_to_end/measure.rs"]
mod measure;
#[path = "../../tests/it/support/sealed.rs"]
mod sealed;

use rows::Workloads;

/// The default number of runs of each row.
const RUNS: usize = 5;

fn main() {
    measure::main("validate", bench);
}

fn bench() {
    let runs = measure::runs(RUNS);
    let folder = measure::folder_in_memory();
    let workloads = Workloads::write(folder.path());
    println!("{}\n", table::headline(&workloads, runs));
    let mut results = table::Results::default();
    for round in 0..=runs {
        // The first round only warms the caches of the system.
        for row in workloads.rows() {
            let cost = row.run();
            if round > 0 {
                results.add(row, cost);
            }
        }
    }
    println!("{}", results.render());
}
