//! `update` and `outdated`: move each skill to what its ref now gives, when its own tree changed.

mod check_upstream;
mod local_edits;
mod min_age;
mod plan_skill;
mod source_update;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use self::check_upstream::fetch_all;
use self::plan_skill::plan_source;
use self::source_update::{Kept, NewVersion, Relocked, SkillUpdate, SourceUpdate, Terms};
use super::OpError;
use super::findings::Found;
use super::install_steps::{self, Planned, SkillPlan, Verdict, Wanted};
use super::installed::{InstalledSkill, required_lockfile};
use super::policy_check::{Gate, Refusal, Version};
use super::report::{Action, Change, Conflicted, LeftAlone, Newer, Problem, refusal_reason};
use super::resolve::full_spec;
use crate::context::Context;
use crate::digest::Digest;
use crate::fetch;
use crate::install::plan;
use crate::lockfile::{Entry, Lockfile};
use crate::merge::OnConflict;
use crate::source::Source;
use mdskill_git::ObjectId;
use mdskill_lint::Settings;
use mdskill_lint::diagnostic::Diagnostic;
use mdskill_lint::name::SkillName;

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
    /// What to do where local edits and a new version change the same lines.
    pub on_conflict: OnConflict,
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

impl Report {
    /// Returns whether all skills were checked and none needs an update.
    #[must_use]
    pub fn is_up_to_date(&self) -> bool {
        self.skills.is_empty()
            && self.left_alone.is_empty()
            && self.conflicts.is_empty()
            && self.refused.is_empty()
            && self.deleted.is_empty()
            && self.stuck.is_empty()
            && self.failed.is_empty()
    }

    /// Returns the number of skills that the policy refuses; several of its keys may refuse one.
    #[must_use]
    pub fn refused_skills(&self) -> usize {
        let names = self.refused.iter().map(|refusal| &refusal.name);
        names.collect::<BTreeSet<_>>().len()
    }

    /// Returns the number of skills with folders that were not changed; one may have several.
    #[must_use]
    pub fn skills_left_alone(&self) -> usize {
        let names = self.left_alone.iter().map(|left| &left.name);
        names.collect::<BTreeSet<_>>().len()
    }

    /// Returns the number of skills whose sources could not be checked.
    #[must_use]
    pub fn unchecked_skills(&self) -> usize {
        self.failed.iter().map(|failed| failed.skills).sum()
    }
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
    let lockfile = required_lockfile(context)?;
    let skills = InstalledSkill::named(&context.scope, &lockfile, &options.names)?;
    let terms = Terms {
        context,
        options,
        gate: &gate,
        lockfile: &lockfile,
    };
    let (sources, refused) = installed_by_source(&gate, skills);
    let mut report = Report {
        dry_run: options.dry_run,
        refused,
        ..Report::default()
    };
    let fetched = fetch_all(terms, &sources).await;
    let mut updates = Vec::new();
    for (fetched, (source, skills)) in fetched.into_iter().zip(&sources) {
        match fetched.and_then(|fetched| plan_source(terms, fetched)) {
            Ok(update) => updates.push(update),
            Err(error) => report.failed.push(Failed {
                place: full_spec(source, ""),
                skills: skills.len(),
                error,
            }),
        }
    }
    for update in &mut updates {
        report_unwritten(context, &lockfile, update, &mut report);
    }
    if updates.iter().all(|update| update.skills.is_empty()) {
        return Ok(report);
    }
    if options.dry_run {
        plan_updates(context, options, &lockfile, &updates, &mut report)?;
        return Ok(report);
    }
    let (mut report, trashed) = install_steps::in_transaction(context, |transaction, now| {
        check_unchanged(&updates, &lockfile, now)?;
        let lockfile = now;
        let (versions, mut planned) =
            plan_updates(context, options, lockfile, &updates, &mut report)?;
        let digests = install_steps::put_all(transaction, &mut planned)?;
        for ((name, version), digest) in versions.into_iter().zip(digests) {
            lockfile
                .skills
                .insert(name.clone(), entry_of(version, digest));
        }
        for (name, relocked) in updates.iter().flat_map(SourceUpdate::relocked) {
            if let Some(entry) = lockfile.skills.get_mut(name) {
                entry.commit = relocked.commit;
            }
        }
        Ok((report, Verdict::Commit))
    })?;
    report.trashed = trashed;
    Ok(report)
}

