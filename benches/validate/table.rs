//! The numbers as Markdown tables, each beside its limit.

use std::time::Duration;

use crate::measure::Cost;
use crate::rows::{LARGE, Room, Row, SMALL, Tool};

/// Skills a second on one core, with every rule.
const LEAST_SKILLS_A_SECOND: f64 = 3_000.0;
/// Times the reference checker's speed.
const LEAST_TIMES_REFERENCE: f64 = 100.0;
/// Peak memory, in MiB.
const MOST_PEAK: f64 = 50.0;
/// How much longer ten times as many skills may take, beyond ten times.
const MOST_GROWTH: f64 = 1.2;
/// Wall time of a hostile text.
const MOST_HOSTILE: Duration = Duration::from_secs(1);
/// Peak memory on one, in MiB: a megabyte of findings is kept to be shown.
const MOST_HOSTILE_PEAK: f64 = 200.0;

/// The samples of each row, in the order of the rows.
#[derive(Default)]
pub struct Results<'a> {
    rows: Vec<(&'a Row, Vec<Cost>)>,
}

/// What was measured where, and how to measure it again.
pub fn headline(room: &Room, runs: usize) -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let reference = match room.has_reference {
        true => "reference checker: skills-ref from the Python registry, all skills in one process",
        false => {
            "the reference checker is not here (`pip install skills-ref` and put it on the search path)"
        }
    };
    let build = if cfg!(debug_assertions) {
        " **A debug build: its times mean nothing.**"
    } else {
        ""
    };
    format!(
        "Machine: {cores} cores, {} {}; files in memory; {reference}. Median of {runs} runs after one warm-up (min-max). \
         Made by `cargo bench --bench validate`.{build}",
        std::env::consts::OS,
        std::env::consts::ARCH,
    )
}

impl<'a> Results<'a> {
    /// Adds one sample to a row.
    pub fn add(&mut self, row: &'a Row, cost: Cost) {
        match self
            .rows
            .iter_mut()
            .find(|(other, _)| std::ptr::eq(*other, row))
        {
            Some((_, samples)) => samples.push(cost),
            None => self.rows.push((row, vec![cost])),
        }
    }

    /// Returns the tables and the limits.
    pub fn render(&self) -> String {
        let (hostile, ordinary): (Vec<_>, Vec<_>) =
            self.rows.iter().partition(|(row, _)| row.is_hostile);
        let mut lines = vec![
            "| workload | what runs | wall ms | CPU ms | peak MiB | skills a CPU second | limit | met |"
                .to_owned(),
            "|---|---|---|---|---|---|---|---|".to_owned(),
        ];
        lines.extend(
            ordinary
                .iter()
                .map(|(row, samples)| self.ordinary(row, samples)),
        );
        lines.extend([String::new(), self.growth(), String::new()]);
        lines.push("| a stranger's text | wall ms | CPU ms | peak MiB | limit | met |".to_owned());
        lines.push("|---|---|---|---|---|---|".to_owned());
        lines.extend(hostile.iter().map(|(row, samples)| stranger(row, samples)));
        lines.join("\n")
    }

    fn ordinary(&self, row: &Row, samples: &[Cost]) -> String {
        let (limit, met) = self.limit(row, samples);
        format!(
            "| {} | {} | {} | {:.0} | {limit} | {met} |",
            row.workload,
            name(row.tool),
            numbers(samples),
            skills_a_second(row, samples)
        )
    }

    fn limit(&self, row: &Row, samples: &[Cost]) -> (String, &'static str) {
        match row.tool {
            Tool::AllRules => {
                let is_fast = skills_a_second(row, samples) >= LEAST_SKILLS_A_SECOND;
                let is_small = peak(samples) < MOST_PEAK;
                let (compared, is_faster) = self.against_the_reference(row, samples);
                (
                    format!("{LEAST_SKILLS_A_SECOND} skills a second, {MOST_PEAK} MiB{compared}"),
                    yes(is_fast && is_small && is_faster),
                )
            }
            _ => (String::new(), ""),
        }
    }

