//! `update` and `outdated`: move each skill to what its ref now gives, when its own tree changed.

mod check_upstream;
mod local_edits;
mod min_age;
mod plan_skill;
mod source_update;

use std::collections::BTreeMap;

use serde::Serialize;

use self::check_upstream::ask_all;
use self::source_update::{Answer, Kept, Move, Relocked, Terms};
use super::OpError;
use super::apply::{self, Planned, Verdict, Wanted};
use super::change::{Action, Change, Conflicted, LeftAlone, Newer, Problem, refusal_reason};
use super::findings::Found;
use super::gate::{Gate, Refusal};
use super::installed::check_installed;
use crate::context::Context;
use crate::diagnostic::Diagnostic;
use crate::digest::Digest;
use crate::fetch;
use crate::install::plan;
use crate::lockfile::{Entry, Lockfile};
use crate::merge::Favor;
use crate::name::SkillName;
use crate::oid::ObjectId;
use crate::validate::Settings;

/// What to update, and how.
#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a decision of its own, and any of them go together"
)]
pub struct Options {
    /// The skills; none means all.
    pub names: Vec<SkillName>,
    /// Whether only to say what would happen.
    pub dry_run: bool,
    /// Whether edited skills go to the trash instead of being merged.
    pub force: bool,
    /// Who wins where edits and a new version change the same.
    pub favor: Favor,
    /// Whether the differences are wanted as git writes them.
    pub with_differences: bool,
    /// Whether a tag that points elsewhere now is followed.
    pub accept_moved_tag: bool,
    /// Which rules count, and how much.
    pub settings: Settings,
}

/// What was updated.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// Skills that moved, or would.
    pub skills: Vec<Change>,
    /// Skills of which there is a newer version than their ref gives; `update` does not move them there.
    pub newer: Vec<Newer>,
    /// How many were looked at and are as upstream has them.
    pub unchanged: usize,
    /// Edited skills that upstream changed, left as they are.
    pub left_alone: Vec<LeftAlone>,
    /// What the policy of `mdskill.toml` does not let in; those skills stay.
    pub refused: Vec<Refusal>,
    /// Edited skills whose edits and whose new version are in conflict, left as they are.
    pub conflicts: Vec<Conflicted>,
    /// Skills that their source no longer has; they stay.
    pub deleted: Vec<Problem>,
    /// Skills that can't move: a tag that moved, a name that is taken, files that are refused.
    pub stuck: Vec<Problem>,
    /// Sources that can't be fetched from; the others were updated.
    #[serde(serialize_with = "failures_as_text")]
    pub failed: Vec<Failed>,
    /// What validating found in the new versions, with their files as they lie or would lie on disk.
    pub diagnostics: Vec<Found>,
    /// Where edited folders were moved to.
    pub trashed: Vec<String>,
    /// How the files of each skill differ, as git writes it, when that was asked for.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub differences: BTreeMap<String, String>,
    /// Whether nothing was done on purpose.
    pub dry_run: bool,
}

/// A source that can't be fetched from.
#[derive(Debug)]
pub struct Failed {
    /// The source's spec.
    pub place: String,
    /// The skills that it has.
    pub skills: usize,
    /// Why.
    pub error: OpError,
}

fn failures_as_text<S: serde::Serializer>(
    failed: &[Failed],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let problem = |failed: &Failed| Problem {
        name: failed.place.clone(),
        reason: failed.error.to_string(),
    };
    serializer.collect_seq(failed.iter().map(problem))
}