/// Returns the requested skills of each source, and the refusals of those that the policy does not allow
/// to be fetched.
fn installed_by_source<'l>(
    gate: &Gate,
    skills: Vec<InstalledSkill<'l>>,
) -> (BTreeMap<&'l Source, Vec<InstalledSkill<'l>>>, Vec<Refusal>) {
    let mut sources: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let mut refused = Vec::new();
    for skill in skills {
        let refusals = gate.before_fetch(&Version::locked(skill));
        if refusals.is_empty() {
            let source = &skill.entry.source;
            sources.entry(source).or_default().push(skill);
        }
        refused.extend(refusals);
    }
    (sources, refused)
}

/// Reports the skills that nothing is written of, and leaves the others in `source`.
fn report_unwritten(
    context: &Context<'_>,
    lockfile: &Lockfile,
    source: &mut SourceUpdate<'_>,
    report: &mut Report,
) {
    report.newer.append(&mut source.newer);
    for (name, update) in std::mem::take(&mut source.skills) {
        let problem = |reason| Problem {
            name: name.to_string(),
            reason,
        };
        match update {
            SkillUpdate::Updated(_) | SkillUpdate::Relocked(_) => {
                source.skills.push((name, update));
            }
            SkillUpdate::Unchanged => report.unchanged += 1,
            SkillUpdate::Conflict { conflict, unified } => {
                let unified = unified.map(|unified| (name.to_string(), unified));
                report.differences.extend(unified);
                report.conflicts.push(conflict);
            }
            SkillUpdate::Refused(refusals) => report.refused.extend(refusals),
            SkillUpdate::LeftAlone(left_alone) => report.left_alone.push(left_alone),
            SkillUpdate::Deleted(reason) => report.deleted.push(problem(reason)),
            SkillUpdate::Blocked(reason, found) => {
                report.stuck.push(problem(reason));
                if let Ok(skill) = InstalledSkill::find(&context.scope, lockfile, &name) {
                    report_findings(skill, &found, report);
                }
            }
        }
    }
}

/// Returns the entry of a skill whose files have this digest now. Markers are no edits that
/// anybody means: until they are resolved, `verify` finds them.
fn entry_of(version: &NewVersion, on_disk: Digest) -> Entry {
    let mut entry = version.entry.clone();
    entry.digest = version.kept.as_ref().map_or(on_disk, |kept| kept.upstream);
    let is_meant = |kept: &&Kept| kept.marked.is_empty() && on_disk != kept.upstream;
    entry.edits = version.kept.as_ref().filter(is_meant).map(|_| on_disk);
    entry
}

