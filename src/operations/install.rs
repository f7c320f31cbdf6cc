//! `install`: install the skills listed in the lockfile.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use futures_util::future::try_join_all;
use serde::Serialize;

use super::OpError;
use super::install_steps::{self, Plan, Planned, Verdict, is_known_version};
use super::installed::{check_installed, edited_copy, named, stored_difference};
use super::own_source::{self, is_own_source};
use super::policy_check::{Gate, Refusal};
use super::report::{Action, Change, LeftAlone, lacks_edits, refusal_reason};
use crate::context::Context;
use crate::digest::Digest;
use crate::fetch::Repository;
use crate::fs::tree::OnDisk;
use crate::install::plan::{self, Step, decide};
use crate::lockfile::{Entry, Lockfile};
use crate::skill::tree::SkillTree;
use crate::source::Source;
use mdskill_git::ObjectId;
use mdskill_lint::name::SkillName;

/// The arguments of `install`.
#[derive(Debug, Default)]
pub struct Options {
    /// The skills to install; empty means all.
    pub names: Vec<SkillName>,
    /// Whether a missing lockfile is an error.
    pub frozen: bool,
    /// Whether modified and unmanaged folders are moved to the trash.
    pub force: bool,
    /// Whether to report the changes without making them.
    pub dry_run: bool,
}

/// The result of `install`.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// The skills whose files were restored.
    pub skills: Vec<Change>,
    /// The number of skills whose files are as locked.
    pub unchanged: usize,
    /// The skills that the policy refuses. If there is one, nothing was changed.
    pub refused: Vec<Refusal>,
    /// The folders that can not be replaced. If there is one, nothing was changed.
    pub left_alone: Vec<LeftAlone>,
    /// The paths in the trash that folders were moved to.
    pub trashed: Vec<String>,
    /// Whether this is a dry run.
    pub dry_run: bool,
}

/// A skill whose files differ from the lockfile.
struct Missing<'a> {
    name: &'a SkillName,
    entry: &'a Entry,
    plan: Plan,
    /// The files with the recorded edits, if another target has them.
    copy: Option<SkillTree>,
}

/// Installs the locked skills: the same bytes on every machine.
///
/// # Errors
/// If the lockfile can't be read, a source can't be fetched, or the fetched files are not the
/// locked ones. Then nothing was changed.
pub async fn install(context: &Context<'_>, options: &Options) -> Result<Report, OpError> {
    let gate = Gate::open(context)?;
    let lockfile = match context.lockfile()? {
        Some(lockfile) => lockfile,
        None if options.frozen => {
            return Err(OpError::no_lockfile(&context.scope));
        }
        None => return Ok(Report::default()),
    };
    check_installed(&lockfile, &options.names)?;
    let mut report = Report {
        dry_run: options.dry_run,
        ..Report::default()
    };
    let wanted = named(&lockfile, &options.names);
    report.refused = gate.locked_skills(context, wanted).await?;
    if !report.refused.is_empty() {
        return Ok(report);
    }
    let missing = find_missing(context, options, &lockfile, &mut report)?;
    if !report.left_alone.is_empty() || missing.is_empty() {
        return Ok(report);
    }
    for Missing {
        name,
        entry,
        plan,
        copy,
    } in &missing
    {
        let places = install_steps::places(&context.scope, name, lockfile.targets_of(entry));
        let lacks_edits = entry.edits.is_some() && copy.is_none();
        let note = lacks_edits.then(|| {
            let keep = context.scope.command(&format!("keep {name}"));
            format!("without the local edits that mdskill.lock records; {keep} records that there are none")
        });
        let trashed =
            install_steps::trash_notes(&context.scope, name, plan).filter(|_| options.dry_run);
        report.skills.push(Change {
            notes: note.into_iter().chain(trashed).collect(),
            ..Change::of(name, entry, Action::Restored, places)
        });
    }
    if options.dry_run {
        return Ok(report);
    }
    let mut sources: BTreeMap<&Source, Vec<Missing<'_>>> = BTreeMap::new();
    for skill in missing {
        sources.entry(&skill.entry.source).or_default().push(skill);
    }
    let fetched = try_join_all(
        sources
            .into_iter()
            .map(|(source, skills)| fetch(context, source, skills)),
    )
    .await?;
    let ((), trashed) = install_steps::in_transaction(context, |transaction, now| {
        if *now != lockfile {
            return Err(OpError::LockfileChanged);
        }
        for (repository, skills) in fetched {
            let planned = skills.iter().map(|(skill, files)| Planned {
                name: skill.name,
                files,
                objects: repository.objects(),
                digest: None,
                plan: skill.plan.clone(),
            });
            let mut planned: Vec<Planned<'_>> = planned.collect();
            let digests = install_steps::put_all(transaction, &mut planned)?;
            for ((skill, _), digest) in skills.iter().zip(digests) {
                check_digest(skill, digest)?;
            }
        }
        Ok(((), Verdict::Commit))
    })?;
    report.trashed = trashed;
    Ok(report)
}

