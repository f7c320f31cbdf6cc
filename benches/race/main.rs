//! Races mdskill against git and other clients, with the same repositories, server, and network.
//!
//! `cargo bench --bench race` prints Markdown tables. Three environment variables change what it runs:
//! `MDSKILL_BENCH_REPOSITORIES` adds repositories, `OWNER/REPO.git` or `OWNER/REPO.bundle`, separated as in `PATH`;
//! `MDSKILL_BENCH_PEERS` is a folder with other clients; `MDSKILL_BENCH_RUNS` is the number of runs of each row.

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

mod peers;
mod rounds;
mod table;
mod wire_alone;

#[expect(dead_code, reason = "a second skill is added in the other benchmark")]
#[path = "../end_to_end/corpus.rs"]
mod corpus;
#[path = "../end_to_end/desk.rs"]
mod desk;
#[path = "../../tests/it/support/git_service.rs"]
mod git_service;
#[path = "../../tests/it/support/link.rs"]
mod link;
#[path = "../end_to_end/measure.rs"]
mod measure;
#[path = "../end_to_end/network.rs"]
mod network;
#[path = "../end_to_end/numbers.rs"]
mod numbers;
#[path = "../../tests/it/support/sealed.rs"]
mod sealed;
#[path = "../../tests/it/support/server.rs"]
mod server;
#[path = "../../tests/it/support/wire.rs"]
mod wire;

use corpus::Corpus;
use network::Network;
use rounds::{Race, Tool};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The default number of runs of each row.
const RUNS: usize = 5;

fn main() {
    measure::main("race", bench);
}

fn bench() {
    let runs = measure::runs(RUNS);
    let place = measure::folder_in_memory();
    println!("{}\n", table::headline(place.path(), runs));
    let mut tools = vec![Tool::Mdskill, Tool::Wire, Tool::Git];
    if let Some(folder) = setting("MDSKILL_BENCH_PEERS") {
        tools.extend(
            peers::installed(Path::new(&folder))
                .into_iter()
                .map(Tool::Peer),
        );
    }
    let given = setting("MDSKILL_BENCH_REPOSITORIES").unwrap_or_default();
    let given: Vec<PathBuf> = std::env::split_paths(&given).collect();
    for repository in [None].into_iter().chain(given.iter().map(Some)) {
        // The server finds a repository by its name, and two of them may have the same.
        let root = tempfile::tempdir_in(place.path()).expect("a temporary folder");
        let corpus = match repository {
            Some(path) => Corpus::of(path, root.path()),
            None => Corpus::find(root.path()),
        };
        let Some(corpus) = corpus else {
            let what = repository.map_or("the corpus".into(), |path| path.to_string_lossy());
            println!("Skipped {what}: found no repository OWNER/REPO with two skills.\n");
            continue;
        };
        println!("### {}\n", table::title(&corpus, repository.is_none()));
        let max_ratio = table::max_ratio(&corpus, repository.is_none());
        for network in [Network::loopback(&corpus), Network::distant(&corpus)] {
            let race = Race {
                corpus: &corpus,
                network: &network,
                place: root.path(),
                tools: &tools,
            };
            let results = race.run(runs);
            println!("{}", table::render(&results, &corpus, &network, max_ratio));
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "settings of the benchmark, not of the program"
)]
fn setting(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}
