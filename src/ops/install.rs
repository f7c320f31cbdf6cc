//! `install`: make the disk equal the lockfile.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use futures_util::future::try_join_all;
use serde::Serialize;

use super::OpError;
use super::apply::{self, Plan, Planned, Verdict, is_known_version};
use super::change::{Action, Change, LeftAlone, lacks_edits, refusal_reason};
use super::gate::{Gate, Refusal};
use super::installed::{check_installed, edited_copy, named, stored_difference};
use super::own_source::{self, is_own_source};
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
    /// Its files with the edits that are recorded, where another folder of it has them.
    copy: Option<SkillTree>,
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
    let missing = look(context, options, &lockfile, &mut report)?;
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
        let places = apply::places(&context.scope, name, lockfile.targets_of(entry));
        let is_without = entry.edits.is_some() && copy.is_none();
        let note = is_without.then(|| {
            let keep = context.scope.command(&format!("keep {name}"));
            format!("without the local edits that mdskill.lock records; {keep} records that there are none")
        });
        let trashed = apply::trash_notes(&context.scope, name, plan).filter(|_| options.dry_run);
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
        let mut other = Vec::new();
        for target in lockfile.targets_of(entry) {
            let place = context.scope.skill(target, name);
            let on_disk = OnDisk::read(&place)?;
            // Edits that are meant are in the project's own repository, not upstream.
            if !on_disk.is(entry.digest_on_disk()) {
                other.push((target, place, on_disk));
            }
        }
        let copy = match other.is_empty() {
            true => None,
            false => edited_copy(context, lockfile, name, entry)?,
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
        match plan.is_empty() {
            true => report.unchanged += 1,
            false => missing.push(Missing {
                name,
                entry,
                plan,
                copy,
            }),
        }
    }
    Ok(missing)
}

/// Decides about a folder that is not as locked; the error is why it must be left alone.
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
        // What is without its edits already is no better with --force.
        let can_go_on = options.force && !on_disk.is(entry.digest);
        let lacking = lacks_edits(&context.scope, name, entry, on_disk).filter(|_| !can_go_on);
        if let Some(reason) = lacking {
            return Err(reason);
        }
    }
    // Where another folder has the edits, upstream's own files make room for them.
    let (ours, wanted) = match copy {
        Some(_) => (Some(entry.digest), entry.digest_on_disk()),
        None => (None, entry.digest),
    };
    // An older version that nobody edited may go, but not for one that lacks recorded edits.
    let may_be_older = copy.is_some() || entry.edits.is_none();
    match decide(on_disk, ours.as_slice(), Some(wanted), options.force) {
        Ok(step) => Ok(step),
        Err(_) if may_be_older && was_installed(context, entry, on_disk, place) => Ok(Step::Replace),
        Err(plan::Refusal::Unmanaged) => Err("it is not what the lockfile says; --force moves it to the trash folder and installs what is locked".to_owned()),
        Err(refusal) => Err(refusal_reason(refusal).to_owned()),
    }
}

/// Another version of the skill, as the store knows it, was installed and never
/// edited: a `git pull` brought a newer lockfile.
fn was_installed(context: &Context<'_>, entry: &Entry, on_disk: &OnDisk, place: &Path) -> bool {
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
    let with_edits = copied.into_iter().filter_map(|mut skill| {
        let files = skill.copy.take()?;
        Some((skill, files))
    });
    let fetched = skills.into_iter().zip(files);
    Ok((repository, fetched.chain(with_edits).collect()))
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
    match [Some(skill.entry.digest), skill.entry.edits].contains(&Some(digest)) {
        true => Ok(()),
        false => Err(OpError::Disagrees(format!(
            "the `digest` of `{}` in mdskill.lock is not that of its `tree`; nothing was changed: check who edited the lockfile",
            skill.name
        ))),
    }
}
