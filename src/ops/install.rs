//! `install`: make the disk equal the lockfile.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::try_join_all;
use serde::Serialize;

use super::OpError;
use super::apply::{self, Plan, Planned, Verdict, is_known_version};
use super::change::{Action, Change, LeftAlone, refusal_reason};
use super::gate::{Gate, Refusal};
use super::installed::{check_installed, lacks_edits, named, stored_difference};
use crate::context::Context;
use crate::digest::Digest;
use crate::fetch::Repository;
use crate::fs::tree::OnDisk;
use crate::install::plan::{Step, decide};
use crate::lockfile::{Entry, Lockfile};
use crate::name::SkillName;
use crate::oid::ObjectId;
use crate::skill::files::SkillTree;
use crate::source::Source;

/// What to install, and how.
#[derive(Debug, Default)]
pub struct Options {
    /// The skills; none means all.
    pub names: Vec<SkillName>,
    /// Whether a missing lockfile is an error instead of nothing to do.
    pub frozen: bool,
    /// Whether folders in the way go to the trash.
    pub force: bool,
    /// Whether only to say what would happen.
    pub dry_run: bool,
}

/// What was installed.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// Skills whose files were put back.
    pub skills: Vec<Change>,
    /// How many were as the lockfile says.
    pub unchanged: usize,
    /// What the policy does not let in; when there is one, nothing was changed.
    pub refused: Vec<Refusal>,
    /// Folders in the way; when there is one, nothing was changed.
    pub left_alone: Vec<LeftAlone>,
    /// Where folders were moved to.
    pub trashed: Vec<String>,
    /// Whether nothing was done on purpose.
    pub dry_run: bool,
}

/// A skill whose files are not as locked.
struct Missing<'a> {
    name: &'a SkillName,
    entry: &'a Entry,
    plan: Plan,
}

/// Installs what the lockfile says: the same bytes on every machine.
///
/// # Errors
/// When the lockfile can't be read, a source can't be fetched from, or what it
/// gives is not what is locked; nothing was changed then.
pub async fn install(context: &Context<'_>, options: &Options) -> Result<Report, OpError> {
    let gate = Gate::open(context)?;
    let lockfile = match context.lockfile()? {
        Some(lockfile) => lockfile,
        None if options.frozen => {
            return Err(OpError::no_lockfile(&context.site));
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
    let missing = look(context, options, &lockfile, &mut report)?;
    if !report.left_alone.is_empty() || missing.is_empty() {
        return Ok(report);
    }
    for skill in &missing {
        let places = apply::places(&context.site, skill.name, lockfile.targets_of(skill.entry));
        report.skills.push(Change::of(
            skill.name,
            skill.entry,
            Action::Restored,
            places,
        ));
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
    let ((), trashed) = apply::in_transaction(context, |transaction, now| {
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
            let digests = apply::put_all(transaction, &mut planned)?;
            for ((skill, _), digest) in skills.iter().zip(digests) {
                check_digest(skill, digest)?;
            }
        }
        Ok(((), Verdict::Commit))
    })?;
    report.trashed = trashed;
    Ok(report)
}

/// Looks at every folder; what is not as locked is returned, what is in the way reported.
fn look<'a>(
    context: &Context<'_>,
    options: &'a Options,
    lockfile: &'a Lockfile,
    report: &mut Report,
) -> Result<Vec<Missing<'a>>, OpError> {
    let mut missing = Vec::new();
    for (name, entry) in named(lockfile, &options.names) {
        let mut plan = Vec::new();
        for target in lockfile.targets_of(entry) {
            let place = context.site.skill(target, name);
            let on_disk = OnDisk::read(&place)?;
            // Edits that are meant are in the project's own repository, not upstream.
            let locked = entry.digest_on_disk();
            if on_disk.is(locked) {
                continue;
            }
            if let (Some(reason), false) = (lacks_edits(name, entry, &on_disk), options.force) {
                report.left_alone.push(LeftAlone {
                    name: name.to_string(),
                    place: context.site.display(&place),
                    reason,
                    files: Vec::new(),
                });
                continue;
            }
            match decide(&on_disk, &[], Some(entry.digest), options.force) {
                Ok(step) => plan.push((target.clone(), step, on_disk)),
                Err(_) if was_installed(context, entry, &on_disk, &place) => {
                    plan.push((target.clone(), Step::Replace, on_disk));
                }
                Err(refusal) => report.left_alone.push(LeftAlone {
                    name: name.to_string(),
                    place: context.site.display(&place),
                    reason: match refusal {
                        crate::install::plan::Refusal::Unmanaged => "it is not what the lockfile says; --force moves it to the trash folder and installs what is locked".to_owned(),
                        other => refusal_reason(other).to_owned(),
                    },
                    files: stored_difference(context, entry, &on_disk),
                }),
            }
        }
        match plan.is_empty() {
            true => report.unchanged += 1,
            false => missing.push(Missing { name, entry, plan }),
        }
    }
    Ok(missing)
}

/// Another version of the skill, as the store knows it, was installed and never
/// edited: a `git pull` brought a newer lockfile.
fn was_installed(
    context: &Context<'_>,
    entry: &Entry,
    on_disk: &OnDisk,
    place: &std::path::Path,
) -> bool {
    let stored = context
        .fetcher()
        .and_then(|fetcher| fetcher.open_stored(&entry.source));
    matches!(stored, Ok(Some(objects)) if is_known_version(&objects, on_disk, place))
}

/// Fetches the files of one source's skills: two requests, none when the store has them.
async fn fetch<'a, 'b>(
    context: &'a Context<'_>,
    source: &Source,
    skills: Vec<Missing<'b>>,
) -> Result<(Repository<'a>, Vec<(Missing<'b>, SkillTree)>), OpError> {
    context
        .progress
        .begin(&format!("fetching {}", source.spec_prefix()));
    let mut repository = context.fetcher()?.open(source)?;
    let trees_here = skills
        .iter()
        .all(|skill| SkillTree::read(repository.objects(), skill.entry.tree).is_ok());
    let commits: BTreeSet<ObjectId> = skills
        .iter()
        .filter_map(|skill| skill.entry.commit)
        .collect();
    let commits: Vec<ObjectId> = commits.into_iter().collect();
    // That the store has the trees, perhaps of other commits, proves nothing about these.
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
    Ok((repository, skills.into_iter().zip(files).collect()))
}

/// The chain from commit to tree is checked, so that no lockfile can name a tree
/// that its commit does not have.
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
                "mdskill.lock says that `{}` is tree {} at `{}`, but {}{commit} has another there; nothing was changed: check who edited the lockfile",
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
    match digest == skill.entry.digest {
        true => Ok(()),
        false => Err(OpError::Disagrees(format!(
            "the `digest` of `{}` in mdskill.lock is not that of its `tree`; nothing was changed: check who edited the lockfile",
            skill.name
        ))),
    }
}
