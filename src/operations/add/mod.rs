//! `add`: resolve, fetch, validate, install, lock.

mod findings;
mod name_conflicts;
mod policy;
mod resolve;

use std::collections::BTreeMap;

use futures_util::future::try_join_all;
use serde::Serialize;

use self::resolve::{Group, Prepared};
use super::OpError;
use super::findings::Found;
use super::git_notes;
use super::install_steps::{self, Planned, SkillPlan, Verdict, Wanted, is_version};
use super::installed::InstalledSkill;
use super::own_source;
use super::policy_check::{PolicyCheck, Refusal};
use super::report::{Action, Change, LeftAlone, Problem, refusal_reason};
use super::resolve::{Candidate, HiddenSkill};
use crate::context::Context;
use crate::digest::Digest;
use crate::lockfile::{Entry, Lockfile};
use crate::skill::tree::SkillTree;
use crate::spec::Spec;
use crate::target::Target;
use mdskill_lint::Settings;
use mdskill_lint::agents::AGENTS;
use mdskill_lint::capability::Capability;
use mdskill_lint::name::SkillName;

/// The arguments of `add`.
#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of the command line, and they are independent"
)]
pub(crate) struct Options {
    /// The requested specs; at least one.
    pub(crate) specs: Vec<Spec>,
    /// Whether to add all skills of each repository or folder.
    pub(crate) all: bool,
    /// Whether `all` includes hidden skills.
    pub(crate) hidden: bool,
    /// The requested skills of each repository, by name or path.
    pub(crate) skills: Vec<String>,
    /// The targets; empty means those of the lockfile.
    pub(crate) targets: Vec<Target>,
    /// The name to install the skill under.
    pub(crate) name: Option<SkillName>,
    /// Whether to follow the commit instead of the ref.
    pub(crate) pin: bool,
    /// Whether existing folders are moved to the trash, and skills that no client loads are
    /// installed.
    pub(crate) force: bool,
    /// Whether any error in a skill stops the command.
    pub(crate) strict: bool,
    /// The settings of the rules.
    pub(crate) settings: Settings,
    /// Whether to report the changes without making them.
    pub(crate) dry_run: bool,
}

/// The result of `add`.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    /// The added skills.
    pub(crate) skills: Vec<Added>,
    /// The skills that were not installed, because no client would load them, or with `strict`,
    /// because they have an error.
    pub(crate) stopped: Vec<Stopped>,
    /// The skills that were not installed, because their files are unsafe.
    pub(crate) left_out: Vec<Problem>,
    /// The names of several different skills, of which none was installed.
    pub(crate) clashes: Vec<Clash>,
    /// The spec of the folder with the most skills that has no clashes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) clash_free: Option<String>,
    /// The hidden skills that `--all` left out.
    pub(crate) hidden: Vec<HiddenSkill>,
    /// The skills that the policy refuses. If there is one, nothing was changed.
    pub(crate) refused: Vec<Refusal>,
    /// The folders that can not be replaced. If there is one, nothing was changed.
    pub(crate) left_alone: Vec<LeftAlone>,
    /// The findings in all skills. Their files are below the folders that the skills are installed in.
    pub(crate) diagnostics: Vec<Found>,
    /// The skills that added skills link to, and that are not installed.
    pub(crate) siblings: Vec<Sibling>,
    /// The paths in the trash that folders were moved to.
    pub(crate) trashed: Vec<String>,
    /// Whether this is a dry run.
    pub(crate) dry_run: bool,
    /// Whether the user has seen the severe capabilities, and agreed.
    #[serde(skip)]
    pub(crate) is_confirmed: bool,
    /// Whether nothing was changed because of `stopped`, `left_out`, or `refused`.
    pub(crate) is_refused: bool,
}

/// An added skill, or one that would be.
#[derive(Debug, Serialize)]
pub(crate) struct Added {
    /// Its change.
    #[serde(flatten)]
    pub(crate) change: Change,
    /// Its capabilities, the most severe first.
    pub(crate) capabilities: Vec<Capability>,
}

impl Added {
    /// Whether files came in that were not installed before.
    pub(crate) fn is_new(&self) -> bool {
        matches!(self.change.action, Action::Added | Action::Updated)
    }

    /// Whether it now lets commands run without asking the user.
    pub(crate) fn needs_consent(&self) -> bool {
        let mut capabilities = self.capabilities.iter();
        self.is_new() && capabilities.any(|one| one.kind.needs_consent())
    }
}