/// Refuses to write when another mdskill has changed an entry since its source was asked, for example
/// pinned the skill or added it from elsewhere. A skill that was removed stays removed.
fn check_unchanged(
    updates: &[SourceUpdate<'_>],
    asked: &Lockfile,
    now: &Lockfile,
) -> Result<(), OpError> {
    let mut names = updates.iter().flat_map(|update| &update.skills);
    let has_changed = names.any(|(name, _)| {
        let entry = now.skills.get(name);
        entry.is_some() && entry != asked.skills.get(name)
    });
    if has_changed {
        return Err(OpError::LockfileChanged);
    }
    Ok(())
}

type NewVersions<'u> = Vec<(&'u SkillName, &'u NewVersion)>;

/// Plans every update; a skill that must be left alone is reported instead.
fn plan_updates<'u>(
    context: &Context<'_>,
    options: &Options,
    lockfile: &Lockfile,
    updates: &'u [SourceUpdate<'_>],
    report: &mut Report,
) -> Result<(NewVersions<'u>, Vec<Planned<'u>>), OpError> {
    let (mut versions, mut planned) = (Vec::new(), Vec::new());
    for update in updates {
        for (name, version) in update.new_versions() {
            // A skill that was removed while its source was asked stays removed.
            let Ok(skill) = InstalledSkill::find(&context.scope, lockfile, name) else {
                continue;
            };
            let wanted = Wanted {
                name,
                files: &version.files,
                locked: Some(skill.entry),
                replaceable: version.kept.as_ref().map(|kept| kept.on_disk),
                targets: skill.targets,
                why,
            };
            let objects = update.repository.objects();
            match install_steps::plan(&context.scope, &wanted, options.force, objects)? {
                SkillPlan::Blocked(folders) => report.left_alone.extend(folders),
                SkillPlan::Ready(plan) => {
                    report_version(context, skill, version, &plan, report);
                    versions.push((name, version));
                    planned.push(plan);
                }
            }
        }
    }
    for (name, relocked) in updates.iter().flat_map(SourceUpdate::relocked) {
        if let Ok(skill) = InstalledSkill::find(&context.scope, lockfile, name) {
            report.skills.push(relocked_change(skill, relocked));
        }
    }
    Ok((versions, planned))
}

/// Reports a new version that is installed, or would be.
fn report_version(
    context: &Context<'_>,
    skill: InstalledSkill<'_>,
    version: &NewVersion,
    plan: &Planned<'_>,
    report: &mut Report,
) {
    let before = skill.entry;
    let updated = InstalledSkill {
        entry: &version.entry,
        ..skill
    };
    let mut change = Change {
        from: before.commit.map(|commit| commit.to_string()),
        notes: version.notes.clone(),
        diff: Some(version.diff.clone()),
        lineage: version.lineage.clone(),
        compare_url: compare_url(context, before, version.entry.commit),
        edited: version.kept.as_ref().map_or_else(Vec::new, settled_edits),
        ..updated.change(Action::Updated)
    };
    if report.dry_run {
        change.notes.extend(install_steps::trash_notes(
            &context.scope,
            skill.name,
            &plan.plan,
        ));
    }
    report.skills.push(change);
    let marked = version.kept.as_ref().map(|kept| &kept.marked);
    if let Some(marked) = marked.filter(|marked| !marked.is_empty()) {
        report.conflicts.push(Conflicted {
            name: skill.name.to_string(),
            place: skill.places().join(", "),
            commit: version.entry.commit.map(|commit| commit.to_string()),
            is_marked: true,
            files: marked.clone(),
        });
    }
    if let Some(unified) = &version.unified {
        let name = skill.name.to_string();
        report.differences.insert(name, unified.clone());
    }
    report_findings(skill, &version.diagnostics, report);
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

/// Reports the findings of a new version, with its files in the first of its places.
fn report_findings(skill: InstalledSkill<'_>, found: &[Diagnostic], report: &mut Report) {
    let place = skill.first_place();
    let found = Found::of(&place, found.to_vec());
    report.diagnostics.extend(found);
}

/// Returns the files whose edits are kept; of those with markers nothing is settled yet.
fn settled_edits(kept: &Kept) -> Vec<String> {
    let is_marked = |path: &&String| kept.marked.iter().any(|marked| marked.path == **path);
    let settled = kept.edited.iter().filter(|path| !is_marked(path));
    settled.cloned().collect()
}

/// Describes a skill whose files stay where its history was rewritten.
fn relocked_change(skill: InstalledSkill<'_>, relocked: &Relocked) -> Change {
    Change {
        from: skill.entry.commit.map(|commit| commit.to_string()),
        commit: relocked.commit.map(|commit| commit.to_string()),
        notes: relocked.note.iter().cloned().collect(),
        ..skill.change(Action::Relocked)
    }
}

fn compare_url(context: &Context<'_>, before: &Entry, now: Option<ObjectId>) -> Option<String> {
    fetch::compare_url(&before.source, &context.env, before.commit?, now?)
}
