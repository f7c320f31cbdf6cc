//! Renders the numbers and their limits as a Markdown table.

use crate::cases;
use crate::corpus::Corpus;
use crate::desk::Sample;
use crate::network::Network;
use crate::numbers::{self, median};
use crate::{measure, sealed};
use std::path::Path;
use std::time::Duration;

/// Bytes in a megabyte, as in the limits.
const MEGABYTE: u64 = 1_000_000;

/// The samples of each row, in the order of the rows.
#[derive(Default)]
pub struct Results {
    rows: Vec<(&'static str, Vec<Sample>)>,
}

/// The limit of a row.
enum Limit {
    Requests(u64),
    Down(u64),
    /// A factor of the wall time of another row.
    Ratio(f64, &'static str),
    Wall(Duration),
    Cpu(Duration),
    /// MiB.
    Peak(u64),
}

impl Results {
    /// Adds one sample to a row.
    pub fn add(&mut self, name: &'static str, sample: Sample) {
        match self.rows.iter_mut().find(|(row, _)| *row == name) {
            Some((_, samples)) => samples.push(sample),
            None => self.rows.push((name, vec![sample])),
        }
    }

    fn of(&self, name: &str) -> Option<&[Sample]> {
        self.rows
            .iter()
            .find(|(row, _)| *row == name)
            .map(|(_, samples)| samples.as_slice())
    }

