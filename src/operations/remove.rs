//! `remove`: delete installed skills and their lockfile entries.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Serialize;

use super::OpError;
use super::git_notes;
use super::install_steps::{self, Verdict};
use super::installed::{InstalledSkill, read_folders, required_lockfile};
use super::own_source::is_own_source;
use super::report::{Action, Change, LeftAlone, refusal_reason};
use super::state::State;
use crate::config::{self, Withdrawn};
use crate::context::Context;
use crate::fs::leftover::is_cache;
use crate::fs::read_plain;
use crate::fs::tree::OnDisk;
use crate::install::plan::{Step, decide};
use crate::install::transaction::Transaction;
use crate::lockfile::Lockfile;
use crate::source::Source;
use crate::target::Target;
use mdskill_lint::SKILL_FILE;
use mdskill_lint::details::Details;
use mdskill_lint::name::SkillName;

/// The arguments of `remove`.
#[derive(Debug, Default)]
pub(crate) struct Options {
    /// The skills to remove.
    pub(crate) names: Vec<SkillName>,
    /// Whether modified folders are moved to the trash.
    pub(crate) force: bool,
    /// Whether the changes are only reported.
    pub(crate) dry_run: bool,
    /// The folders to remove them from; empty means all.
    pub(crate) targets: Vec<Target>,
}

/// The result of `remove`.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    /// The removed skills.
    pub(crate) skills: Vec<Change>,
    /// The folders that can not be removed. If there is one, nothing was removed.
    pub(crate) left_alone: Vec<LeftAlone>,
    /// The paths in the trash that folders were moved to.
    pub(crate) trashed: Vec<String>,
    /// Whether nothing was changed.
    pub(crate) dry_run: bool,
}

/// A skill that can be removed.
#[derive(Debug)]
pub(crate) struct Removable {
    /// Its name.
    pub(crate) name: SkillName,
    /// The description in its `SKILL.md`.
    pub(crate) description: String,
    /// The state of its folders; the one that needs most attention.
    pub(crate) state: State,
    /// The source, as in the lockfile.
    pub(crate) source: String,
    /// The tag, or else the commit.
    pub(crate) version: Option<String>,
    /// The folders that it is installed in.
    pub(crate) places: Vec<String>,
}

/// Returns the installed skills, or those in some targets.
pub(crate) fn removable(
    context: &Context<'_>,
    targets: &[Target],
) -> Result<Vec<Removable>, OpError> {
    let lockfile = required_lockfile(context)?;
    let is_meant = |skill: &InstalledSkill<'_>| {
        targets.is_empty() || skill.targets.iter().any(|target| targets.contains(target))
    };
    let skills = InstalledSkill::all(&context.scope, &lockfile).filter(is_meant);
    let skills: Vec<_> = skills.collect();
    let mut found: Vec<Removable> = Vec::new();
    for (skill, folder, on_disk) in read_folders(context, skills)? {
        let state = State::of(context, skill, &folder, &on_disk)?;
        let entry = skill.entry;
        match found.last_mut().filter(|last| last.name == *skill.name) {
            Some(last) => last.state = last.state.max(state),
            None => {
                let text = read_plain(&folder.path.join(SKILL_FILE)).ok();
                let details = text.map(|text| Details::read(&text)).unwrap_or_default();
                let commit = entry.commit.map(|commit| commit.to_string());
                found.push(Removable {
                    name: skill.name.clone(),
                    description: details.description.unwrap_or_default(),
                    state,
                    source: entry.source.to_string(),
                    version: entry.version.clone().or(commit),
                    places: skill.places(),
                });
            }
        }
    }
    Ok(found)
}

/// Returns the targets of a skill to remove it from, and the others.
fn split_targets(
    skill: InstalledSkill<'_>,
    options: &Options,
) -> Result<(Vec<Target>, Vec<Target>), OpError> {
    let is_removed =
        |target: &Target| options.targets.is_empty() || options.targets.contains(target);
    let (removed, kept): (Vec<Target>, Vec<Target>) =
        skill.targets.iter().cloned().partition(is_removed);
    if removed.is_empty() {
        let folders: Vec<&str> = options.targets.iter().map(Target::as_str).collect();
        return Err(OpError::NotInTarget {
            name: skill.name.clone(),
            target: folders.join(", "),
            targets: kept.iter().map(ToString::to_string).collect(),
        });
    }
    Ok((removed, kept))
}

/// Removes the entry of a skill, or keeps it for the other targets.
fn keep_in(lockfile: &mut Lockfile, name: &SkillName, kept: Vec<Target>) {
    if kept.is_empty() {
        lockfile.skills.remove(name);
    } else if let Some(entry) = lockfile.skills.get_mut(name) {
        entry.targets = (kept != lockfile.targets).then_some(kept);
    }
}