/// Updates skills. A source that fails does not stop the others.
///
/// # Errors
/// When the lockfile can't be read, a name is not installed, or nothing can be written.
pub async fn update(context: &Context<'_>, options: &Options) -> Result<Report, OpError> {
    let gate = Gate::open(context)?;
    let lockfile = context
        .lockfile()?
        .ok_or_else(|| OpError::no_lockfile(&context.site))?;
    check_installed(&lockfile, &options.names)?;
    let mut report = Report {
        dry_run: options.dry_run,
        ..Report::default()
    };
    let terms = Terms {
        context,
        options,
        gate: &gate,
    };
    let mut answers = ask_all(terms, &lockfile, &mut report).await;
    for answer in &mut answers {
        report.unchanged += answer.unchanged;
        report.newer.append(&mut answer.newer);
        report.refused.append(&mut answer.refused);
        report.conflicts.append(&mut answer.conflicts);
        report.differences.extend(answer.differences.drain(..));
        report.left_alone.append(&mut answer.left_alone);
        report.deleted.extend(answer.deleted.iter().cloned());
        report.stuck.extend(answer.stuck.iter().cloned());
        for (name, found) in &answer.stuck_for {
            tell(context, &lockfile, name, found, &mut report);
        }
    }
    let stays = |answer: &Answer<'_>| answer.moves.is_empty() && answer.relocked.is_empty();
    if answers.iter().all(stays) {
        return Ok(report);
    }
    if options.dry_run {
        plan_moves(context, options, &lockfile, &answers, &mut report)?;
        return Ok(report);
    }
    let (mut report, trashed) = apply::in_transaction(context, |transaction, now| {
        check_unmoved(&answers, &lockfile, now)?;
        let lockfile = now;
        let (moving, mut planned) = plan_moves(context, options, lockfile, &answers, &mut report)?;
        for (moved, digest) in moving
            .into_iter()
            .zip(apply::put_all(transaction, &mut planned)?)
        {
            lockfile
                .skills
                .insert(moved.name.clone(), entry_of(moved, digest));
        }
        for relocked in answers.iter().flat_map(|answer| &answer.relocked) {
            if let Some(entry) = lockfile.skills.get_mut(&relocked.name) {
                entry.commit = relocked.commit;
            }
        }
        Ok((report, Verdict::Commit))
    })?;
    report.trashed = trashed;
    Ok(report)
}

/// Returns the entry of a skill whose files have this digest now. Markers are no edits that
/// anybody means: until they are resolved, `verify` finds them.
fn entry_of(moved: &Move, on_disk: Digest) -> Entry {
    let mut entry = moved.entry.clone();
    entry.digest = moved.kept.as_ref().map_or(on_disk, |kept| kept.upstream);
    let is_meant = |kept: &&Kept| kept.marked.is_empty() && on_disk != kept.upstream;
    entry.edits = moved.kept.as_ref().filter(is_meant).map(|_| on_disk);
    entry
}

/// What is to move must be as it was when its source was asked: another mdskill may
/// have pinned it since, or added it from elsewhere. One that was removed stays so.
fn check_unmoved(answers: &[Answer<'_>], asked: &Lockfile, now: &Lockfile) -> Result<(), OpError> {
    let moved = answers.iter().flat_map(|answer| &answer.moves);
    let relocked = answers.iter().flat_map(|answer| &answer.relocked);
    let mut names = moved
        .map(|moved| &moved.name)
        .chain(relocked.map(|relocked| &relocked.name));
    let has_changed = |name: &SkillName| {
        let entry = now.skills.get(name);
        entry.is_some() && entry != asked.skills.get(name)
    };
    match names.any(has_changed) {
        true => Err(OpError::LockfileChanged),
        false => Ok(()),
    }
}

/// Plans every move; what must be left alone is reported instead.
fn plan_moves<'a>(
    context: &Context<'_>,
    options: &Options,
    lockfile: &Lockfile,
    answers: &'a [Answer<'_>],
    report: &mut Report,
) -> Result<(Vec<&'a Move>, Vec<Planned<'a>>), OpError> {
    let (mut moving, mut planned) = (Vec::new(), Vec::new());
    for answer in answers {
        for moved in &answer.moves {
            // One that was removed while its source was asked stays so.
            let Some(before) = lockfile.skills.get(&moved.name) else {
                continue;
            };
            let targets = lockfile.targets_of(before);
            let wanted = Wanted {
                name: &moved.name,
                files: &moved.files,
                digest: None,
                locked: Some(before),
                replaceable: moved.kept.as_ref().map(|kept| kept.on_disk),
                targets,
                why,
            };
            match apply::plan(
                &context.site,
                &wanted,
                options.force,
                answer.repository.objects(),
            )? {
                Err(refused) => report.left_alone.extend(refused),
                Ok(plan) => {
                    let mut change = change(context, moved, before, lockfile);
                    if options.dry_run {
                        let trashed = apply::trash_notes(&context.site, plan.name, &plan.plan);
                        change.notes.extend(trashed);
                    }
                    report.skills.push(change);
                    report
                        .conflicts
                        .extend(marked(context, moved, before, lockfile));
                    let unified = moved.unified.clone();
                    report
                        .differences
                        .extend(unified.map(|unified| (moved.name.to_string(), unified)));
                    tell(context, lockfile, &moved.name, &moved.diagnostics, report);
                    moving.push(moved);
                    planned.push(plan);
                }
            }
        }
    }
    for relocked in answers.iter().flat_map(|answer| &answer.relocked) {
        report
            .skills
            .extend(relocked_change(context, relocked, lockfile));
    }
    Ok((moving, planned))
}

