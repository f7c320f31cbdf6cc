//! `add`: resolve, fetch, validate, install, lock.

mod entry;
mod findings;
mod name_conflicts;
mod policy;
mod rename;
mod report;
mod resolve;

use std::collections::BTreeMap;

use crate::operations::concurrent::try_join_all;

pub(crate) use self::report::{Added, ChosenTargets, Clash, Report, Sibling, Stopped};

use self::entry::{entry_of, is_equal, moved_tag};
use self::resolve::{Group, Prepared};
use super::OpError;
use super::agents;
use super::git_notes;
use super::install_steps::{self, Planned, SkillPlan, Verdict, Wanted, is_version};
use super::installed::InstalledSkill;
use super::own_source;
use super::places;
use super::policy_check::{PolicyCheck, Refusal};
use super::report::{Action, Change, LeftAlone, refusal_reason};
use super::resolve::{Candidate, CommitOrigin};
use crate::config::Rules;
use crate::context::Context;
use crate::digest::Digest;
use crate::hint::CommandLine;
use crate::install::scope::Scope;
use crate::lockfile::{Entry, Lockfile};
use crate::skill::tree::SkillTree;
use crate::spec::Spec;
use crate::target::Target;
use mdskill_lint::agents::AGENTS;
use mdskill_lint::name::SkillName;
use mdskill_lint::rule::Rule;

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
    pub(crate) rules: Rules,
    /// The rules that the one skill of this command may break, although they keep it from being installed.
    pub(crate) allowed: Vec<&'static Rule>,
    /// Whether to report the changes without making them.
    pub(crate) dry_run: bool,
}

impl Options {
    /// Returns the command line that adds these specs to the user's own skills.
    fn command(&self) -> CommandLine {
        let add = CommandLine::mdskill("-g add").words(self.specs.iter().map(Spec::to_string));
        if self.all { add.then("--all") } else { add }
    }
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
    places::check_project(context, || options.command())?;
    let mut lockfile = context.lockfile()?.unwrap_or_default();
    let mut report = Report {
        targets: chosen_targets(context, options, &lockfile)?,
        dry_run: options.dry_run,
        ..Report::default()
    };
    set_targets(context, options, &mut lockfile)?;
    places::check_targets(context, &options.targets, &lockfile)?;
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
    policy::verify_commits(context, &policy_check, &mut repositories).await?;
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
        set_targets(context, options, lockfile)?;
        findings::record_allowed(context, &repositories, &report)?;
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
        let targets = targets_of(&context.scope, options, lockfile, &candidate.name);
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
    /// The digest of upstream's files, if they get another name.
    upstream: Option<Digest>,
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
            let targets = targets_of(&context.scope, options, lockfile, &candidate.name);
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
                    upstream: match options.name {
                        Some(_) => Some(install_steps::digest_of(&candidate.files, objects)?),
                        None => None,
                    },
                    planned,
                }),
            }
        }
    }
    Ok((skills, left_alone))
}

/// Returns the files of the skills that keep their recorded edits, so that another target gets them,
/// too, and of a skill that gets another name.
fn edited_copies(
    context: &Context<'_>,
    options: &Options,
    lockfile: &Lockfile,
    repositories: &[Prepared<'_>],
) -> Result<BTreeMap<SkillName, SkillTree>, OpError> {
    let mut copies = BTreeMap::new();
    for prepared in repositories.iter().filter(|_| options.name.is_some()) {
        let objects = prepared.opened.repository.objects();
        for candidate in &prepared.candidates {
            let renamed = rename::renamed(&candidate.files, objects, &candidate.name)?;
            copies.extend(renamed.map(|files| (candidate.name.clone(), files)));
        }
    }
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
fn set_targets(
    context: &Context<'_>,
    options: &Options,
    lockfile: &mut Lockfile,
) -> Result<(), OpError> {
    if lockfile.targets.is_empty() {
        lockfile.targets.clone_from(&options.targets);
    }
    lockfile.targets = targets_of_new(context, lockfile)?;
    Ok(())
}

/// Returns the targets of a skill that is not installed yet: those of the lockfile, or the default.
pub(crate) fn targets_of_new(
    context: &Context<'_>,
    lockfile: &Lockfile,
) -> Result<Vec<Target>, OpError> {
    if !lockfile.targets.is_empty() {
        return Ok(lockfile.targets.clone());
    }
    Ok(vec![agents::target_of(context, &AGENTS[0])?])
}

/// Returns the folders of this `add`, if the user has just chosen them.
fn chosen_targets(
    context: &Context<'_>,
    options: &Options,
    lockfile: &Lockfile,
) -> Result<Option<ChosenTargets>, OpError> {
    let is_new = lockfile.targets.is_empty();
    if !is_new && options.targets.is_empty() {
        return Ok(None);
    }
    let targets = if options.targets.is_empty() {
        targets_of_new(context, lockfile)?
    } else {
        options.targets.clone()
    };
    Ok(Some(ChosenTargets {
        folders: targets.iter().map(ToString::to_string).collect(),
        are_default: is_new && !options.targets.is_empty(),
        unread_by: agents::blind_agents(context, &targets),
    }))
}

/// Returns the targets of a skill: the requested ones are added to those that it has.
fn targets_of(
    scope: &Scope,
    options: &Options,
    lockfile: &Lockfile,
    name: &SkillName,
) -> Vec<Target> {
    let mut targets = match lockfile.skills.get(name) {
        Some(before) => lockfile.targets_of(before).to_vec(),
        None if options.targets.is_empty() => lockfile.targets.clone(),
        None => Vec::new(),
    };
    for target in &options.targets {
        if !targets
            .iter()
            .any(|other| scope.is_same_target(other, target))
        {
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
        Some(before) if !chosen.is_changed && is_equal(before, entry) => Action::Unchanged,
        None => Action::Added,
        Some(_) if chosen.is_locked && chosen.is_changed => Action::Restored,
        Some(_) => Action::Updated,
    };
    let from = locked.and_then(|before| before.commit);
    let from = from.filter(|commit| Some(*commit) != entry.commit);
    let mut notes = chosen.candidate.notes();
    notes.extend(locked.and_then(|before| moved_tag(before, entry)));
    Added {
        change: Change {
            from: from.map(|commit| commit.to_string()),
            from_version: locked
                .and_then(|before| before.version.clone())
                .filter(|version| Some(version) != entry.version.as_ref()),
            notes,
            ..skill.change(action)
        },
        commit_ref: match &chosen.candidate.origin {
            Some(CommitOrigin::Ref(name)) => Some(name.clone()),
            _ => None,
        },
        is_unverified: chosen.candidate.origin == Some(CommitOrigin::Unverified),
        capabilities: chosen.candidate.capabilities.clone(),
    }
}
