//! Validating only what changed on disk since a commit, and taking only what is new in it.

use std::collections::HashMap;

use rayon::prelude::*;

use super::baseline::{Baseline, Change};
use super::discover::{Group, Lying};
use super::report::Report;
use super::results::Together;
use super::run::{CHUNK, Look, Looked};
use crate::ops::OpError;
use crate::view::DiskFiles;
use mdskill_lint::diagnostic::Diagnostic;
use mdskill_lint::skill_facts::SkillFacts;
use mdskill_lint::{Settings, ValidationResult, read_facts};

/// Validates the skills of a group that differ from the baseline, and takes what is new in them.
///
/// # Errors
/// When git's objects can't be read, or it is interrupted.
pub(super) fn validate_changes(
    look: &Look<'_>,
    group: &Group,
    baseline: &Baseline,
    report: &mut Report,
) -> Result<(), OpError> {
    let settings = &look.rules.settings;
    let ours: Vec<&Lying> = baseline.ours(&group.skills);
    let changes = baseline.changes(&ours, &group.repository)?;
    let then = &baseline.then;
    let is_any_changed = changes.iter().any(|change| *change != Change::None);
    let mut both = Both::default();
    let mut unlisted = Vec::new();
    for (skills, changes) in ours.chunks(CHUNK).zip(changes.chunks(CHUNK)) {
        let pairs = skills.par_iter().zip(changes);
        let compare = |(skill, change): (&&Lying, &Change)| {
            let before = match change {
                Change::Differs(old) => then.validate(skill, *old, settings)?,
                Change::None | Change::New => ValidationResult::default(),
            };
            let now = match change {
                Change::None if !is_any_changed => Looked::At(ValidationResult::default()),
                // What lies between skills concerns those that did not change as well.
                Change::None => Looked::At(facts_only(skill, group, settings)),
                Change::New | Change::Differs(_) => look.check(skill, group)?,
            };
            Ok((now, before))
        };
        let compared: Vec<_> = pairs.map(compare).collect::<Result<_, OpError>>()?;
        for ((skill, change), (now, before)) in skills.iter().zip(changes).zip(compared) {
            match now {
                Looked::At(now) => both.add(skill, *change, now, before),
                Looked::Gone => {}
                Looked::Unlisted(error) => unlisted.push((*skill, error)),
            }
        }
    }
    let loose = baseline.ours(&group.loose);
    let mut loose_before = Vec::new();
    for file in &loose {
        if then.has_file(file)? {
            loose_before.push(*file);
        }
    }
    let mut now = Together::of(both.now, &loose, settings);
    now.filter(|skill, found| look.drop_ignored(skill, found));
    let before = Together::of(both.before, &loose_before, settings);
    take_new(now, before, &both.is_changed, report);
    look.tell_unlisted(group, &unlisted, report);
    Ok(())
}

/// The skills as they are and as they were, in the same order.
#[derive(Default)]
struct Both {
    now: Vec<(String, ValidationResult)>,
    before: Vec<(String, ValidationResult)>,
    is_changed: Vec<bool>,
}

impl Both {
    fn add(
        &mut self,
        skill: &Lying,
        change: Change,
        now: ValidationResult,
        before: ValidationResult,
    ) {
        let is_changed = change != Change::None;
        let before = match is_changed {
            true => before,
            false => now.clone(),
        };
        self.now.push((skill.shown.clone(), now));
        self.before.push((skill.shown.clone(), before));
        self.is_changed.push(is_changed);
    }
}

/// Takes what was not found before.
fn take_new(now: Together, before: Together, is_changed: &[bool], report: &mut Report) {
    let mut known = Known::of(before.loose);
    for diagnostic in known.drop_from(now.loose) {
        report.push("", diagnostic);
    }
    let mut taken = known.taken;
    let skills = now.skills.into_iter().zip(before.skills);
    let mut unchanged = 0;
    for (((skill, found), (_, before)), is_changed) in skills.zip(is_changed) {
        let mut known = Known::of(before);
        let found = known.drop_from(found);
        taken += known.taken;
        if *is_changed {
            report.add(&skill, found);
        } else {
            unchanged += 1;
            report.push_all(&skill, found);
        }
    }
    if let Some(since) = &mut report.summary.since {
        since.known += taken;
        since.unchanged += unchanged;
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

    /// Returns those of which none like it was there before.
    fn drop_from(&mut self, mut found: Vec<Diagnostic>) -> Vec<Diagnostic> {
        found.retain(|found| !self.take(found));
        found
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

fn facts_only(skill: &Lying, group: &Group, settings: &Settings) -> ValidationResult {
    let view = DiskFiles::open(&skill.real, group.around());
    ValidationResult {
        facts: view.map_or_else(
            |_| SkillFacts::default(),
            |view| read_facts(&view, settings),
        ),
        ..ValidationResult::default()
    }
}