/// A skill that was not installed because of findings.
#[derive(Debug, Serialize)]
pub(crate) struct Stopped {
    /// The name of the skill.
    pub(crate) name: SkillName,
    /// The spec of exactly this skill.
    pub(crate) spec: String,
    /// The folder that it would be installed in.
    pub(crate) place: String,
    /// The findings, each as a line.
    pub(crate) reasons: Vec<String>,
    /// Whether no client would load it.
    pub(crate) is_unloadable: bool,
}

/// A name of several different skills.
#[derive(Debug, Serialize)]
pub(crate) struct Clash {
    /// The name.
    pub(crate) name: String,
    /// The specs of the skills.
    pub(crate) specs: Vec<String>,
}

/// A skill that others link to.
#[derive(Debug, Serialize)]
pub(crate) struct Sibling {
    /// The name of its folder.
    pub(crate) name: String,
    /// The spec that adds it.
    pub(crate) spec: String,
    /// The names of the skills that link to it.
    pub(crate) linked_from: Vec<String>,
}

/// Returns the requested sources and refs that the policy refuses, without network requests.
pub(crate) fn refused_unfetched(
    context: &Context<'_>,
    options: &Options,
) -> Result<Vec<Refusal>, OpError> {
    let policy_check = PolicyCheck::open(context)?;
    let groups = resolve::group(context, options)?;
    Ok(unfetched(&policy_check, options, &groups))
}

fn unfetched(policy_check: &PolicyCheck, options: &Options, groups: &[Group]) -> Vec<Refusal> {
    let refusals = groups
        .iter()
        .map(|group| group.refusals(policy_check, options.pin));
    refusals.flatten().collect()
}

/// The requested skills, resolved, fetched, and checked. Nothing is written yet.
pub(crate) struct Ready<'a> {
    repositories: Vec<Prepared<'a>>,
    lockfile: Lockfile,
    report: Report,
}

impl Ready<'_> {
    /// Returns the skills that would let commands run without asking the user, and that are not
    /// installed like this already.
    pub(crate) fn need_consent(&self) -> Vec<&Candidate> {
        let mut skills = Vec::new();
        let repositories = self.repositories.iter();
        for prepared in repositories.filter(|_| !self.report.is_refused) {
            let objects = prepared.opened.repository.objects();
            let is_locked = |candidate| policy::is_locked(&self.lockfile, candidate, objects);
            let asked = prepared.candidates.iter();
            // A skill whose files can't be read is not known to be installed.
            let asked = asked.filter(|candidate| !is_locked(candidate).unwrap_or_default());
            skills.extend(asked.filter(|candidate| candidate.needs_consent()));
        }
        skills
    }

    /// Records that the user was asked about these skills, and agreed.
    pub(crate) fn set_confirmed(&mut self) {
        self.report.is_confirmed = true;
    }
}

/// Resolves, fetches, and checks all requested skills.
pub(crate) async fn prepare<'a>(
    context: &'a Context<'_>,
    options: &Options,
) -> Result<Ready<'a>, OpError> {
    let policy_check = PolicyCheck::open(context)?;
    let mut lockfile = context.lockfile()?.unwrap_or_default();
    set_targets(context, options, &mut lockfile);
    let mut report = Report {
        dry_run: options.dry_run,
        ..Report::default()
    };
    let groups = resolve::group(context, options)?;
    report.refused = unfetched(&policy_check, options, &groups);
    if !report.refused.is_empty() {
        report.is_refused = true;
        return Ok(Ready {
            repositories: Vec::new(),
            lockfile,
            report,
        });
    }
    let prepare = |group| resolve::prepare(context, options, group);
    let mut repositories = try_join_all(groups.into_iter().map(prepare)).await?;
    if options.name.is_none() {
        for group in resolve::take_followed(&lockfile, &mut repositories)? {
            let mut prepared = resolve::prepare(context, options, group).await?;
            for candidate in &mut prepared.candidates {
                let git_ref = candidate.git_ref.as_deref().unwrap_or_default();
                candidate.note = Some(format!(
                    "it follows `{git_ref}`; add `@REF` to the spec to change that, or `@HEAD` for the default branch"
                ));
            }
            repositories.push(prepared);
        }
    }
    name_conflicts::rename_or_pin(options, &mut repositories)?;
    check_apart(context, options, &lockfile, &repositories)?;
    name_conflicts::remove_duplicates(options, &mut repositories, &mut report)?;
    name_conflicts::check_installed(&lockfile, options, &repositories)?;
    findings::report(context, options, &lockfile, &mut repositories, &mut report);
    report.refused = policy::refusals(&policy_check, options, &lockfile, &repositories)?;
    report.is_refused |= !report.refused.is_empty();
    Ok(Ready {
        repositories,
        lockfile,
        report,
    })
}