/// Returns the skills that are not as locked, and reports the folders that can not be replaced.
fn find_missing<'a>(
    context: &Context<'_>,
    options: &'a Options,
    lockfile: &'a Lockfile,
    report: &mut Report,
) -> Result<Vec<Missing<'a>>, OpError> {
    let mut missing = Vec::new();
    for (name, entry) in named(lockfile, &options.names) {
        let mut other = Vec::new();
        for target in lockfile.targets_of(entry) {
            let place = context.scope.skill(target, name);
            let on_disk = OnDisk::read(&place)?;
            // The project's own repository has the recorded edits; upstream does not.
            if !on_disk.is(entry.digest_on_disk()) {
                other.push((target, place, on_disk));
            }
        }
        let copy = if other.is_empty() {
            None
        } else {
            edited_copy(context, lockfile, name, entry)?
        };
        let mut plan = Vec::new();
        for (target, place, on_disk) in other {
            match step(
                context,
                options,
                (name, entry),
                copy.as_ref(),
                &place,
                &on_disk,
            ) {
                Ok(step) => plan.push((target.clone(), step, on_disk)),
                Err(reason) => report.left_alone.push(LeftAlone {
                    name: name.to_string(),
                    place: context.scope.display(&place),
                    reason,
                    files: stored_difference(context, entry, &on_disk),
                }),
            }
        }
        if plan.is_empty() {
            report.unchanged += 1;
        } else {
            missing.push(Missing {
                name,
                entry,
                plan,
                copy,
            });
        }
    }
    Ok(missing)
}

/// Returns the step for a folder that is not as locked, or the reason to leave it alone.
fn step(
    context: &Context<'_>,
    options: &Options,
    (name, entry): (&SkillName, &Entry),
    copy: Option<&SkillTree>,
    place: &Path,
    on_disk: &OnDisk,
) -> Result<Step, String> {
    if is_own_source(&context.scope, entry, place) {
        return Err(own_source::REASON.to_owned());
    }
    if copy.is_none() {
        // --force does not help a folder that already lacks only the edits.
        let can_go_on = options.force && !on_disk.is(entry.digest);
        let lacking = lacks_edits(&context.scope, name, entry, on_disk).filter(|_| !can_go_on);
        if let Some(reason) = lacking {
            return Err(reason);
        }
    }
    // If another target has the edits, they may replace the unmodified files.
    let (ours, wanted) = match copy {
        Some(_) => (Some(entry.digest), entry.digest_on_disk()),
        None => (None, entry.digest),
    };
    // An unmodified older version may be replaced, but not by files that lack the recorded edits.
    let may_be_older = copy.is_some() || entry.edits.is_none();
    match decide(on_disk, ours.as_slice(), Some(wanted), options.force) {
        Ok(step) => Ok(step),
        Err(_) if may_be_older && was_installed(context, entry, on_disk, place) => Ok(Step::Replace),
        Err(plan::Refusal::Unmanaged) => Err("it differs from the lockfile; --force moves it to the trash and installs the locked files".to_owned()),
        Err(refusal) => Err(refusal_reason(refusal).to_owned()),
    }
}

