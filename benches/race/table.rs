//! Renders the results of a race as a Markdown table with its limits.

use crate::corpus::Corpus;
use crate::desk::Sample;
use crate::measure;
use crate::network::Network;
use crate::numbers::{self, median};
use crate::rounds::{Tool, Work};
use std::path::Path;

/// The maximum ratio of an update to git's, over the link.
const MAX_UPDATE: f64 = 1.0;
/// The maximum ratio of `add --all` to the wire alone, over the link.
const MAX_TO_WIRE: f64 = 1.05;
/// The name of the row of the wire alone.
const WIRE: &str = "the wire alone";
/// The maximum number of bytes for an update of 181 skills of which 10 changed.
const MAX_DOWN: u64 = 30_000;

/// The samples of each row, in the order of the rows.
#[derive(Default)]
pub struct Results {
    rows: Vec<Row>,
}

struct Row {
    work: Work,
    tool: &'static str,
    is_of_mdskill: bool,
    is_of_git: bool,
    rounds: Vec<usize>,
    samples: Vec<Sample>,
    skills: usize,
}

impl Results {
    pub fn add(&mut self, work: Work, tool: &Tool, round: usize, sample: Sample, skills: usize) {
        let name = name(tool, work);
        let mut rows = self.rows.iter();
        let at = rows.position(|row| row.work == work && row.tool == name);
        let at = at.unwrap_or_else(|| {
            self.rows.push(Row {
                work,
                tool: name,
                is_of_mdskill: matches!(tool, Tool::Mdskill),
                is_of_git: matches!(tool, Tool::Git),
                rounds: Vec::new(),
                samples: Vec::new(),
                skills,
            });
            self.rows.len() - 1
        });
        self.rows[at].rounds.push(round);
        self.rows[at].samples.push(sample);
    }

    /// Returns the median of the ratios to git, round by round, because both had the same load of the machine then.
    fn ratio_to_git(&self, row: &Row) -> Option<f64> {
        self.ratio(row, |other| other.is_of_git)
    }

    /// Returns the same to the wire alone.
    fn ratio_to_wire(&self, row: &Row) -> Option<f64> {
        let ratio = self.ratio(row, |other| other.tool == WIRE);
        ratio.filter(|_| row.is_of_mdskill)
    }

    fn ratio(&self, row: &Row, is_other: impl Fn(&Row) -> bool) -> Option<f64> {
        let mut rows = self.rows.iter();
        let git = rows.find(|other| is_other(other) && other.work == row.work)?;
        if is_other(row) || [row, git].iter().any(|row| row.has_failed()) {
            return None;
        }
        let wall = |row: &Row, round: usize| {
            let at = row.rounds.iter().position(|known| *known == round)?;
            Some(row.samples[at].cost.wall.as_secs_f64())
        };
        let rounds = row.rounds.iter();
        let ratios = rounds.filter_map(|round| Some(wall(row, *round)? / wall(git, *round)?));
        let mut ratios: Vec<f64> = ratios.collect();
        ratios.sort_by(f64::total_cmp);
        ratios.get(ratios.len() / 2).copied()
    }
}

impl Row {
    fn has_failed(&self) -> bool {
        numbers::failure(&self.samples).is_some()
    }

    fn down(&self) -> u64 {
        median(&self.samples, |sample| sample.traffic.down)
    }
}

/// Returns the headline: the machine, and the command to repeat it.
pub fn headline(place: &Path, runs: usize) -> String {
    format!(
        "{} Median of {runs} runs after one warm-up (min-max); other clients update the 10 skills once. `× git` is the \
         median of the ratios round by round. Made by `cargo bench --bench race`.{}",
        numbers::machine(place),
        measure::warning()
    )
}

/// Returns the title of a repository.
pub fn title(corpus: &Corpus, is_default: bool) -> String {
    let note = if is_default && corpus.is_the_measured_one() {
        ", without the contents of files outside of skills"
    } else {
        ""
    };
    format!("{}, {} skills{note}", corpus.name, corpus.skills)
}

