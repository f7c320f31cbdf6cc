//! The validator against the specification's reference checker and against `cat` of the same files, in one run.
//!
//! `cargo bench --bench validate` prints Markdown tables. `MDSKILL_BENCH_RUNS` says how many runs each row has. The
//! reference checker is taken from the search path (`pip install skills-ref`); without it its rows say so.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark that can't go on panics, and its table is what it is for"
)]
#![expect(
    clippy::cast_precision_loss,
    reason = "numbers for people need no 52 bits"
)]

mod rows;
mod table;
mod workload;

#[path = "../end_to_end/measure.rs"]
mod measure;
#[path = "../../tests/it/support/sealed.rs"]
mod sealed;

use rows::Room;

/// Runs of each row when nobody says otherwise.
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
    reason = "how often to run is the benchmark's own business, not the program's"
)]
fn bench() {
    let runs = std::env::var("MDSKILL_BENCH_RUNS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(RUNS);
    let place = tempfile::tempdir_in("/dev/shm")
        .or_else(|_| tempfile::tempdir())
        .expect("a temporary folder");
    let room = Room::furnish(place.path());
    println!("{}\n", table::headline(&room, runs));
    let mut results = table::Results::default();
    for round in 0..=runs {
        // The first round warms the caches of the system, and counts for nothing.
        for row in room.rows() {
            let cost = row.run();
            if round > 0 {
                results.add(row, cost);
            }
        }
    }
    println!("{}", results.render());
}
