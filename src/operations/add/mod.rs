//! `add`: resolve, fetch, validate, install, lock.

mod findings;
mod name_conflicts;
mod policy;
mod resolve;

use std::collections::BTreeMap;

use futures_util::future::try_join_all;
use serde::Serialize;

use self::resolve::Prepared;
use super::OpError;
use super::findings::Found;
use super::install_steps::{self, Planned, SkillPlan, Verdict, Wanted};
use super::installed::edited_copy;
use super::own_source;
use super::policy_check::{Gate, Refusal};
use super::report::{Action, Change, LeftAlone, Problem, refusal_reason};
use super::resolve::Candidate;
use crate::context::Context;
use crate::digest::Digest;
use crate::lockfile::{Entry, Lockfile};
use crate::skill::tree::SkillTree;
use crate::spec::Spec;
use crate::target::Target;
use mdskill_lint::Settings;
use mdskill_lint::agents::AGENTS;
use mdskill_lint::name::SkillName;

/// What to add, and how.
#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a decision of its own, and any of them go together"
)]
pub struct Options {
    /// The specs as typed.
    pub specs: Vec<Spec>,
    /// Every skill of each spec's repository.
    pub all: bool,
    /// Skills of the repository, by name or path.
    pub skills: Vec<String>,
    /// Where to install; nothing means where the lockfile says.
    pub targets: Vec<Target>,
    /// Another name to install under.
    pub name: Option<SkillName>,
    /// Whether to stay at this commit.
    pub pin: bool,
    /// Whether folders in the way go to the trash, and skills that no client loads are installed.
    pub force: bool,
    /// Whether any error stops everything.
    pub strict: bool,
    /// Which rules count, and how much.
    pub settings: Settings,
    /// Whether only to say what would happen.
    pub dry_run: bool,
}

/// What was added.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// What became of each skill.
    pub skills: Vec<Change>,
    /// Skills that no client would load, or with `strict` have any error, which were therefore
    /// not installed.
    pub stopped: Vec<Stopped>,
    /// Skills that were left out because two share a name, or are unsafe.
    pub left_out: Vec<Problem>,
    /// What the policy does not let in; when there is one, nothing was changed.
    pub refused: Vec<Refusal>,
    /// Folders in the way; when there is one, nothing was changed.
    pub left_alone: Vec<LeftAlone>,
    /// What validating found, of all skills, with their files as they lie or would lie on disk.
    pub diagnostics: Vec<Found>,
    /// Skills that the added ones link to, and that are not installed.
    pub siblings: Vec<Sibling>,
    /// Where folders were moved to.
    pub trashed: Vec<String>,
    /// Whether nothing was done on purpose.
    pub dry_run: bool,
    /// Whether nothing was done because of what is stopped, left out or refused.
    pub is_refused: bool,
}

/// A skill that was stopped.
#[derive(Debug, Serialize)]
pub struct Stopped {
    /// Its name.
    pub name: String,
    /// The spec that names it.
    pub spec: String,
    /// Where it would lie.
    pub place: String,
    /// What stops it.
    pub reasons: Vec<String>,
    /// Whether no client would load it.
    pub is_unloadable: bool,
}

/// A skill that others link to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sibling {
    /// Its folder's name.
    pub name: String,
    /// The spec that adds it.
    pub spec: String,
    /// The names of the skills that link to it.
    pub linked_from: Vec<String>,
}

/// Returns what the policy refuses of what was asked for, before anything is fetched.
///
/// # Errors
/// When `mdskill.toml` can't be read, or options don't go together.
pub fn refused_unfetched(
    context: &Context<'_>,
    options: &Options,
) -> Result<Vec<Refusal>, OpError> {
    let gate = Gate::open(context)?;
    let groups = resolve::group(context, options)?;
    Ok(unfetched(&gate, options, &groups))
}

fn unfetched(gate: &Gate, options: &Options, groups: &[resolve::Group]) -> Vec<Refusal> {
    let refusals = |group: &resolve::Group| group.refusals(gate, options.pin);
    groups.iter().flat_map(refusals).collect()
}