/// Returns the maximum ratio of `add --all` to a clone on loopback, for the repositories for which it is defined.
pub fn max_ratio(corpus: &Corpus, is_default: bool) -> Option<f64> {
    match (corpus.name.as_str(), is_default) {
        // A clone of the copy without other contents has less to do.
        ("wshobson/agents", true) => Some(0.85),
        ("wshobson/agents", false) => Some(0.6),
        ("sickn33/antigravity-awesome-skills", _) => Some(0.75),
        ("NVIDIA/skills", _) => Some(1.0),
        _ => None,
    }
}

/// The table of one network.
pub fn render(
    results: &Results,
    corpus: &Corpus,
    network: &Network,
    max_ratio: Option<f64>,
) -> String {
    let mut text = format!(
        "| {} | tool | wall ms | own CPU ms | peak MiB | requests | bytes down | skills | × git | × wire | limit | met |\n\
         |---|---|---|---|---|---|---|---|---|---|---|---|\n",
        network.title
    );
    for row in &results.rows {
        let cells = match numbers::failure(&row.samples) {
            Some(failure) => format!("{failure} | | | | | "),
            None => format!(
                "{} | {} | {} | {}",
                numbers::costs(&row.samples),
                median(&row.samples, |sample| sample.traffic.requests),
                row.down(),
                row.skills
            ),
        };
        let ratios = [results.ratio_to_git(row), results.ratio_to_wire(row)];
        let [to_git, to_wire] = ratios.map(|ratio| match ratio {
            Some(ratio) => format!("{ratio:.2}"),
            None => String::new(),
        });
        let (limit, met) = limits(row, ratios, corpus, network, max_ratio);
        let work = describe(row.work);
        text = format!(
            "{text}| {work} | {} | {cells} | {to_git} | {to_wire} | {limit} | {met} |\n",
            row.tool
        );
    }
    text
}

/// Returns the limits of a row, and whether they are met.
fn limits(
    row: &Row,
    [to_git, to_wire]: [Option<f64>; 2],
    corpus: &Corpus,
    network: &Network,
    max_ratio: Option<f64>,
) -> (String, &'static str) {
    let is_known = max_ratio.is_some();
    let max_ratio = match row.work {
        Work::AddAll if !network.is_distant() => max_ratio,
        Work::UpdateChanged if network.is_distant() => max_ratio.and(Some(MAX_UPDATE)),
        _ => None,
    };
    let max_down =
        (row.work == Work::UpdateChanged && corpus.is_the_measured_one()).then_some(MAX_DOWN);
    let is_at_wire = row.work == Work::AddAll && network.is_distant() && is_known;
    if !row.is_of_mdskill || max_ratio.is_none() && max_down.is_none() && !is_at_wire {
        return (String::new(), "");
    }
    let mut shown = Vec::new();
    let mut is_met = !row.has_failed();
    if let Some(most) = max_ratio {
        shown.push(format!("{most:.2} × git"));
        is_met &= to_git.is_some_and(|ratio| ratio <= most);
    }
    if is_at_wire {
        shown.push(format!("{MAX_TO_WIRE:.2} × wire"));
        is_met &= to_wire.is_some_and(|ratio| ratio <= MAX_TO_WIRE);
    }
    if let Some(most) = max_down {
        shown.push(format!("{} KB down", most / 1000));
        is_met &= row.down() <= most;
    }
    (shown.join(", "), if is_met { "yes" } else { "**no**" })
}

fn describe(work: Work) -> &'static str {
    match work {
        Work::AddAll => "add all",
        Work::AddOne => "add one",
        Work::UpdateNothing => "update, nothing new",
        Work::UpdateChanged => "update, 10 skills changed",
    }
}

fn name(tool: &Tool, work: Work) -> &'static str {
    match (tool, work) {
        (Tool::Mdskill, _) => "mdskill",
        (Tool::Wire, _) => WIRE,
        (Tool::Git, Work::AddAll | Work::AddOne) => "git clone --depth 1",
        (Tool::Git, _) => "git fetch --depth 1, git reset --hard",
        (Tool::Peer(peer), _) => peer.name,
    }
}
