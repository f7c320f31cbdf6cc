//! Measures commands from the command line to files on disk, compared with git on the same server and network.
//!
//! `cargo bench --bench end_to_end` prints a Markdown table. `MDSKILL_BENCH_RUNS` sets the number of runs of each row.

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
mod desk;
mod measure;
mod network;
mod numbers;
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

/// The default number of runs of each row.
const RUNS: usize = 5;

fn main() {
    measure::main("end_to_end", bench);
}

fn bench() {
    let place = measure::folder_in_memory();
    let Some(corpus) = corpus::Corpus::find(&place.path().join("served")) else {
        println!("Skipped: found no corpus next to the checkout and no bundle in testdata/mirror.");
        return;
    };
    let runs = measure::runs(RUNS);
    println!("{}\n", table::headline(&corpus, place.path(), runs));
    let disk = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary folder");
    for network in [
        network::Network::loopback(&corpus),
        network::Network::distant(&corpus),
    ] {
        let mut results = table::Results::default();
        for round in 0..=runs {
            // The first round fills the caches of the system, and is not counted.
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