/// Adds skills: all that are listed, or nothing.
///
/// # Errors
/// When a spec leads nowhere, or nothing could be installed; nothing was changed then.
pub async fn add(context: &Context<'_>, options: &Options) -> Result<Report, OpError> {
    let gate = Gate::open(context)?;
    let lockfile = context.lockfile()?.unwrap_or_default();
    let mut report = Report {
        dry_run: options.dry_run,
        ..Report::default()
    };
    let groups = resolve::group(context, options)?;
    report.refused = unfetched(&gate, options, &groups);
    if !report.refused.is_empty() {
        report.is_refused = true;
        return Ok(report);
    }
    let prepare = |group| resolve::prepare(context, options.all, &options.settings, group);
    let mut repositories: Vec<Prepared<'_>> = try_join_all(groups.into_iter().map(prepare)).await?;
    if options.name.is_none() {
        let following = resolve::take_those_that_follow(&lockfile, &mut repositories)?;
        for group in following {
            let mut prepared = resolve::prepare(context, false, &options.settings, group).await?;
            for candidate in &mut prepared.candidates {
                let git_ref = candidate.git_ref.as_deref().unwrap_or_default();
                candidate.note = Some(format!(
                    "it follows `{git_ref}`; name another behind `@` to change that, `@HEAD` for the default branch"
                ));
            }
            repositories.push(prepared);
        }
    }
    name_conflicts::rename_or_pin(options, &mut repositories)?;
    check_apart(context, options, &lockfile, &repositories)?;
    name_conflicts::settle(options, &mut repositories, &mut report)?;
    name_conflicts::check_against(&lockfile, options, &repositories)?;
    findings::tell(context, options, &lockfile, &mut repositories, &mut report);
    report.refused = policy::refusals(&gate, options, &lockfile, &repositories)?;
    report.is_refused |= !report.refused.is_empty();
    let is_nothing_left = repositories
        .iter()
        .all(|prepared| prepared.candidates.is_empty());
    if report.is_refused || is_nothing_left {
        return Ok(report);
    }
    if options.dry_run {
        let lockfile = with_targets(context, options, lockfile);
        let copies = edited_copies(context, options, &lockfile, &repositories)?;
        for chosen in plan(
            context,
            options,
            &repositories,
            &copies,
            &lockfile,
            &mut report,
        )? {
            let entry = entry_of(&chosen, chosen.planned.digest()?, &lockfile, options.force);
            let mut change = change(context, &chosen, &entry, &lockfile);
            let plan = &chosen.planned.plan;
            let trashed = install_steps::trash_notes(&context.scope, chosen.planned.name, plan);
            change.notes.extend(trashed);
            report.skills.push(change);
        }
        return Ok(report);
    }
    let (report, trashed) = install_steps::in_transaction(context, |transaction, lockfile| {
        // Another mdskill may have added the same name while this one was fetching.
        name_conflicts::check_against(lockfile, options, &repositories)?;
        let before = with_targets(context, options, lockfile.clone());
        let copies = edited_copies(context, options, &before, &repositories)?;
        let mut all = plan(
            context,
            options,
            &repositories,
            &copies,
            &before,
            &mut report,
        )?;
        if !report.left_alone.is_empty() {
            report.skills.clear();
            return Ok((report, Verdict::Abandon));
        }
        let digests = install_steps::put_all(
            transaction,
            all.iter_mut().map(|chosen| &mut chosen.planned),
        )?;
        lockfile.targets.clone_from(&before.targets);
        for (chosen, digest) in all.iter().zip(digests) {
            let entry = entry_of(chosen, digest, &before, options.force);
            report.skills.push(change(context, chosen, &entry, &before));
            lockfile.skills.insert(chosen.candidate.name.clone(), entry);
        }
        Ok((report, Verdict::Commit))
    })?;
    Ok(Report { trashed, ..report })
}

/// Checks that no skill would be installed over or into its own source.
fn check_apart(
    context: &Context<'_>,
    options: &Options,
    lockfile: &Lockfile,
    repositories: &[Prepared<'_>],
) -> Result<(), OpError> {
    let lockfile = with_targets(context, options, lockfile.clone());
    let prepared = repositories.iter();
    for candidate in prepared.flat_map(|prepared| &prepared.candidates) {
        let targets = targets_of(options, &lockfile, &candidate.name);
        let source = (&candidate.source, candidate.path.as_str());
        own_source::check_apart(&context.scope, source, &candidate.name, &targets)?;
    }
    Ok(())
}

/// A candidate whose steps are planned.
struct Chosen<'a> {
    candidate: &'a Candidate,
    targets: Vec<Target>,
    moves: bool,
    planned: Planned<'a>,
}

