//! Validating skills on disk, a bounded number at a time: of each only the findings stay.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use rayon::prelude::*;

use super::find::{Group, Lying};
use super::report::Report;
use super::since::{Baseline, Change};
use crate::diagnostic::Diagnostic;
use crate::fs::Error;
use crate::ops::OpError;
use crate::ops::findings::join;
use crate::validate::set::{Facts, Set};
use crate::validate::{self, Checked, Settings, facts_of, validate, validate_set};
use crate::view::DiskView;

/// Skills that are read before their findings are noted.
const CHUNK: usize = 256;

/// What became of one skill.
enum Looked {
    /// It was validated.
    At(Checked),
    /// It is gone.
    Gone,
    /// It can't be listed.
    Unlisted(Error),
}

/// Validates the skills of a group.
pub(super) fn validate_group(group: &Group, settings: &Settings, report: &mut Report) {
    let mut facts: Vec<(String, Facts)> = Vec::with_capacity(group.skills.len());
    let mut unlisted = Vec::new();
    for chunk in group.skills.chunks(CHUNK) {
        let look = |skill: &Lying| look_at(skill, group, settings);
        let looked: Vec<Looked> = chunk.par_iter().map(look).collect();
        for (skill, looked) in chunk.iter().zip(looked) {
            match looked {
                Looked::At(checked) => {
                    report.add(&skill.shown, checked.diagnostics);
                    facts.push((skill.shown.clone(), checked.facts));
                }
                Looked::Gone => {}
                Looked::Unlisted(error) => unlisted.push((skill.shown.as_str(), error)),
            }
        }
    }
    for (place, diagnostic) in between(&facts, settings) {
        report.push(&place, diagnostic);
    }
    tell_unlisted(group, &unlisted, settings, report);
}

/// Validates the skills of a group that differ from the baseline, and takes what is new in them.
///
/// # Errors
/// When git's objects can't be read.
pub(super) fn validate_changes(
    group: &Group,
    baseline: &Baseline,
    settings: &Settings,
    report: &mut Report,
) -> Result<(), OpError> {
    let ours: Vec<&Lying> = group
        .skills
        .iter()
        .filter(|skill| baseline.has(skill))
        .collect();
    let changes = baseline.changes(&ours, &group.repository)?;
    let then = &baseline.then;
    let (mut now, mut before, mut unlisted) = (Vec::new(), Vec::new(), Vec::new());
    let any = changes.iter().any(|change| !matches!(change, Change::None));
    for (skills, changes) in ours.chunks(CHUNK).zip(changes.chunks(CHUNK)) {
        let look = |(skill, change): (&&Lying, &Change)| match change {
            // What lies between skills concerns those that did not change as well.
            Change::None if any => Ok((Looked::At(facts_only(skill, group, settings)), None)),
            Change::None => Ok((Looked::Gone, None)),
            Change::New => Ok((look_at(skill, group, settings), None)),
            Change::Differs(old) => {
                let old = then.validate(skill, *old, settings)?;
                Ok((look_at(skill, group, settings), Some(old)))
            }
        };
        let pairs = skills.par_iter().zip(changes);
        let looked: Vec<_> = pairs.map(look).collect::<Result<_, OpError>>()?;
        for ((skill, change), (looked, old)) in skills.iter().zip(changes).zip(looked) {
            let is_known = matches!(change, Change::None);
            let place = skill.shown.as_str();
            match looked {
                Looked::At(checked) => {
                    let old = old.unwrap_or_default();
                    if is_known {
                        before.push((place.to_owned(), checked.facts.clone()));
                    } else {
                        let mut known = Known::of(old.diagnostics);
                        let found = checked.diagnostics.into_iter();
                        report.add(place, found.filter(|found| !known.take(found)).collect());
                        count(report, known.taken);
                        before.push((place.to_owned(), old.facts));
                    }
                    now.push((place.to_owned(), checked.facts));
                }
                Looked::Gone => {}
                Looked::Unlisted(error) => unlisted.push((place, error)),
            }
            if is_known && let Some(since) = &mut report.summary.since {
                since.unchanged += 1;
            }
        }
    }
    let mut known = Known::of(
        between(&before, settings)
            .into_iter()
            .map(|(_, found)| found),
    );
    for (place, diagnostic) in between(&now, settings) {
        if !known.take(&diagnostic) {
            report.push(&place, diagnostic);
        }
    }
    count(report, known.taken);
    tell_unlisted(group, &unlisted, settings, report);
    Ok(())
}

fn count(report: &mut Report, known: usize) {
    if let Some(since) = &mut report.summary.since {
        since.known += known;
    }
}

/// Findings that were there before: where they stood does not matter, for lines move.
struct Known {
    counts: HashMap<(&'static str, String, String), usize>,
    taken: usize,
}

impl Known {
    fn of(found: impl IntoIterator<Item = Diagnostic>) -> Self {
        let mut counts = HashMap::new();
        for found in found {
            *counts
                .entry((found.code, found.file, found.message))
                .or_default() += 1;
        }
        Self { counts, taken: 0 }
    }

    /// Whether one like it was there before, and did not stand for another yet.
    fn take(&mut self, found: &Diagnostic) -> bool {
        let key = (found.code, found.file.clone(), found.message.clone());
        match self.counts.get_mut(&key) {
            Some(count) if *count > 0 => {
                *count -= 1;
                self.taken += 1;
                true
            }
            _ => false,
        }
    }
}

fn look_at(skill: &Lying, group: &Group, settings: &Settings) -> Looked {
    match DiskView::open(&skill.real, group.around()) {
        Ok(view) => Looked::At(validate(&view, settings)),
        Err(error) if error.source.kind() == std::io::ErrorKind::NotFound => Looked::Gone,
        Err(error) => Looked::Unlisted(error),
    }
}

fn facts_only(skill: &Lying, group: &Group, settings: &Settings) -> Checked {
    let view = DiskView::open(&skill.real, group.around());
    Checked {
        facts: view.map_or_else(|_| Facts::default(), |view| facts_of(&view, settings)),
        ..Checked::default()
    }
}

/// Returns what is found between skills, each with the skill's place and the file as it is shown.
fn between(facts: &[(String, Facts)], settings: &Settings) -> Vec<(String, Diagnostic)> {
    let set = Set {
        skills: facts,
        loose: &[],
    };
    let found = validate_set(&set, settings).into_iter();
    let placed = found.map(|(skill, mut diagnostic)| {
        let place = skill.map_or("", |at| &facts[at].0);
        diagnostic.file = join(place, &diagnostic.file);
        (place.to_owned(), diagnostic)
    });
    placed.collect()
}

/// Tells what could not be listed, each folder once: a skill's was met on the way to it as well.
fn tell_unlisted(
    group: &Group,
    skills: &[(&str, Error)],
    settings: &Settings,
    report: &mut Report,
) {
    let told: HashSet<&Path> = skills
        .iter()
        .map(|(_, error)| error.path.as_path())
        .collect();
    let others = group.unlisted.iter();
    let others = others.filter(|(_, error)| !told.contains(error.path.as_path()));
    let others = others.map(|(place, error)| (place.as_str(), error));
    let skills = skills.iter().map(|(place, error)| (*place, error));
    for (place, error) in skills.chain(others) {
        let Error { action, source, .. } = error;
        let reason = format!("can't {action} it: {source}");
        if let Some(mut diagnostic) = validate::unlisted(&reason, settings) {
            place.clone_into(&mut diagnostic.file);
            report.push(place, diagnostic);
        }
    }
}
