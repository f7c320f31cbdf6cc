//! `update` and `outdated`: update skills whose files changed upstream.

mod audit;
mod check_upstream;
mod choose;
mod consent;
mod local_edits;
mod min_age;
mod plan_skill;
mod skill_commits;
mod source_update;
mod successors;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

pub(crate) use self::choose::Questions;
pub(crate) use self::consent::{Consent, NeedsConsent};

use self::check_upstream::{Sources, plan_all};
use self::choose::choose_updates;
use self::local_edits::{Unresolved, find_unresolved};
use self::source_update::{NewVersion, Request, SkillUpdate, SourceUpdate};
use super::OpError;
use super::findings::Found;
use super::git_notes;
use super::install_steps::{self, Planned, SkillPlan, Verdict, Wanted};
use super::installed::{InstalledSkill, required_lockfile};
use super::policy_check::{PolicyCheck, Refusal, Version};
use super::report::{
    Action, Change, Conflicted, Gone, LeftAlone, Newer, Problem, Reason, Versions, refusal_reason,
};
use super::resolve::full_spec;
use crate::config::Rules;
use crate::context::Context;
use crate::digest::Digest;
use crate::fetch;
use crate::hint::Hint;
use crate::install::plan;
use crate::lockfile::{Entry, Lockfile};
use crate::merge::OnConflict;
use crate::policy::format_time;
use mdskill_lint::name::SkillName;
use mdskill_lint::rule::Rule;

/// The options of `update`.
#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the options are independent of each other"
)]
pub struct Options {
    /// The skills to update; empty for all.
    pub names: Vec<SkillName>,
    /// Whether only to report what would change.
    pub dry_run: bool,
    /// Whether edited skills are moved to the trash instead of being merged.
    pub force: bool,
    /// The action where local edits and a new version change the same lines.
    pub on_conflict: OnConflict,
    /// Whether to report the differences as `git diff` prints them.
    pub with_differences: bool,
    /// Whether to follow a tag that was moved.
    pub accept_moved_tag: bool,
    /// Whether to replace ranges and version tags by those of the newest version.
    pub latest: bool,
    /// Whether to keep skills that their source no longer has, and to report it no more.
    pub accept_gone: bool,
    /// The rules for validation.
    pub rules: Rules,
    /// The rules that the one named skill may break, although they keep it from being installed.
    pub allowed: Vec<&'static Rule>,
}