/// Edits that were there when the source was asked are merged: these are newer.
fn why(refusal: plan::Refusal) -> &'static str {
    match refusal {
        plan::Refusal::Edited => {
            "it was edited while its new version was being fetched; the next update merges that too"
        }
        other => refusal_reason(other),
    }
}

/// Takes what was found in a new version, whose files lie or would lie in the first of its places.
fn tell(
    context: &Context<'_>,
    lockfile: &Lockfile,
    name: &SkillName,
    found: &[Diagnostic],
    report: &mut Report,
) {
    let Some(entry) = lockfile.skills.get(name) else {
        return;
    };
    let places = apply::places(&context.site, name, lockfile.targets_of(entry));
    let place = places.first().map_or("", String::as_str);
    report.diagnostics.extend(Found::of(place, found.to_vec()));
}

fn change(context: &Context<'_>, moved: &Move, before: &Entry, lockfile: &Lockfile) -> Change {
    let places = apply::places(&context.site, &moved.name, lockfile.targets_of(before));
    Change {
        from: before.commit.map(|commit| commit.to_string()),
        notes: moved.notes.clone(),
        diff: Some(moved.diff.clone()),
        lineage: moved.lineage.clone(),
        compare_url: compare_url(context, before, moved.entry.commit),
        edited: moved.kept.as_ref().map_or_else(Vec::new, settled_edits),
        ..Change::of(&moved.name, &moved.entry, Action::Updated, places)
    }
}

/// Returns the files whose edits are kept; of those with markers nothing is settled yet.
fn settled_edits(kept: &Kept) -> Vec<String> {
    let is_marked = |path: &&String| kept.marked.iter().any(|marked| marked.path == **path);
    let settled = kept.edited.iter().filter(|path| !is_marked(path));
    settled.cloned().collect()
}

/// Describes a skill whose files stay where its history was rewritten.
fn relocked_change(
    context: &Context<'_>,
    relocked: &Relocked,
    lockfile: &Lockfile,
) -> Option<Change> {
    let before = lockfile.skills.get(&relocked.name)?;
    let places = apply::places(&context.site, &relocked.name, lockfile.targets_of(before));
    Some(Change {
        from: before.commit.map(|commit| commit.to_string()),
        commit: relocked.commit.map(|commit| commit.to_string()),
        notes: relocked.note.iter().cloned().collect(),
        ..Change::of(&relocked.name, before, Action::Relocked, places)
    })
}

fn compare_url(context: &Context<'_>, before: &Entry, now: Option<ObjectId>) -> Option<String> {
    fetch::compare_url(&before.source, &context.env, before.commit?, now?)
}

/// Returns what is marked in the files of a skill for somebody to decide.
fn marked(
    context: &Context<'_>,
    moved: &Move,
    before: &Entry,
    lockfile: &Lockfile,
) -> Option<Conflicted> {
    let marked = &moved.kept.as_ref()?.marked;
    let places = apply::places(&context.site, &moved.name, lockfile.targets_of(before));
    (!marked.is_empty()).then(|| Conflicted {
        name: moved.name.to_string(),
        place: places.join(", "),
        commit: moved.entry.commit.map(|commit| commit.to_string()),
        is_marked: true,
        files: marked.clone(),
    })
}
