//! The works, and the rounds in which the tools take turns.

use crate::corpus::Corpus;
use crate::desk::{Desk, Sample};
use crate::network::Network;
use crate::peers::Peer;
use crate::table::Results;
use crate::wire_alone;
use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The failure of mdskill when it refused some of the skills.
const REFUSED: &str = "failed: exit status: 3";
/// The end of a page that the next commit upstream changes.
const CHANGED: &str = "\nOne more line.\n";

/// What the tools do, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    AddAll,
    AddOne,
    UpdateNothing,
    UpdateChanged,
}

/// A program that takes part.
pub enum Tool {
    Mdskill,
    /// The requests of mdskill without a client, right after it.
    Wire,
    Git,
    Peer(Peer),
}

/// A race in one repository over one network.
pub struct Race<'a> {
    pub corpus: &'a Corpus,
    pub network: &'a Network,
    /// The folder for projects and caches.
    pub place: &'a Path,
    pub tools: &'a [Tool],
}

impl Race<'_> {
    /// Runs all rounds. The first one fills the caches of the system, and is not counted.
    pub fn run(&self, runs: usize) -> Results {
        let mut results = Results::default();
        for round in 0..=runs {
            self.round(round, &mut results);
        }
        results
    }

    fn round(&self, round: usize, results: &mut Results) {
        let mut run = |work, desks: &[Desk]| {
            for (tool, desk) in self.tools.iter().zip(desks) {
                if round != 1 && tool.is_slow(work) {
                    continue;
                }
                if let Some((sample, skills)) = self.sample(tool, work, desk)
                    && round > 0
                {
                    results.add(work, tool, round, sample, skills);
                }
            }
        };
        let all = self.desks();
        run(Work::AddAll, &all);
        run(Work::AddOne, &self.desks());
        run(Work::UpdateNothing, &all);
        self.corpus.go_on();
        run(Work::UpdateChanged, &all);
        self.corpus.go_back();
    }

    /// Returns a new user for each tool.
    fn desks(&self) -> Vec<Desk> {
        let desk = |_| Desk::new(self.place, self.network.url());
        self.tools.iter().map(desk).collect()
    }

    /// Runs a tool once, and returns the number of skills that it installed or changed, too.
    fn sample(&self, tool: &Tool, work: Work, desk: &Desk) -> Option<(Sample, usize)> {
        if matches!(tool, Tool::Wire) {
            return Some((wire_alone::replay(self.network)?, 0));
        }
        let command = tool.command(work, desk, self.corpus)?;
        let before = names(&desk.pages());
        let mut sample = self.network.sample(&command);
        if work == Work::AddAll {
            // Skills that mdskill refuses are not a failure: the table has the number of the others.
            sample.cost.failure.take_if(|why| why.starts_with(REFUSED));
        }
        let mut pages = desk.pages();
        let expected = match work {
            Work::AddAll | Work::AddOne => 1,
            Work::UpdateNothing => before.len().max(1),
            Work::UpdateChanged => {
                pages.retain(|page| has_changed(page));
                let moving = self.corpus.moving.iter();
                let moving = moving.filter_map(|folder| Path::new(folder).file_name());
                moving.filter(|name| before.contains(*name)).count().max(1)
            }
        };
        let skills = names(&pages).len();
        if skills < expected && sample.cost.failure.is_none() {
            sample.cost.failure = Some(format!("failed: {skills} skills of {expected}"));
        }
        Some((sample, skills))
    }
}

/// Returns the names of skills. Some clients install a skill for several agents, and it is one skill.
fn names(pages: &[PathBuf]) -> BTreeSet<OsString> {
    let folders = pages.iter().filter_map(|page| page.parent()?.file_name());
    folders.map(OsStr::to_owned).collect()
}

fn has_changed(page: &Path) -> bool {
    std::fs::read_to_string(page).is_ok_and(|text| text.ends_with(CHANGED))
}

impl Tool {
    /// Returns the command for a work; `None` if there is no such command.
    fn command(&self, work: Work, desk: &Desk, corpus: &Corpus) -> Option<Command> {
        let repository = corpus.name.as_str();
        match (self, work) {
            (Self::Mdskill, Work::AddAll) => {
                Some(desk.mdskill(&["add", repository, "--all", "--yes"]))
            }
            (Self::Mdskill, Work::AddOne) => {
                Some(desk.mdskill(&["add", &corpus.spec(&corpus.skill)]))
            }
            (Self::Mdskill, _) => Some(desk.mdskill(&["update"])),
            (Self::Wire, _) => None,
            (Self::Git, Work::AddAll | Work::AddOne) => Some(desk.clone_shallow(repository)),
            (Self::Git, _) => {
                let script =
                    "cd copy && git fetch --quiet --depth 1 && git reset --quiet --hard FETCH_HEAD";
                Some(desk.command("sh", &["-c", script]))
            }
            (Self::Peer(peer), _) => {
                let skill = corpus.skill.rsplit('/').next().unwrap_or_default();
                peer.command(work, desk, repository, skill)
            }
        }
    }

    /// Whether it takes so long that it is run once: each changed skill is one more clone of the repository.
    fn is_slow(&self, work: Work) -> bool {
        matches!(self, Self::Peer(_)) && work == Work::UpdateChanged
    }
}