/// Removes the named skills: all of them, or none.
pub(crate) fn remove(context: &Context<'_>, options: &Options) -> Result<Report, OpError> {
    // Before the transaction, because it creates the state folder.
    let mut lockfile = context.lockfile()?.unwrap_or_default();
    let mut targets = BTreeSet::new();
    let mut gone: BTreeMap<String, Source> = BTreeMap::new();
    for skill in InstalledSkill::named(&context.scope, &lockfile, &options.names)? {
        let (removed, kept) = split_targets(skill, options)?;
        targets.extend(removed);
        if kept.is_empty() {
            gone.insert(skill.name.to_string(), skill.entry.source.clone());
        }
    }
    if options.dry_run {
        let mut report = Report {
            dry_run: true,
            ..remove_from(context, options, &mut lockfile, None)?
        };
        withdraw_allowed(context, &gone, &mut report)?;
        return Ok(report);
    }
    let (mut report, trashed) = install_steps::in_transaction(context, |transaction, lockfile| {
        let report = remove_from(context, options, lockfile, Some(transaction))?;
        let verdict = if report.left_alone.is_empty() {
            Verdict::Commit
        } else {
            Verdict::Abandon
        };
        Ok((report, verdict))
    })?;
    // The skills are removed already, so a failure is a warning.
    let finished = [
        unprotect_unused(context, targets),
        withdraw_allowed(context, &gone, &mut report),
    ];
    for error in finished.into_iter().filter_map(Result::err) {
        context
            .progress
            .warn(&format!("the skills are removed, but {error}"));
    }
    Ok(Report { trashed, ..report })
}

/// Removes what `--allow` recorded for the removed skills, so that the next skill of the same name is
/// checked, and reports what stays.
fn withdraw_allowed(
    context: &Context<'_>,
    gone: &BTreeMap<String, Source>,
    report: &mut Report,
) -> Result<(), OpError> {
    for change in &mut report.skills {
        let (Ok(name), Some(source)) = (change.name.parse(), gone.get(&change.name)) else {
            continue;
        };
        let config = context.scope.config();
        let withdrawn = config::withdraw(&config, &name, source, report.dry_run)?;
        let file = context.scope.display(&config);
        change.notes.extend(withdrawn.map(|withdrawn| match withdrawn {
            Withdrawn::Removed(codes) => {
                let verb = if report.dry_run { "would no longer allow" } else { "no longer allows" };
                format!("{file} {verb} {} for it", codes.join(", "))
            }
            Withdrawn::Stays(codes) => format!(
                "{file} still allows {} for a skill of this name; delete `[skills.{name}]` to take it back",
                codes.join(", ")
            ),
        }));
    }
    Ok(())
}

/// Removes what `add` wrote for git from targets that have no skills any more.
fn unprotect_unused(context: &Context<'_>, targets: BTreeSet<Target>) -> Result<(), OpError> {
    let lockfile = context.lockfile()?.unwrap_or_default();
    let used: BTreeSet<&Target> = InstalledSkill::all(&context.scope, &lockfile)
        .flat_map(|skill| skill.targets)
        .collect();
    let unused = targets.into_iter().filter(|target| !used.contains(target));
    git_notes::unprotect(context, &unused.collect::<Vec<_>>())?;
    Ok(())
}

/// Removes the named skills from the lockfile or from some targets, and stages the removal of their folders.
fn remove_from(
    context: &Context<'_>,
    options: &Options,
    lockfile: &mut Lockfile,
    mut transaction: Option<&mut Transaction<'_>>,
) -> Result<Report, OpError> {
    let mut report = Report::default();
    let before = lockfile.clone();
    for skill in InstalledSkill::named(&context.scope, &before, &options.names)? {
        let (removed, kept) = split_targets(skill, options)?;
        let stays: Vec<&str> = kept.iter().map(Target::as_str).collect();
        let stays = (!stays.is_empty()).then(|| format!("it stays in {}", stays.join(", ")));
        keep_in(lockfile, skill.name, kept);
        let skill = InstalledSkill {
            targets: &removed,
            ..skill
        };
        let mut change = skill.change(Action::Removed);
        change.notes.extend(stays);
        for folder in skill.folders() {
            if is_own_source(&context.scope, skill.entry, &folder.path) {
                let place = folder.place();
                change.notes.push(if options.dry_run {
                    format!("{place} would not be removed: it is its own source in the lockfile")
                } else {
                    format!("{place} was not removed: it is its own source in the lockfile")
                });
                continue;
            }
            let on_disk = skill.read(context, &folder)?;
            match decide(&on_disk, &[skill.entry.digest], None, options.force) {
                Ok(Step::Keep | Step::Place) => {}
                Ok(step) => {
                    // Files that only this machine has are not deleted.
                    let step = match step {
                        Step::Replace if has_own_files(&folder.path, &on_disk) => Step::Trash,
                        step => step,
                    };
                    match &mut transaction {
                        Some(transaction) => {
                            transaction.remove(folder.target, skill.name, step, on_disk)?;
                        }
                        None if step == Step::Trash => change
                            .notes
                            .push(format!("{} would be moved to the trash", folder.place())),
                        None => {}
                    }
                }
                Err(refusal) => {
                    let files = skill.changed_files(context, &on_disk);
                    let left_alone = folder.left_alone(refusal_reason(refusal), files);
                    report.left_alone.push(left_alone);
                }
            }
        }
        report.skills.push(change);
    }
    if !report.left_alone.is_empty() {
        report.skills.clear();
    }
    Ok(report)
}

/// Whether a folder has files of the user, apart from caches that tools make again.
fn has_own_files(folder: &Path, on_disk: &OnDisk) -> bool {
    let mut private = on_disk.private().iter();
    private.any(|path| !is_cache(&folder.join(path)))
}