/// The result of an update.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// The skills that were updated, or would be.
    pub skills: Vec<Change>,
    /// The skills with a newer version than their ref gives. They are not updated to it.
    pub newer: Vec<Newer>,
    /// The versions of the skills that are not up to date, or have a newer version than their ref gives.
    pub versions: Vec<Versions>,
    /// The number of skills that are up to date.
    pub unchanged: usize,
    /// The edited skills that upstream changed and that can't be merged.
    pub left_alone: Vec<LeftAlone>,
    /// The versions that the policy does not allow.
    pub refused: Vec<Refusal>,
    /// The skills whose edits conflict with their new version.
    pub conflicts: Vec<Conflicted>,
    /// The skills that their source no longer has. They are kept.
    pub deleted: Vec<Gone>,
    /// The skills that can't be updated, for example because of a moved tag or refused files.
    pub stuck: Vec<Problem>,
    /// The sources that can't be fetched. The skills of the others are updated.
    pub failed: Vec<Failed>,
    /// The findings in the new versions, with the edits.
    pub diagnostics: Vec<Found>,
    /// The trash folders of replaced skills with edits.
    pub trashed: Vec<String>,
    /// The differences of each skill as `git diff` prints them, on request.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub differences: BTreeMap<String, String>,
    /// Whether it was a dry run.
    pub dry_run: bool,
    /// Whether nothing was changed because the user did not consent.
    #[serde(skip)]
    pub is_declined: bool,
    /// The time of the oldest refs, if they are from the cache.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
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

    /// Returns the names of the skills that are not up to date, or have a newer version.
    fn reported(&self) -> BTreeSet<String> {
        let names = self.skills.iter().map(|change| &change.name);
        let names = names.chain(self.newer.iter().map(|newer| &newer.name));
        let names = names.chain(self.left_alone.iter().map(|left| &left.name));
        let names = names.chain(self.refused.iter().map(|refused| &refused.name));
        let names = names.chain(self.conflicts.iter().map(|conflict| &conflict.name));
        let names = names.chain(self.deleted.iter().map(|deleted| &deleted.name));
        let names = names.chain(self.stuck.iter().map(|stuck| &stuck.name));
        names.cloned().collect()
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

/// A source that can't be fetched.
#[derive(Debug, Serialize)]
pub struct Failed {
    /// The spec of the source.
    #[serde(rename = "name")]
    pub place: String,
    /// The number of its skills.
    #[serde(skip)]
    pub skills: usize,
    /// The error.
    #[serde(rename = "reason", serialize_with = "as_text")]
    pub error: OpError,
}

fn as_text<S: serde::Serializer>(error: &OpError, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(error)
}

/// Updates skills. A source that can't be fetched does not stop the others.
///
/// # Errors
/// If the lockfile can't be read, a name is not installed, or nothing can be written.
pub async fn update(context: &Context<'_>, options: &Options) -> Result<Report, OpError> {
    let questions = Questions {
        choose: None,
        consent: &|_| Ok(true),
    };
    update_with_questions(context, options, &questions).await
}

/// Updates skills as [`update`] does. The user may choose among them, and nothing is changed without
/// consent to the versions that let commands run without asking the user, and whose skills did not.
pub(crate) async fn update_with_questions(
    context: &Context<'_>,
    options: &Options,
    questions: &Questions<'_>,
) -> Result<Report, OpError> {
    let mut report = update_skills(context, options, questions).await?;
    let reported = report.reported();
    report.versions.retain(|row| reported.contains(&row.name));
    report.versions.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(report)
}

async fn update_skills(
    context: &Context<'_>,
    options: &Options,
    questions: &Questions<'_>,
) -> Result<Report, OpError> {
    let policy_check = PolicyCheck::open(context)?;
    let lockfile = required_lockfile(context)?;
    let skills = InstalledSkill::named(&context.scope, &lockfile, &options.names)?;
    let request = Request {
        context,
        options,
        policy_check: &policy_check,
        lockfile: &lockfile,
    };
    let read_unresolved = || {
        // Edits are discarded, and an unresolved conflict is one.
        if options.force {
            return Ok(Unresolved::new());
        }
        find_unresolved(context, &skills)
    };
    let (sources, refused) = installed_by_source(&policy_check, &skills);
    let mut report = Report {
        dry_run: options.dry_run,
        refused,
        ..Report::default()
    };
    let planned = plan_all(request, &sources, read_unresolved).await?;
    let mut updates = Vec::new();
    for (planned, (source, skills)) in planned.into_iter().zip(&sources) {
        match planned {
            Ok(update) => updates.push(update),
            Err(error) => report.failed.push(Failed {
                place: full_spec(source, ""),
                skills: skills.len(),
                error,
            }),
        }
    }
    let as_of = updates.iter().filter_map(|update| update.as_of).min();
    report.as_of = as_of.map(|seconds| format_time(seconds, false));
    for update in &mut updates {
        report_unwritten(update, &mut report);
    }
    if let Some(choose) = questions.choose
        && !choose_updates(request, &mut updates, &mut report, choose)?
    {
        report.is_declined = true;
        return Ok(report);
    }
    if updates.iter().all(|update| update.skills.is_empty()) {
        return Ok(report);
    }
    if options.dry_run {
        plan_updates(request, &lockfile, &updates, &mut report)?;
        return Ok(report);
    }
    let needs_consent = consent::needed(&updates);
    if !needs_consent.is_empty() && !(questions.consent)(&needs_consent)? {
        report.is_declined = true;
        return Ok(report);
    }
    let (mut report, trashed) = install_steps::in_transaction(context, |transaction, now| {
        check_unchanged(&updates, &lockfile, now)?;
        let (versions, mut planned) = plan_updates(request, now, &updates, &mut report)?;
        audit::record_allowed(context, options, &versions)?;
        let digests = install_steps::put_all(transaction, &mut planned)?;
        for ((name, version), digest) in versions.into_iter().zip(digests) {
            now.skills.insert(name.clone(), entry_of(version, digest));
        }
        for (name, update) in updates.iter().flat_map(|update| &update.skills) {
            if let SkillUpdate::Relocked(relocked) = update
                && let Some(entry) = now.skills.get_mut(name)
            {
                *entry = relocked.entry.clone();
            }
        }
        Ok((report, Verdict::Commit))
    })?;
    report.trashed = trashed;
    git_notes::add_notes(context, &mut report.skills);
    Ok(report)
}

/// Returns the requested skills of each source, and the refusals of those that the policy does not allow
/// to be fetched.
fn installed_by_source<'a>(
    policy_check: &PolicyCheck,
    skills: &[InstalledSkill<'a>],
) -> (Sources<'a>, Vec<Refusal>) {
    let mut sources = Sources::new();
    let mut refused = Vec::new();
    for &skill in skills {
        let refusals = policy_check.before_fetch(&Version::locked(skill));
        if refusals.is_empty() {
            let source = &skill.entry.source;
            sources.entry(source).or_default().push(skill);
        }
        refused.extend(refusals);
    }
    (sources, refused)
}

/// Reports the skills that are not written, and leaves the others in `source`.
fn report_unwritten(source: &mut SourceUpdate<'_>, report: &mut Report) {
    report.newer.append(&mut source.newer);
    report.versions.append(&mut source.versions);
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
            SkillUpdate::Deleted(gone) => report.deleted.push(gone),
            SkillUpdate::Blocked(reason, found) => {
                report.stuck.push(problem(reason));
                report.diagnostics.extend(found);
            }
        }
    }
}

