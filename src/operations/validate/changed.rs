//! Validates the skills that changed since a commit, and reports only their new findings.

use std::collections::HashMap;

use rayon::prelude::*;

use super::baseline::{Baseline, Change};
use super::discover::{DiskPath, Group};
use super::report::Report;
use super::results::Results;
use super::run::{Runner, SkillOutcome};
use crate::operations::OpError;
use crate::parallel;
use crate::skill::DiskFiles;
use mdskill_lint::diagnostic::Diagnostic;
use mdskill_lint::skill_facts::SkillFacts;
use mdskill_lint::{Settings, ValidationResult, read_facts};

/// Validates the skills of a group that differ from the baseline, and reports their new findings.
///
/// # Errors
/// If git's objects can't be read, or it is interrupted.
pub(super) fn validate_changes(
    runner: &Runner<'_>,
    group: &Group,
    baseline: &Baseline,
    report: &mut Report,
) -> Result<(), OpError> {
    let settings = &runner.settings;
    let ours: Vec<&DiskPath> = baseline.ours(&group.skills);
    let changes = baseline.changes(&ours)?;
    let commit = &baseline.commit;
    let is_any_changed = changes.iter().any(|change| *change != Change::None);
    let compare = |(skill, change): (&&DiskPath, &Change)| {
        let before = match change {
            Change::Differs(old) => commit.validate(skill, *old, runner.settings_for(skill))?,
            Change::None | Change::New => ValidationResult::default(),
        };
        let now = match change {
            Change::None if !is_any_changed => SkillOutcome::Done(ValidationResult::default()),
            // Findings across skills need the facts of unchanged skills, too.
            Change::None => SkillOutcome::Done(facts_only(skill, group, settings)),
            Change::New | Change::Differs(_) => runner.check(skill, group)?,
        };
        Ok((now, before))
    };
    let compared = ours.par_iter().zip(&changes).map(compare);
    let compared: Vec<_> = parallel::run(|| compared.collect::<Result<_, OpError>>())?;
    let (mut now, mut before, mut is_changed) = (Vec::new(), Vec::new(), Vec::new());
    let mut unlisted = Vec::new();
    for ((skill, change), (outcome, old)) in ours.iter().zip(changes).zip(compared) {
        match outcome {
            SkillOutcome::Done(found) => {
                let is_same = change == Change::None;
                before.push((
                    skill.shown.clone(),
                    if is_same { found.clone() } else { old },
                ));
                now.push((skill.shown.clone(), found));
                is_changed.push(!is_same);
            }
            SkillOutcome::Gone => {}
            SkillOutcome::Unlisted(error) => unlisted.push((*skill, error)),
        }
    }
    let loose = baseline.ours(&group.loose);
    let mut loose_before = Vec::new();
    for file in &loose {
        if commit.has_file(file)? {
            loose_before.push(*file);
        }
    }
    let mut now = Results::of(now, &loose, settings);
    now.filter(|skill, found| runner.drop_ignored(skill, found));
    let before = Results::of(before, &loose_before, settings);
    add_new(now, before, &is_changed, report);
    runner.report_unlisted(group, &unlisted, report);
    Ok(())
}

/// Adds the new findings to the report.
fn add_new(now: Results, before: Results, is_changed: &[bool], report: &mut Report) {
    let mut known = OldFindings::of(before.loose);
    for diagnostic in known.drop_from(now.loose) {
        report.push("", diagnostic);
    }
    let mut matched = known.matched;
    let skills = now.skills.into_iter().zip(before.skills);
    let mut unchanged = 0;
    for (((skill, found), (_, before)), is_changed) in skills.zip(is_changed) {
        let mut known = OldFindings::of(before);
        let found = known.drop_from(found);
        matched += known.matched;
        if *is_changed {
            report.add(&skill, found);
        } else {
            unchanged += 1;
            report.push_all(&skill, found);
        }
    }
    if let Some(since) = &mut report.summary.since {
        since.known += matched;
        since.unchanged += unchanged;
    }
}

/// The findings of the old version. Their lines do not count, because edits move lines.
struct OldFindings {
    counts: HashMap<(&'static str, String, String), usize>,
    matched: usize,
}

impl OldFindings {
    fn of(found: impl IntoIterator<Item = Diagnostic>) -> Self {
        let mut counts = HashMap::new();
        for found in found {
            *counts
                .entry((found.code, found.file, found.message))
                .or_default() += 1;
        }
        Self { counts, matched: 0 }
    }

    /// Returns the findings that the old version does not have.
    fn drop_from(&mut self, mut found: Vec<Diagnostic>) -> Vec<Diagnostic> {
        found.retain(|found| !self.matches(found));
        found
    }

    /// Whether the old version has an equal finding that was not matched yet.
    fn matches(&mut self, found: &Diagnostic) -> bool {
        let key = (found.code, found.file.clone(), found.message.clone());
        match self.counts.get_mut(&key) {
            Some(count) if *count > 0 => {
                *count -= 1;
                self.matched += 1;
                true
            }
            _ => false,
        }
    }
}

fn facts_only(skill: &DiskPath, group: &Group, settings: &Settings) -> ValidationResult {
    let view = DiskFiles::open(&skill.real, group.around());
    ValidationResult {
        facts: view.map_or_else(
            |_| SkillFacts::default(),
            |view| read_facts(&view, settings),
        ),
        ..ValidationResult::default()
    }
}
