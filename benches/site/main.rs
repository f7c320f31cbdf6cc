//! Compares web pages of skills with a book that mdBook makes of the same Markdown files.
//!
//! `cargo bench --bench site` prints Markdown tables. `MDSKILL_BENCH_RUNS` sets the number of runs of each row.
//! mdBook is found on `PATH` (`cargo install mdbook`); without it, its rows are missing.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark may panic on an error, and printing its table is its purpose"
)]

mod preview;
mod rows;

#[path = "../end_to_end/measure.rs"]
mod measure;
#[path = "../../tests/it/support/sealed.rs"]
mod sealed;
#[expect(dead_code, reason = "hostile skills are for the validator")]
#[path = "../validate/workload.rs"]
mod workload;

use measure::Cost;
use rows::Row;

/// The default number of runs of each row.
const RUNS: usize = 5;
/// The maximum time from a change to its page in a preview, in milliseconds.
const MAX_REBUILD: u128 = 100;

fn main() {
    measure::main("site", bench);
}

fn bench() {
    let runs = measure::runs(RUNS);
    let folder = measure::folder_in_memory();
    let rows = rows::rows(folder.path());
    let mut all: Vec<Vec<Cost>> = vec![Vec::new(); rows.len()];
    for round in 0..=runs {
        // The first round only warms the caches of the system.
        for (row, costs) in rows.iter().zip(&mut all) {
            if row.is_slow && round != 1 {
                continue;
            }
            let cost = row.run();
            if round > 0 {
                costs.push(cost);
            }
        }
    }
    let build = measure::warning();
    println!(
        "Files in memory. Median of {runs} runs (min-max), of mdBook with 5,000 skills one. Made by `cargo bench --bench site`.{build}\n"
    );
    println!("| skills | program | wall ms | CPU ms | peak MiB | files | limits | met |");
    println!("|---|---|---|---|---|---|---|---|");
    for (row, costs) in rows.iter().zip(&all) {
        println!("{}", line(row, costs, &rows, &all));
    }
    let corpus = folder.path().join(rows::CORPUS);
    if corpus.is_dir() {
        let times = preview::rebuild_times(&corpus, runs);
        let met = if times.middle <= MAX_REBUILD {
            "yes"
        } else {
            "**no**"
        };
        println!(
            "\nA preview of the {} skills after a change of one: {} ms ({}-{}), limit {MAX_REBUILD} ms: {met}",
            rows[0].skills, times.middle, times.least, times.most
        );
    }
}

/// Returns the line of a row. It has to be faster than the one after it, of mdBook.
fn line(row: &Row, costs: &[Cost], rows: &[Row], all: &[Vec<Cost>]) -> String {
    if let Some(failure) = costs.iter().find_map(|cost| cost.failure.as_ref()) {
        return format!("| {} | {} | {failure} | | | | | |", row.workload, row.tool);
    }
    let walls = sorted(costs.iter().map(|cost| cost.wall.as_millis()));
    let cpu = sorted(costs.iter().map(|cost| cost.cpu.as_millis()));
    let peak = costs.iter().map(|cost| cost.peak >> 10).max().unwrap_or(0);
    let mut limits = Vec::new();
    let mut is_met = true;
    if let Some(limit) = row.max_wall {
        limits.push(format!("{limit} ms"));
        is_met &= middle(&walls) <= limit;
    }
    if let Some(limit) = row.max_peak {
        limits.push(format!("{limit} MiB"));
        is_met &= peak <= limit;
    }
    let peer = rows.iter().zip(all).find(|(peer, _)| {
        row.max_wall.is_some() && peer.is_of_mdbook && peer.workload == row.workload
    });
    if let Some((_, costs)) = peer {
        let of_peer = sorted(costs.iter().map(|cost| cost.wall.as_millis()));
        limits.push("mdBook".to_owned());
        is_met &= middle(&walls) < middle(&of_peer);
    }
    let met = match (limits.is_empty(), is_met) {
        (true, _) => "",
        (false, true) => "yes",
        (false, false) => "**no**",
    };
    format!(
        "| {} | {} | {} ({}-{}) | {} | {peak} | {} | {} | {met} |",
        row.workload,
        row.tool,
        middle(&walls),
        walls[0],
        walls[walls.len() - 1],
        middle(&cpu),
        row.files.get(),
        limits.join(", "),
    )
}

fn sorted(numbers: impl Iterator<Item = u128>) -> Vec<u128> {
    let mut numbers: Vec<u128> = numbers.collect();
    numbers.sort_unstable();
    numbers
}

fn middle(sorted: &[u128]) -> u128 {
    sorted[sorted.len() / 2]
}
