//! `update` and `outdated`: move each skill to what its ref now gives, when its own tree changed.

mod ask;

use serde::Serialize;

use self::ask::{Answer, Move, ask_all};
use super::OpError;
use super::apply::{self, Planned, Verdict, Wanted};
use super::change::{Action, Change, Conflicted, LeftAlone, Problem};
use super::findings::Found;
use super::installed::check_installed;
use crate::context::Context;
use crate::diagnostic::Diagnostic;
use crate::lockfile::{Entry, Lockfile};
use crate::name::SkillName;
use crate::validate::Settings;

/// What to update, and how.
#[derive(Debug, Default)]
pub struct Options {
    /// The skills; none means all.
    pub names: Vec<SkillName>,
    /// Whether only to say what would happen.
    pub dry_run: bool,
    /// Whether edited skills go to the trash instead of staying.
    pub force: bool,
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
    /// How many were looked at and are as upstream has them.
    pub unchanged: usize,
    /// Edited skills that upstream changed, left as they are.
    pub left_alone: Vec<LeftAlone>,
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
    let lockfile = context
        .lockfile()?
        .ok_or_else(|| OpError::no_lockfile(&context.site))?;
    check_installed(&lockfile, &options.names)?;
    let mut report = Report {
        dry_run: options.dry_run,
        ..Report::default()
    };
    let answers = ask_all(context, options, &lockfile, &mut report).await;
    for answer in &answers {
        report.unchanged += answer.unchanged;
        report.deleted.extend(answer.deleted.iter().cloned());
        report.stuck.extend(answer.stuck.iter().cloned());
        for (name, found) in &answer.stuck_for {
            tell(context, &lockfile, name, found, &mut report);
        }
    }
    if answers.iter().all(|answer| answer.moves.is_empty()) {
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
            let mut entry = moved.entry.clone();
            entry.digest = digest;
            lockfile.skills.insert(moved.name.clone(), entry);
        }
        Ok((report, Verdict::Commit))
    })?;
    report.trashed = trashed;
    Ok(report)
}

/// What is to move must be as it was when its source was asked: another mdskill may
/// have pinned it since, or added it from elsewhere. One that was removed stays so.
fn check_unmoved(answers: &[Answer<'_>], asked: &Lockfile, now: &Lockfile) -> Result<(), OpError> {
    let mut moves = answers.iter().flat_map(|answer| &answer.moves);
    let has_changed = |moved: &Move| {
        let entry = now.skills.get(&moved.name);
        entry.is_some() && entry != asked.skills.get(&moved.name)
    };
    match moves.any(has_changed) {
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
                targets,
            };
            match apply::plan(
                &context.site,
                &wanted,
                options.force,
                answer.repository.objects(),
            )? {
                Err(refused) => report.left_alone.extend(refused),
                Ok(plan) => {
                    report.skills.push(change(context, moved, before, lockfile));
                    tell(context, lockfile, &moved.name, &moved.diagnostics, report);
                    moving.push(moved);
                    planned.push(plan);
                }
            }
        }
    }
    Ok((moving, planned))
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
        ..Change::of(&moved.name, &moved.entry, Action::Updated, places)
    }
}
