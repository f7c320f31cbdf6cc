//! Measures commands that look something up, each next to a standard tool that reads the same text.
//!
//! `cargo bench --bench lookup` prints a Markdown table. `MDSKILL_BENCH_RUNS` sets the number of runs of each row.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark may panic on an error, and printing its table is its purpose"
)]

mod corpus;
mod rows;

#[path = "../end_to_end/measure.rs"]
mod measure;
#[path = "../../tests/it/support/sealed.rs"]
mod sealed;

use measure::Cost;
use rows::rows;

/// The default number of runs of each row.
const RUNS: usize = 10;

fn main() {
    measure::main("lookup", bench);
}

fn bench() {
    let runs = measure::runs(RUNS);
    let folder = measure::folder_in_memory();
    let rows = rows(folder.path());
    let mut all: Vec<Vec<Cost>> = vec![Vec::new(); rows.len()];
    for round in 0..=runs {
        // The first round only warms the caches of the system.
        for (row, costs) in rows.iter().zip(&mut all) {
            let cost = row.run();
            if round > 0 {
                costs.push(cost);
            }
        }
    }
    let build = measure::warning();
    println!("Files in memory. Median of {runs} runs (min-max), least CPU time.{build}\n");
    println!("| what | wall ms | CPU ms | peak MiB | limit | met |\n|---|---|---|---|---|---|");
    for (row, costs) in rows.iter().zip(&all) {
        let [median, least, most] = times(costs);
        let cpu = costs.iter().map(|cost| cost.cpu.as_secs_f64() * 1000.0);
        let cpu = cpu.fold(f64::INFINITY, f64::min);
        let other = rows
            .iter()
            .zip(&all)
            .find(|(other, _)| Some(other.what) == row.beside);
        let ratio = other.map(|(other, costs)| {
            let ratio = median / times(costs)[0];
            format!("; {ratio:.2} × {}", other.what)
        });
        let peak = costs.iter().map(|cost| cost.peak).max().unwrap_or_default() / 1024;
        let limit = row
            .limit
            .map_or_else(String::new, |limit| format!("{limit:.0} ms"));
        let met = match row.limit {
            Some(limit) if median <= limit => "yes",
            Some(_) => "**no**",
            None => "",
        };
        let failure = costs.iter().find_map(|cost| cost.failure.clone());
        println!(
            "| {} | {median:.1} ({least:.1}-{most:.1}) | {cpu:.1} | {peak} | {limit}{} | {met}{} |",
            row.what,
            ratio.unwrap_or_default(),
            failure.unwrap_or_default()
        );
    }
}

/// Returns the median, the least, and the greatest wall time in milliseconds.
fn times(costs: &[Cost]) -> [f64; 3] {
    let times = costs.iter().map(|cost| cost.wall.as_secs_f64() * 1000.0);
    let mut times: Vec<f64> = times.collect();
    times.sort_by(f64::total_cmp);
    [times[times.len() / 2], times[0], times[times.len() - 1]]
}
