//! Numbers as tables show them.

use crate::desk::Sample;
use crate::{measure, sealed};
use std::path::Path;
use std::time::Duration;

/// Describes the machine, the system, and git.
pub fn machine(place: &Path) -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let git = sealed::command("git", place)
        .arg("--version")
        .output()
        .expect("git runs")
        .stdout;
    let memory = if place.starts_with(measure::MEMORY) {
        "in memory"
    } else {
        "on disk"
    };
    format!(
        "Machine: {cores} cores, {} {} {}; {}; files {memory}.",
        std::env::consts::OS,
        kernel.trim(),
        std::env::consts::ARCH,
        String::from_utf8_lossy(&git).trim(),
    )
}

/// The reason why a run failed, if one did, for a cell of a table.
pub fn failure(samples: &[Sample]) -> Option<String> {
    let mut failures = samples
        .iter()
        .filter_map(|sample| sample.cost.failure.as_deref());
    Some(failures.next()?.replace('|', "\\|"))
}

/// The cells of the time and the memory.
pub fn costs(samples: &[Sample]) -> String {
    let walls = || samples.iter().map(|sample| sample.cost.wall);
    format!(
        "{} ({}-{}) | {} | {:.1}",
        milliseconds(median(samples, |sample| sample.cost.wall)),
        milliseconds(walls().min().unwrap_or_default()),
        milliseconds(walls().max().unwrap_or_default()),
        milliseconds(median(samples, |sample| sample.cost.cpu)),
        median(samples, |sample| sample.cost.peak) as f64 / 1024.0,
    )
}

fn milliseconds(time: Duration) -> String {
    let milliseconds = time.as_secs_f64() * 1000.0;
    if milliseconds < 20.0 {
        format!("{milliseconds:.1}")
    } else {
        format!("{milliseconds:.0}")
    }
}

pub fn median<Value: Ord + Copy>(samples: &[Sample], value: impl Fn(&Sample) -> Value) -> Value {
    let mut values: Vec<_> = samples.iter().map(value).collect();
    values.sort();
    values[values.len() / 2]
}
