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
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    if arguments
        .first()
        .is_some_and(|first| first == measure::FLAG)
    {
        measure::run_and_report(&arguments[1..]);
    } else if arguments.iter().any(|argument| argument == "--bench") {
        bench();
    } else {
        println!("This is a benchmark: `cargo bench --bench validate` runs it.");
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the number of runs is a setting of the benchmark, not of the program"
)]
fn bench() {
    let runs = std::env::var("MDSKILL_BENCH_RUNS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(RUNS);
    let folder = tempfile::tempdir_in("/dev/shm")
        .or_else(|_| tempfile::tempdir())
        .expect("a temporary folder");
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