/// Installs and locks all skills that are ready, or changes nothing.
pub(crate) fn install(
    context: &Context<'_>,
    options: &Options,
    ready: Ready<'_>,
) -> Result<Report, OpError> {
    let Ready {
        repositories,
        lockfile,
        mut report,
    } = ready;
    if report.is_refused || candidates(&repositories).next().is_none() {
        return Ok(report);
    }
    if options.dry_run {
        let copies = edited_copies(context, options, &lockfile, &repositories)?;
        let (skills, left_alone) = plan(context, options, &repositories, &copies, &lockfile)?;
        report.left_alone = left_alone;
        for chosen in skills {
            let entry = entry_of(&chosen, chosen.planned.digest()?, &lockfile, options.force);
            let mut added = added(context, &chosen, &entry, &lockfile);
            let Planned { name, plan, .. } = &chosen.planned;
            let trashed = install_steps::trash_notes(&context.scope, name, plan);
            added.change.notes.extend(trashed);
            report.skills.push(added);
        }
        return Ok(report);
    }
    let (mut report, trashed) = install_steps::in_transaction(context, |transaction, lockfile| {
        // Another process may have added the same name in the meantime.
        name_conflicts::check_installed(lockfile, options, &repositories)?;
        set_targets(context, options, lockfile);
        let before = lockfile.clone();
        let copies = edited_copies(context, options, &before, &repositories)?;
        let (mut skills, left_alone) = plan(context, options, &repositories, &copies, &before)?;
        if !left_alone.is_empty() {
            report.left_alone = left_alone;
            return Ok((report, Verdict::Abandon));
        }
        let planned = skills.iter_mut().map(|chosen| &mut chosen.planned);
        let digests = install_steps::put_all(transaction, planned)?;
        for (chosen, digest) in skills.iter().zip(digests) {
            let entry = entry_of(chosen, digest, &before, options.force);
            report.skills.push(added(context, chosen, &entry, &before));
            lockfile.skills.insert(chosen.candidate.name.clone(), entry);
        }
        Ok((report, Verdict::Commit))
    })?;
    let changes = report.skills.iter_mut().map(|added| &mut added.change);
    git_notes::add_notes(context, changes);
    Ok(Report { trashed, ..report })
}

fn candidates<'a>(repositories: &'a [Prepared<'_>]) -> impl Iterator<Item = &'a Candidate> {
    repositories
        .iter()
        .flat_map(|prepared| &prepared.candidates)
}

/// Checks that no skill would be installed over or into its own source.
fn check_apart(
    context: &Context<'_>,
    options: &Options,
    lockfile: &Lockfile,
    repositories: &[Prepared<'_>],
) -> Result<(), OpError> {
    for candidate in candidates(repositories) {
        let targets = targets_of(options, lockfile, &candidate.name);
        let source = (&candidate.source, candidate.path.as_str());
        own_source::check_apart(&context.scope, source, &candidate.name, &targets)?;
    }
    Ok(())
}

/// A candidate whose steps are planned.
struct Chosen<'a> {
    candidate: &'a Candidate,
    targets: Vec<Target>,
    /// Whether the lockfile has this version.
    is_locked: bool,
    is_changed: bool,
    planned: Planned<'a>,
}

/// Plans the steps for every candidate, and returns the folders that can not be replaced.
fn plan<'a>(
    context: &Context<'_>,
    options: &Options,
    repositories: &'a [Prepared<'_>],
    copies: &'a BTreeMap<SkillName, SkillTree>,
    lockfile: &Lockfile,
) -> Result<(Vec<Chosen<'a>>, Vec<LeftAlone>), OpError> {
    let (mut skills, mut left_alone) = (Vec::new(), Vec::new());
    for Prepared {
        opened, candidates, ..
    } in repositories
    {
        let objects = opened.repository.objects();
        for candidate in candidates {
            let targets = targets_of(options, lockfile, &candidate.name);
            let locked = lockfile.skills.get(&candidate.name);
            let is_version = |locked| is_version(&candidate.files, locked, objects);
            let wanted = Wanted {
                name: &candidate.name,
                files: copies.get(&candidate.name).unwrap_or(&candidate.files),
                locked,
                replaceable: None,
                targets: &targets,
                why: refusal_reason,
            };
            match install_steps::plan(context, &wanted, options.force, objects)? {
                SkillPlan::Blocked(folders) => left_alone.extend(folders),
                SkillPlan::Ready(planned) => skills.push(Chosen {
                    candidate,
                    targets,
                    is_locked: locked.map(is_version).transpose()?.unwrap_or_default(),
                    is_changed: install_steps::is_change(&planned.plan),
                    planned,
                }),
            }
        }
    }
    Ok((skills, left_alone))
}