/// Returns the entry of a skill whose installed files have this digest. Files with markers are not
/// recorded as edits, so that `verify` reports them until they are resolved.
fn entry_of(version: &NewVersion, on_disk: Digest) -> Entry {
    let mut entry = version.entry.clone();
    entry.digest = on_disk;
    if let Some(kept) = &version.kept {
        entry.digest = kept.upstream;
        let is_edited = kept.marked.is_empty() && on_disk != kept.upstream;
        entry.edits = is_edited.then_some(on_disk);
    }
    entry
}

/// Returns an error if another mdskill changed an entry since it was compared with its source. A skill that
/// was removed in the meantime stays removed.
fn check_unchanged(
    updates: &[SourceUpdate<'_>],
    compared: &Lockfile,
    now: &Lockfile,
) -> Result<(), OpError> {
    let mut names = updates.iter().flat_map(|update| &update.skills);
    let has_changed = names.any(|(name, _)| {
        let entry = now.skills.get(name);
        entry.is_some() && entry != compared.skills.get(name)
    });
    if has_changed {
        return Err(OpError::LockfileChanged);
    }
    Ok(())
}

type NewVersions<'u> = Vec<(&'u SkillName, &'u NewVersion)>;

/// Plans and reports every update. Folders that must not be changed are reported instead.
fn plan_updates<'u>(
    request: Request<'_, '_>,
    lockfile: &Lockfile,
    updates: &'u [SourceUpdate<'_>],
    report: &mut Report,
) -> Result<(NewVersions<'u>, Vec<Planned<'u>>), OpError> {
    let scope = &request.context.scope;
    let (mut versions, mut planned) = (Vec::new(), Vec::new());
    for source in updates {
        for (name, update) in &source.skills {
            // Another mdskill may have removed the skill in the meantime.
            let Some(skill) = InstalledSkill::get(scope, lockfile, name) else {
                continue;
            };
            let version = match update {
                SkillUpdate::Updated(version) => &**version,
                SkillUpdate::Relocked(relocked) => {
                    report.skills.push(relocked.change(skill));
                    continue;
                }
                _ => continue,
            };
            let wanted = Wanted {
                name,
                files: &version.files,
                locked: Some(skill.entry),
                replaceable: version.kept.as_ref().map(|kept| kept.on_disk),
                targets: skill.targets,
                why,
            };
            let Some(repository) = &source.repository else {
                continue;
            };
            let (force, objects) = (request.options.force, repository.objects());
            match install_steps::plan(request.context, &wanted, force, objects)? {
                SkillPlan::Blocked(folders) => report.left_alone.extend(folders),
                SkillPlan::Ready(plan) => {
                    let mut change = change(request.context, skill, version);
                    if report.dry_run {
                        let trashed = install_steps::trash_notes(scope, name, &plan.plan);
                        change.notes.extend(trashed);
                    }
                    report_version(version, change, report);
                    versions.push((name, version));
                    planned.push(plan);
                }
            }
        }
    }
    Ok((versions, planned))
}

fn change(context: &Context<'_>, skill: InstalledSkill<'_>, version: &NewVersion) -> Change {
    let before = skill.entry;
    let updated = InstalledSkill {
        entry: &version.entry,
        ..skill
    };
    let after = &version.entry;
    let commits = before.commit.zip(after.commit);
    let edited = version.kept.as_ref().map(|kept| kept.edited.clone());
    Change {
        from: before.commit.map(|commit| commit.to_string()),
        from_version: before.version.clone(),
        notes: version.notes.clone(),
        diff: Some(version.diff.clone()),
        lineage: version.lineage.clone(),
        skill_commits: version.skill_commits.clone(),
        compare_url: commits
            .and_then(|(old, new)| fetch::compare_url(&before.source, &context.env, old, new)),
        url: after
            .commit
            .and_then(|id| fetch::folder_url(&after.source, &context.env, id, &after.path)),
        edited: edited.unwrap_or_default(),
        ..updated.change(Action::Updated)
    }
}

/// Reports a new version that is installed, or would be.
fn report_version(version: &NewVersion, change: Change, report: &mut Report) {
    let marked = version.kept.as_ref().map(|kept| &kept.marked);
    if let Some(marked) = marked.filter(|marked| !marked.is_empty()) {
        report.conflicts.push(Conflicted {
            name: change.name.clone(),
            place: change.places.join(", "),
            commit: change.commit.clone(),
            is_marked: true,
            is_unresolved: false,
            files: marked.clone(),
        });
    }
    if let Some(unified) = &version.unified {
        let unified = unified.clone();
        report.differences.insert(change.name.clone(), unified);
    }
    report
        .diagnostics
        .extend(version.diagnostics.iter().cloned());
    report.skills.push(change);
}

/// Explains why a folder is not replaced. Edits that existed before are merged, so these are newer.
fn why(refusal: plan::Refusal) -> Reason {
    match refusal {
        plan::Refusal::Edited => {
            let hint = Hint::text("run the command again, which merges that edit, too");
            Reason::with_hint(
                "it was edited while its new version was being fetched",
                hint,
            )
        }
        other => refusal_reason(other),
    }
}