/// Plans every candidate; what must be left alone is reported instead.
fn plan<'a>(
    context: &Context<'_>,
    options: &Options,
    repositories: &'a [Prepared<'_>],
    copies: &'a BTreeMap<SkillName, SkillTree>,
    lockfile: &Lockfile,
    report: &mut Report,
) -> Result<Vec<Chosen<'a>>, OpError> {
    let mut chosen = Vec::new();
    for prepared in repositories {
        let objects = prepared.repository.objects();
        for candidate in &prepared.candidates {
            let targets = targets_of(options, lockfile, &candidate.name);
            let locked = lockfile.skills.get(&candidate.name);
            // One tree is one digest: what is locked of it need not be computed.
            let same = locked.filter(|locked| locked.tree == candidate.files.tree);
            let copy = copies.get(&candidate.name);
            let wanted = Wanted {
                name: &candidate.name,
                files: copy.unwrap_or(&candidate.files),
                digest: same.map(|locked| match copy {
                    Some(_) => locked.digest_on_disk(),
                    None => locked.digest,
                }),
                locked,
                replaceable: None,
                targets: &targets,
                why: refusal_reason,
            };
            match install_steps::plan(&context.scope, &wanted, options.force, objects)? {
                SkillPlan::Blocked(folders) => report.left_alone.extend(folders),
                SkillPlan::Ready(planned) => {
                    let moves = install_steps::is_change(&planned.plan);
                    chosen.push(Chosen {
                        candidate,
                        targets,
                        moves,
                        planned,
                    });
                }
            }
        }
    }
    Ok(chosen)
}

/// Returns the files of the skills whose edits are kept: another folder of one is to have them, too.
fn edited_copies(
    context: &Context<'_>,
    options: &Options,
    lockfile: &Lockfile,
    repositories: &[Prepared<'_>],
) -> Result<BTreeMap<SkillName, SkillTree>, OpError> {
    let candidates = repositories
        .iter()
        .flat_map(|prepared| &prepared.candidates);
    let mut copies = BTreeMap::new();
    for candidate in candidates.filter(|_| !options.force) {
        let locked = lockfile.skills.get(&candidate.name);
        if let Some(locked) = locked.filter(|locked| locked.tree == candidate.files.tree)
            && let Some(copy) = edited_copy(context, lockfile, &candidate.name, locked)?
        {
            copies.insert(candidate.name.clone(), copy);
        }
    }
    Ok(copies)
}

/// The first `add` decides where a project's skills live.
fn with_targets(context: &Context<'_>, options: &Options, mut lockfile: Lockfile) -> Lockfile {
    if lockfile.targets.is_empty() {
        let first = &AGENTS[0];
        let default = if context.scope.is_personal {
            first.personal
        } else {
            first.project
        };
        lockfile.targets = match options.targets.is_empty() {
            true => default.parse().into_iter().collect(),
            false => options.targets.clone(),
        };
    }
    lockfile
}

fn entry_of(chosen: &Chosen<'_>, digest: Digest, lockfile: &Lockfile, is_forced: bool) -> Entry {
    let before = lockfile.skills.get(&chosen.candidate.name);
    let kept = before
        .filter(|before| before.tree == chosen.candidate.files.tree && !is_forced)
        .and_then(|before| Some((before.digest, before.edits?)));
    // What was written has the edits in it, and `digest` tells what upstream has.
    let digest = kept.map_or(digest, |(upstream, _)| upstream);
    let mut entry = chosen.candidate.entry(digest).keeping(before);
    // A commit that changed nothing of the skill is not worth a line in a diff.
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

/// Asked-for targets join those that the skill has already.
fn targets_of(options: &Options, lockfile: &Lockfile, name: &SkillName) -> Vec<Target> {
    let before = lockfile.skills.get(name);
    let mut targets = match (before, options.targets.is_empty()) {
        (Some(before), _) => lockfile.targets_of(before).to_vec(),
        (None, true) => lockfile.targets.clone(),
        (None, false) => Vec::new(),
    };
    for target in &options.targets {
        if !targets.contains(target) {
            targets.push(target.clone());
        }
    }
    targets
}

fn change(
    context: &Context<'_>,
    chosen: &Chosen<'_>,
    entry: &Entry,
    lockfile: &Lockfile,
) -> Change {
    let name = &chosen.candidate.name;
    let locked = lockfile.skills.get(name);
    let action = match locked {
        Some(before) if !chosen.moves && before == entry => Action::Unchanged,
        None => Action::Added,
        Some(before) if before.tree == entry.tree && chosen.moves => Action::Restored,
        Some(_) => Action::Updated,
    };
    let places = install_steps::places(&context.scope, name, &chosen.targets);
    let from = locked
        .and_then(|before| before.commit)
        .filter(|commit| Some(*commit) != entry.commit);
    Change {
        from: from.map(|commit| commit.to_string()),
        notes: chosen.candidate.note.iter().cloned().collect(),
        ..Change::of(name, entry, action, places)
    }
}