    /// The median wall time of a row, unless a run of it failed.
    fn wall(&self, name: &str) -> Option<Duration> {
        let samples = self.of(name)?;
        let sound = samples.iter().all(|sample| sample.cost.failure.is_none());
        sound.then(|| median(samples, |sample| sample.cost.wall))
    }
}

/// Returns the headline: the measured repository, the machine, and the command to repeat it.
pub fn headline(corpus: &Corpus, place: &Path, runs: usize) -> String {
    let build = measure::warning();
    format!(
        "{} Repository: {}, {} skills. Median of {runs} runs after one warm-up (min-max). Made by `cargo bench --bench \
         end_to_end`.{build}",
        numbers::machine(place),
        corpus.name,
        corpus.skills,
    )
}

/// The table of one network.
pub fn render(results: &Results, corpus: &Corpus, network: &Network) -> String {
    let mut text = format!(
        "| {} | wall ms | own CPU ms | peak MiB | requests | connections | bytes down | bytes up | against | limit | met |\n\
         |---|---|---|---|---|---|---|---|---|---|---|\n",
        network.title
    );
    for (name, samples) in &results.rows {
        let limits = limits_of(name, corpus, network);
        let described: Vec<_> = limits.iter().map(Limit::describe).collect();
        let met = match (
            limits.is_empty(),
            limits.iter().all(|limit| limit.is_met(name, results)),
        ) {
            (true, _) => "",
            (false, true) => "yes",
            (false, false) => "**no**",
        };
        let against = against(name, results);
        let (numbers, limits) = (cells(samples), described.join(", "));
        text = format!("{text}| {name} | {numbers} | {against} | {limits} | {met} |\n");
    }
    text
}

/// Returns the size of the program without symbols.
pub fn size_of_the_binary(place: &Path) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_mdskill"));
    let stripped = place.join("stripped");
    let strip = sealed::command("strip", place)
        .arg("-o")
        .arg(&stripped)
        .arg(program)
        .status();
    let (file, word) = match strip {
        Ok(status) if status.success() => (stripped.as_path(), "stripped"),
        _ => (program, "not stripped, because `strip` is missing"),
    };
    let size = std::fs::metadata(file).map_or(0, |metadata| metadata.len());
    let met = if size <= 12 * MEGABYTE {
        "yes"
    } else {
        "**no**"
    };
    format!(
        "Size of the program, {word}: {:.1} MB; limit 12 MB; met: {met}.",
        size as f64 / MEGABYTE as f64
    )
}

fn limits_of(name: &str, corpus: &Corpus, network: &Network) -> Vec<Limit> {
    let mut limits = match name {
        cases::ADD_ONE => vec![Limit::Requests(3), Limit::Down(MEGABYTE / 10)],
        cases::ADD_SECOND => vec![Limit::Requests(2)],
        cases::ADD_ALL => {
            vec![
                Limit::Requests(3),
                Limit::Down(MEGABYTE * 13 / 10),
                Limit::Ratio(1.0, cases::CLONE),
                Limit::Peak(40),
            ]
        }
        cases::UPDATE => vec![
            Limit::Requests(1),
            Limit::Down(1000),
            Limit::Cpu(Duration::from_millis(15)),
        ],
        cases::MOVE => vec![Limit::Requests(3)],
        cases::MOVE_EDITED => vec![Limit::Requests(3), Limit::Ratio(1.5, cases::MOVE)],
        cases::MOVE_CLEARED => vec![Limit::Requests(4)],
        cases::LIST => {
            vec![Limit::Wall(Duration::from_millis(12))]
        }
        cases::VERIFY => vec![Limit::Ratio(2.0, cases::HASH)],
        cases::VERSION => vec![Limit::Ratio(2.0, cases::GIT_VERSION)],
        _ => Vec::new(),
    };
    if name == cases::ADD_ONE && network.is_distant() {
        limits.push(Limit::Ratio(0.5, cases::CLONE));
    }
    if !corpus.is_the_measured_one() {
        limits.retain(|limit| !matches!(limit, Limit::Down(_)));
    }
    limits
}

/// Returns the time of a row relative to other tools; empty for those tools.
fn against(name: &str, results: &Results) -> String {
    let peers: &[_] = match name {
        cases::ADD_ONE => &[cases::CLONE, cases::CLONE_SPARSE],
        cases::ADD_SECOND | cases::ADD_ALL | cases::ADD_ALL_WARM => &[cases::CLONE],
        cases::ADD_ALL_ON_DISK => &[cases::CLONE_ON_DISK],
        cases::MOVE_EDITED | cases::MOVE_CLEARED => &[cases::MOVE],
        cases::VERIFY => &[cases::HASH],
        cases::VERSION => &[cases::GIT_VERSION],
        _ => &[],
    };
    let shown = |peer: &&str| {
        ratio(results, name, peer).map(|ratio| format!("{ratio:.2} × {}", short(peer)))
    };
    peers
        .iter()
        .filter_map(shown)
        .collect::<Vec<_>>()
        .join(", ")
}

fn short(peer: &str) -> &str {
    match peer {
        cases::CLONE_SPARSE => "sparse clone",
        cases::CLONE | cases::CLONE_ON_DISK => "clone",
        cases::MOVE => "without edits",
        cases::HASH => "sha256sum",
        _ => peer,
    }
}

fn ratio(results: &Results, name: &str, peer: &str) -> Option<f64> {
    Some(results.wall(name)?.as_secs_f64() / results.wall(peer)?.as_secs_f64())
}

impl Limit {
    fn describe(&self) -> String {
        match self {
            Self::Requests(1) => "1 request".to_owned(),
            Self::Requests(most) => format!("{most} requests"),
            Self::Down(most) => format!("{} KB down", *most as f64 / 1000.0),
            Self::Ratio(most, peer) => format!("{most:.1} × {}", short(peer)),
            Self::Wall(most) => format!("{} ms", most.as_millis()),
            Self::Cpu(most) => format!("{} ms CPU", most.as_millis()),
            Self::Peak(most) => format!("peak {most} MiB"),
        }
    }

    fn is_met(&self, name: &str, results: &Results) -> bool {
        let (Some(samples), Some(wall)) = (results.of(name), results.wall(name)) else {
            return false;
        };
        match self {
            Self::Requests(most) => samples
                .iter()
                .all(|sample| sample.traffic.requests <= *most),
            Self::Down(most) => samples.iter().all(|sample| sample.traffic.down <= *most),
            Self::Ratio(most, peer) => {
                ratio(results, name, peer).is_some_and(|ratio| ratio <= *most)
            }
            Self::Wall(most) => wall < *most,
            Self::Cpu(most) => median(samples, |sample| sample.cost.cpu) < *most,
            Self::Peak(most) => samples.iter().all(|sample| sample.cost.peak < most * 1024),
        }
    }
}

/// The measured columns of a row.
fn cells(samples: &[Sample]) -> String {
    if let Some(failure) = numbers::failure(samples) {
        return format!("{failure} | | | | | | ");
    }
    format!(
        "{} | {} | {} | {} | {}",
        numbers::costs(samples),
        median(samples, |sample| sample.traffic.requests),
        median(samples, |sample| sample.traffic.connections),
        median(samples, |sample| sample.traffic.down),
        median(samples, |sample| sample.traffic.up),
    )
}
