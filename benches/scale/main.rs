//! Measures how the cost of commands grows with the number of skills, files, refs, and sources.
//!
//! `cargo bench --bench scale` prints Markdown tables. The last column but one is the exponent of the growth between
//! the two largest sizes: 1 is linear. `MDSKILL_BENCH_RUNS` sets the number of runs of each row.

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

mod desk;
mod made;
mod rows;

#[path = "../end_to_end/measure.rs"]
mod measure;
#[path = "../../tests/it/support/sealed.rs"]
mod sealed;
#[expect(
    dead_code,
    reason = "hostile skills and the corpus are for the validator"
)]
#[path = "../validate/workload.rs"]
mod workload;

use std::path::Path;

use measure::Cost;
use rows::Scale;

/// The default number of runs of each row.
const RUNS: usize = 3;
/// The maximum exponent.
const MAX_EXPONENT: f64 = 1.1;

fn main() {
    measure::main("scale", bench);
}

fn bench() {
    let runs = measure::runs(RUNS);
    let build = measure::warning();
    println!(
        "CPU time in ms, of the command with its children, and wall time; files in memory. Least of {runs} runs. Made by `cargo bench --bench scale`.{build}\n"
    );
    for scale in rows::SCALES {
        println!("{}", table(scale, runs));
    }
}

fn table(scale: &Scale, runs: usize) -> String {
    let folder = measure::folder_in_memory();
    let mut lines: Vec<(&'static str, Vec<Cost>)> = Vec::new();
    for size in scale.sizes {
        let root = folder.path().join(size.to_string());
        let upstream = root.join("upstream");
        (scale.make)(&upstream, *size);
        for (name, cost) in least(scale, &root, &upstream, runs) {
            match lines.iter_mut().find(|(known, _)| *known == name) {
                Some((_, costs)) => costs.push(cost),
                None => lines.push((name, vec![cost])),
            }
        }
        std::fs::remove_dir_all(&root).unwrap();
    }
    let sizes = scale.sizes.iter().map(|size| format!(" {size} |"));
    let mut text = format!(
        "| {} |{} exponent | peak MiB | limit | met |\n|---|{}---|---|---|---|\n",
        scale.what,
        sizes.collect::<String>(),
        "---|".repeat(scale.sizes.len())
    );
    for (name, costs) in lines {
        text.push_str(&line(name, scale.sizes, &costs));
    }
    text
}

/// Runs the commands several times, each time for a new user, and returns the least cost of each.
fn least(scale: &Scale, root: &Path, upstream: &Path, runs: usize) -> Vec<(&'static str, Cost)> {
    let mut least: Vec<(&'static str, Cost)> = Vec::new();
    for run in 0..runs {
        let desk = desk::Desk::new(&root.join(format!("run-{run}")), upstream);
        let costs = (scale.run)(&desk);
        if run == 0 {
            least = costs;
            continue;
        }
        for ((_, least), (_, cost)) in least.iter_mut().zip(costs) {
            if cost.failure.is_some() || least.failure.is_none() && cost.cpu < least.cpu {
                *least = cost;
            }
        }
    }
    least
}

fn line(name: &str, sizes: &[usize], costs: &[Cost]) -> String {
    let shown = costs.iter().map(|cost| match &cost.failure {
        Some(failure) => format!(" {failure} |"),
        None => format!(" {} ({}) |", cost.cpu.as_millis(), cost.wall.as_millis()),
    });
    let exponent = exponent(sizes, costs);
    let is_met = exponent <= MAX_EXPONENT && costs.iter().all(|cost| cost.failure.is_none());
    let peak = costs.last().map_or(0, |cost| cost.peak >> 10);
    let met = if is_met { "yes" } else { "**no**" };
    format!(
        "| {name} |{} {exponent:.2} | {peak} | {MAX_EXPONENT} | {met} |\n",
        shown.collect::<String>()
    )
}

/// Returns the exponent of the growth between the two largest sizes.
fn exponent(sizes: &[usize], costs: &[Cost]) -> f64 {
    let at = sizes.len() - 2;
    let growth = costs[at + 1].cpu.as_secs_f64() / costs[at].cpu.as_secs_f64();
    growth.ln() / (sizes[at + 1] as f64 / sizes[at] as f64).ln()
}