    /// Compares the processor time of a skill with the reference checker's, as it is started, which the
    /// limit is about, and as a library. We look at all files of a skill, it only at the frontmatter.
    fn against_the_reference(&self, row: &Row, samples: &[Cost]) -> (String, bool) {
        let times = |tool| {
            let found = self
                .rows
                .iter()
                .find(|(other, _)| other.workload == row.workload && other.tool == tool);
            found.map(|(other, others)| {
                skills_a_second(row, samples) / skills_a_second(other, others)
            })
        };
        let library = times(Tool::Reference).map(|times| format!(", {times:.0} × the library"));
        let program = times(Tool::ReferenceProgram);
        let started = program.map(|times| {
            format!(", {times:.0} × the reference checker; at least {LEAST_TIMES_REFERENCE}")
        });
        let is_faster = program.is_none_or(|times| times >= LEAST_TIMES_REFERENCE);
        (started.into_iter().chain(library).collect(), is_faster)
    }

    fn growth(&self) -> String {
        let (Some(small), Some(large)) = (
            self.find("made up, 1,000", Tool::AllRules),
            self.find("made up, 10,000", Tool::AllRules),
        ) else {
            return String::new();
        };
        let growth = cpu(large).as_secs_f64() / cpu(small).as_secs_f64();
        let linear = LARGE as f64 / SMALL as f64;
        format!(
            "Ten times as many skills take {growth:.1} times the processor time; limit {:.0}; met: {}.",
            linear * MOST_GROWTH,
            yes(growth <= linear * MOST_GROWTH)
        )
    }

    fn find(&self, workload: &str, tool: Tool) -> Option<&[Cost]> {
        let found = self
            .rows
            .iter()
            .find(|(row, _)| row.workload == workload && row.tool == tool);
        found.map(|(_, samples)| samples.as_slice())
    }
}

fn stranger(row: &Row, samples: &[Cost]) -> String {
    let met = wall(samples) < MOST_HOSTILE && peak(samples) < MOST_HOSTILE_PEAK;
    format!(
        "| {} | {} | 1 s, {MOST_HOSTILE_PEAK} MiB | {} |",
        row.workload,
        numbers(samples),
        yes(met)
    )
}

fn name(tool: Tool) -> &'static str {
    match tool {
        Tool::AllRules => "mdskill, all rules, one core",
        Tool::AllRulesAllCores => "mdskill, all rules, all cores",
        Tool::ReferenceProgram => "skills-ref, a process for each of 20 skills",
        Tool::Reference => "skills-ref as a library, one process",
        Tool::Cat => "cat of the same files",
    }
}

fn numbers(samples: &[Cost]) -> String {
    if let Some(failure) = samples.iter().find_map(|cost| cost.failure.as_deref()) {
        return format!("{} | |", failure.replace('|', "\\|"));
    }
    let walls = || samples.iter().map(|cost| cost.wall);
    format!(
        "{} ({}-{}) | {} | {:.1}",
        milliseconds(wall(samples)),
        milliseconds(walls().min().unwrap_or_default()),
        milliseconds(walls().max().unwrap_or_default()),
        milliseconds(cpu(samples)),
        peak(samples)
    )
}

/// By processor time, which is a core's own, however busy the machine is.
fn skills_a_second(row: &Row, samples: &[Cost]) -> f64 {
    row.skills as f64 / cpu(samples).as_secs_f64()
}

fn wall(samples: &[Cost]) -> Duration {
    median(samples, |cost| cost.wall)
}

fn cpu(samples: &[Cost]) -> Duration {
    median(samples, |cost| cost.cpu)
}

/// In MiB.
fn peak(samples: &[Cost]) -> f64 {
    median(samples, |cost| cost.peak) as f64 / 1024.0
}

fn median<Value: Ord + Copy>(samples: &[Cost], value: impl Fn(&Cost) -> Value) -> Value {
    let mut values: Vec<_> = samples.iter().map(value).collect();
    values.sort();
    values[values.len() / 2]
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1000.0)
}

fn yes(met: bool) -> &'static str {
    if met { "yes" } else { "**no**" }
}
