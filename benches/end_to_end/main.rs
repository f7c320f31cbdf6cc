//! From the command line to files on disk, against git on the same server, over the same wire, in the same run.
//!
//! `cargo bench --bench end_to_end` prints a Markdown table. `MDSKILL_BENCH_RUNS` says how many runs each row has.

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

mod cases;
mod corpus;
mod measure;
mod network;
mod table;

#[path = "../../tests/it/support/git_service.rs"]
mod git_service;
#[path = "../../tests/it/support/link.rs"]
mod link;
#[path = "../../tests/it/support/sealed.rs"]
mod sealed;
#[path = "../../tests/it/support/server.rs"]
mod server;
#[path = "../../tests/it/support/wire.rs"]
mod wire;

use std::path::Path;

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
        println!("This is a benchmark: `cargo bench --bench end_to_end` runs it.");
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "how often to run is the benchmark's own business, not the program's"
)]
fn bench() {
    let place = temporary_folder(Path::new("/dev/shm"));
    let Some(corpus) = corpus::Corpus::find(&place.path().join("served")) else {
        println!(
            "Skipped: there is neither a corpus beside the checkout nor a bundle in testdata/mirror."
        );
        return;
    };
    let runs = std::env::var("MDSKILL_BENCH_RUNS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(RUNS);
    println!("{}\n", table::headline(&corpus, place.path(), runs));
    let disk = temporary_folder(Path::new(env!("CARGO_TARGET_TMPDIR")));
    for network in [
        network::Network::loopback(&corpus),
        network::Network::distant(&corpus),
    ] {
        let mut results = table::Results::default();
        for round in 0..=runs {
            // The first round warms the caches of the system, and counts for nothing.
            let counts = round > 0;
            let round = cases::Round {
                corpus: &corpus,
                network: &network,
                place: place.path(),
                disk: disk.path(),
            };
            round.run(|name, sample| {
                if counts {
                    results.add(name, sample);
                }
            });
        }
        println!("{}", table::render(&results, &corpus, &network));
    }
    println!("{}", table::size_of_the_binary(place.path()));
}

/// A folder in memory where the system has one there, else in the usual place.
fn temporary_folder(wanted: &Path) -> tempfile::TempDir {
    let mut builder = tempfile::Builder::new();
    builder.prefix("mdskill-bench-");
    builder
        .tempdir_in(wanted)
        .or_else(|_| builder.tempdir())
        .expect("a temporary folder")
}
