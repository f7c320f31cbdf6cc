//! Renders the results as Markdown tables with their limits.

use std::time::Duration;

use crate::measure::{self, Cost};
use crate::rows::{LARGE, Row, SMALL, Tool, Workloads};

/// Minimum number of skills per second on one core, with every rule.
const MIN_SKILLS_PER_SECOND: f64 = 3_000.0;
/// Minimum speed relative to the reference checker.
const MIN_SPEEDUP: f64 = 100.0;
/// Maximum peak memory, in MiB.
const MAX_PEAK: f64 = 50.0;
/// Maximum growth of the time, relative to the growth of the number of skills.
const MAX_GROWTH: f64 = 1.2;
/// Maximum wall time for hostile input.
const MAX_HOSTILE: Duration = Duration::from_secs(1);
/// Maximum peak memory for hostile input, in MiB. It is higher, because a megabyte of findings is kept.
const MAX_HOSTILE_PEAK: f64 = 200.0;

/// The samples of each row, in the order of the rows.
#[derive(Default)]
pub struct Results<'a> {
    rows: Vec<(&'a Row, Vec<Cost>)>,
}

/// Describes the machine, the programs and the number of runs.
pub fn headline(workloads: &Workloads, runs: usize) -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let skills_ref = if workloads.has_skills_ref {
        "reference checker: skills-ref from the Python registry, all skills in one process"
    } else {
        "the reference checker is not installed (`pip install skills-ref`, and add it to `PATH`)"
    };
    let build = measure::warning();
    format!(
        "Machine: {cores} cores, {} {}; files in memory; {skills_ref}. Median of {runs} runs after one warm-up (min-max). \
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
            "| workload | program | wall ms | CPU ms | peak MiB | skills per CPU second | limit | met |"
                .to_owned(),
            "|---|---|---|---|---|---|---|---|".to_owned(),
        ];
        lines.extend(
            ordinary
                .iter()
                .map(|(row, samples)| self.ordinary(row, samples)),
        );
        lines.extend([String::new(), self.growth(), String::new()]);
        lines.push("| hostile input | wall ms | CPU ms | peak MiB | limit | met |".to_owned());
        lines.push("|---|---|---|---|---|---|".to_owned());
        lines.extend(
            hostile
                .iter()
                .map(|(row, samples)| hostile_row(row, samples)),
        );
        lines.join("\n")
    }

    fn ordinary(&self, row: &Row, samples: &[Cost]) -> String {
        let (limit, met) = self.limit(row, samples);
        format!(
            "| {} | {} | {} | {:.0} | {limit} | {met} |",
            row.workload,
            name(row.tool),
            numbers(samples),
            skills_per_second(row, samples)
        )
    }

    fn limit(&self, row: &Row, samples: &[Cost]) -> (String, &'static str) {
        match row.tool {
            Tool::AllRules => {
                let is_fast = skills_per_second(row, samples) >= MIN_SKILLS_PER_SECOND;
                let is_small = peak(samples) < MAX_PEAK;
                let (compared, is_faster) = self.speedup(row, samples);
                (
                    format!("{MIN_SKILLS_PER_SECOND} skills per second, {MAX_PEAK} MiB{compared}"),
                    yes(is_fast && is_small && is_faster),
                )
            }
            _ => (String::new(), ""),
        }
    }

    /// Compares the CPU time per skill with the reference checker's, both as a program, which the limit
    /// is about, and as a library. mdskill reads all files of a skill, skills-ref only the frontmatter.
    fn speedup(&self, row: &Row, samples: &[Cost]) -> (String, bool) {
        let times = |tool| {
            let found = self
                .rows
                .iter()
                .find(|(other, _)| other.workload == row.workload && other.tool == tool);
            found.map(|(other, others)| {
                skills_per_second(row, samples) / skills_per_second(other, others)
            })
        };
        let library =
            times(Tool::SkillsRefLibrary).map(|times| format!(", {times:.0} × the library"));
        let program = times(Tool::SkillsRefProgram);
        let started = program
            .map(|times| format!(", {times:.0} × the reference checker; at least {MIN_SPEEDUP}"));
        let is_faster = program.is_none_or(|times| times >= MIN_SPEEDUP);
        (started.into_iter().chain(library).collect(), is_faster)
    }

    fn growth(&self) -> String {
        let (Some(small), Some(large)) = (
            self.find("synthetic, 1,000", Tool::AllRules),
            self.find("synthetic, 10,000", Tool::AllRules),
        ) else {
            return String::new();
        };
        let growth = cpu(large).as_secs_f64() / cpu(small).as_secs_f64();
        let linear = LARGE as f64 / SMALL as f64;
        format!(
            "Ten times as many skills take {growth:.1} times the CPU time; limit {:.0}; met: {}.",
            linear * MAX_GROWTH,
            yes(growth <= linear * MAX_GROWTH)
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

fn hostile_row(row: &Row, samples: &[Cost]) -> String {
    let met = wall(samples) < MAX_HOSTILE && peak(samples) < MAX_HOSTILE_PEAK;
    format!(
        "| {} | {} | 1 s, {MAX_HOSTILE_PEAK} MiB | {} |",
        row.workload,
        numbers(samples),
        yes(met)
    )
}

fn name(tool: Tool) -> &'static str {
    match tool {
        Tool::AllRules => "mdskill, all rules, one core",
        Tool::AllRulesAllCores => "mdskill, all rules, all cores",
        Tool::SkillsRefProgram => "skills-ref, a process for each of 20 skills",
        Tool::SkillsRefLibrary => "skills-ref as a library, one process",
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

/// Uses CPU time, because wall time depends on the load of the machine.
fn skills_per_second(row: &Row, samples: &[Cost]) -> f64 {
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