/// Returns the files of the skills that keep their recorded edits, so that another target gets them,
/// too.
fn edited_copies(
    context: &Context<'_>,
    options: &Options,
    lockfile: &Lockfile,
    repositories: &[Prepared<'_>],
) -> Result<BTreeMap<SkillName, SkillTree>, OpError> {
    let mut copies = BTreeMap::new();
    let all = repositories.iter().flat_map(|prepared| {
        let objects = prepared.opened.repository.objects();
        let candidates = prepared.candidates.iter();
        candidates.map(move |candidate| (candidate, objects))
    });
    for (candidate, objects) in all.filter(|_| !options.force) {
        if let Some(skill) = InstalledSkill::get(&context.scope, lockfile, &candidate.name)
            && is_version(&candidate.files, skill.entry, objects)?
            && let Some(copy) = skill.edited_copy(context)?
        {
            copies.insert(candidate.name.clone(), copy);
        }
    }
    Ok(copies)
}

/// Sets the targets of a new lockfile: the first `add` decides where a project's skills are.
fn set_targets(context: &Context<'_>, options: &Options, lockfile: &mut Lockfile) {
    if lockfile.targets.is_empty() {
        lockfile.targets.clone_from(&options.targets);
    }
    lockfile.targets = targets_of_new(context, lockfile);
}

/// Returns the targets of a skill that is not installed yet: those of the lockfile, or the default.
pub(crate) fn targets_of_new(context: &Context<'_>, lockfile: &Lockfile) -> Vec<Target> {
    if !lockfile.targets.is_empty() {
        return lockfile.targets.clone();
    }
    let first = &AGENTS[0];
    let default = if context.scope.is_personal {
        first.personal
    } else {
        first.project
    };
    default.parse().into_iter().collect()
}

fn entry_of(chosen: &Chosen<'_>, digest: Digest, lockfile: &Lockfile, is_forced: bool) -> Entry {
    let before = lockfile.skills.get(&chosen.candidate.name);
    let kept = before
        .filter(|_| chosen.is_locked && !is_forced)
        .and_then(|before| Some((before.digest, before.edits?)));
    // The written files have the edits, but `digest` is that of upstream's files.
    let digest = kept.map_or(digest, |(upstream, _)| upstream);
    let mut entry = chosen.candidate.entry(digest).keeping(before);
    // A commit that did not change the skill would only make the diff of the lockfile longer.
    if let Some(before) = before.filter(|before| is_same(before, &entry)) {
        entry.commit = before.commit;
    }
    entry.edits = kept.map(|(_, edits)| edits);
    entry.targets = (chosen.targets != lockfile.targets).then(|| chosen.targets.clone());
    entry
}

fn is_same(before: &Entry, entry: &Entry) -> bool {
    before.source == entry.source
        && before.path == entry.path
        && before.git_ref == entry.git_ref
        && before.tree == entry.tree
        && before.digest == entry.digest
}

/// Returns the targets of a skill: the requested ones are added to those that it has.
fn targets_of(options: &Options, lockfile: &Lockfile, name: &SkillName) -> Vec<Target> {
    let mut targets = match lockfile.skills.get(name) {
        Some(before) => lockfile.targets_of(before).to_vec(),
        None if options.targets.is_empty() => lockfile.targets.clone(),
        None => Vec::new(),
    };
    for target in &options.targets {
        if !targets.contains(target) {
            targets.push(target.clone());
        }
    }
    targets
}

fn added(context: &Context<'_>, chosen: &Chosen<'_>, entry: &Entry, lockfile: &Lockfile) -> Added {
    let skill = InstalledSkill {
        scope: &context.scope,
        name: &chosen.candidate.name,
        entry,
        targets: &chosen.targets,
    };
    let locked = lockfile.skills.get(skill.name);
    let action = match locked {
        Some(before) if !chosen.is_changed && before == entry => Action::Unchanged,
        None => Action::Added,
        Some(_) if chosen.is_locked && chosen.is_changed => Action::Restored,
        Some(_) => Action::Updated,
    };
    let from = locked.and_then(|before| before.commit);
    let from = from.filter(|commit| Some(*commit) != entry.commit);
    Added {
        change: Change {
            from: from.map(|commit| commit.to_string()),
            notes: chosen.candidate.note.iter().cloned().collect(),
            ..skill.change(action)
        },
        capabilities: chosen.candidate.capabilities.clone(),
    }
}