/// Whether the folder is an unmodified version of the skill that the cache has. This is so after
/// a `git pull` that brought a newer lockfile.
fn was_installed(context: &Context<'_>, entry: &Entry, on_disk: &OnDisk, place: &Path) -> bool {
    let stored = context
        .fetcher()
        .and_then(|fetcher| fetcher.open_stored(&entry.source));
    matches!(stored, Ok(Some(objects)) if is_known_version(&objects, on_disk, place))
}

/// Fetches the files of one source's skills: two requests, or none if they are cached.
async fn fetch<'a, 'b>(
    context: &'a Context<'_>,
    source: &Source,
    skills: Vec<Missing<'b>>,
) -> Result<(Repository<'a>, Vec<(Missing<'b>, SkillTree)>), OpError> {
    context
        .progress
        .begin(&format!("fetching {}", source.spec_prefix()));
    let mut repository = context.fetcher()?.open(source)?;
    let (copied, skills): (Vec<_>, Vec<_>) =
        skills.into_iter().partition(|skill| skill.copy.is_some());
    let trees_here = skills
        .iter()
        .all(|skill| SkillTree::read(repository.objects(), skill.entry.tree).is_ok());
    let commits: BTreeSet<ObjectId> = skills
        .iter()
        .filter_map(|skill| skill.entry.commit)
        .collect();
    let commits: Vec<ObjectId> = commits.into_iter().collect();
    // Cached trees may be of other commits, so they prove nothing about these commits.
    let commits_here = commits.iter().all(|commit| repository.has_trees(*commit));
    let can_check = !commits.is_empty() && (commits_here || !context.offline);
    if can_check || !trees_here {
        let wanted: Vec<Option<ObjectId>> = commits.iter().copied().map(Some).collect();
        let discoveries = repository.discover(&wanted, &[]).await?;
        check_trees(&repository, &skills, &wanted, &discoveries)?;
    }
    let mut files = Vec::with_capacity(skills.len());
    for skill in &skills {
        let tree = SkillTree::read(repository.objects(), skill.entry.tree);
        files.push(tree.map_err(|error| OpError::Refused {
            spec: skill.name.to_string(),
            source: error,
        })?);
    }
    repository
        .fetch_blobs(
            files.iter().flat_map(SkillTree::blobs).collect::<Vec<_>>(),
            &commits,
        )
        .await?;
    context.progress.end();
    let with_edits = copied.into_iter().filter_map(|mut skill| {
        let files = skill.copy.take()?;
        Some((skill, files))
    });
    let fetched = skills.into_iter().zip(files);
    Ok((repository, fetched.chain(with_edits).collect()))
}

/// Checks that each commit has the locked tree, because an edited lockfile could name a tree of
/// another commit.
fn check_trees(
    repository: &Repository<'_>,
    skills: &[Missing<'_>],
    commits: &[Option<ObjectId>],
    discoveries: &[crate::skill::discover::Discovery],
) -> Result<(), OpError> {
    for skill in skills {
        let at = commits
            .iter()
            .position(|commit| *commit == skill.entry.commit);
        let found = at.and_then(|at| discoveries[at].at(&skill.entry.path));
        if found.map(|found| found.tree) != Some(skill.entry.tree) {
            let commit = skill.entry.commit.map_or_else(String::new, |commit| {
                format!(" at commit {}", commit.short())
            });
            return Err(OpError::Disagrees(format!(
                "`{}` is tree {} at `{}` in mdskill.lock, but {}{commit} has another tree there; nothing was changed: check the history of the lockfile",
                skill.name,
                skill.entry.tree.short(),
                skill.entry.path,
                repository.url,
            )));
        }
    }
    Ok(())
}

fn check_digest(skill: &Missing<'_>, digest: Digest) -> Result<(), OpError> {
    if [Some(skill.entry.digest), skill.entry.edits].contains(&Some(digest)) {
        Ok(())
    } else {
        Err(OpError::Disagrees(format!(
            "the `digest` of `{}` in mdskill.lock does not match its `tree`; nothing was changed: check the history of the lockfile",
            skill.name
        )))
    }
}
