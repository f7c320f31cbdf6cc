//! `install`: install the skills listed in the lockfile.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::operations::concurrent::try_join_all;
use serde::Serialize;

use super::OpError;
use super::git_notes;
use super::install_steps::{self, Plan, Planned, Verdict};
use super::installed::{InstalledSkill, SkillFolder, nearest_installed, required_lockfile};
use super::own_source::{self, is_own_source};
use super::policy_check::{PolicyCheck, Refusal, Version};
use super::report::{Action, Change, LeftAlone, Reason, refusal_reason};
use crate::context::Context;
use crate::fetch::Repository;
use crate::fs;
use crate::fs::tree::{OnDisk, Snapshot};
use crate::hint::mdskill;
use crate::install::plan::{self, Step, decide};
use crate::skill::SkillPlace;
use crate::skill::tree::{Memory, SkillTree, TreeError};
use crate::source::Source;
use mdskill_git::ObjectId;
use mdskill_git::objects::{blob_id, tree_id};
use mdskill_lint::name::SkillName;

/// The arguments of `install`.
#[derive(Debug, Default)]
pub(crate) struct Options {
    /// The skills to install; empty means all.
    pub(crate) names: Vec<SkillName>,
    /// Whether modified and unmanaged folders are moved to the trash.
    pub(crate) force: bool,
    /// Whether to report the changes without making them.
    pub(crate) dry_run: bool,
}

/// The result of `install`.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    /// The skills whose files were restored.
    pub(crate) skills: Vec<Change>,
    /// The number of skills whose files are as locked.
    pub(crate) unchanged: usize,
    /// The skills that the policy refuses. If there is one, nothing was changed.
    pub(crate) refused: Vec<Refusal>,
    /// The folders that can not be replaced. The other skills were restored.
    pub(crate) left_alone: Vec<LeftAlone>,
    /// The paths in the trash that folders were moved to.
    pub(crate) trashed: Vec<String>,
    /// Whether this is a dry run.
    pub(crate) dry_run: bool,
}

/// A skill whose files differ from the lockfile.
struct Missing<'a> {
    skill: InstalledSkill<'a>,
    plan: Plan,
    /// The files with the recorded edits, if another target has them.
    copy: Option<SkillTree>,
    /// Whether there is such a copy.
    is_copied: bool,
}

/// Installs the locked skills: the same bytes on every machine. A modified skill is left alone and does
/// not keep the others from being restored. An error means that nothing was changed.
pub(crate) async fn install(context: &Context<'_>, options: &Options) -> Result<Report, OpError> {
    let policy_check = PolicyCheck::open(context)?;
    let lockfile = required_lockfile(context)?;
    for name in &options.names {
        if !lockfile.skills.contains_key(name) {
            let nearest = nearest_installed(&lockfile, name);
            let name = name.clone();
            return Err(OpError::NotLocked { name, nearest });
        }
    }
    let skills = InstalledSkill::named(&context.scope, &lockfile, &options.names)?;
    let mut report = Report {
        dry_run: options.dry_run,
        ..Report::default()
    };
    report.refused = policy_check.locked_skills(context, &skills).await?;
    if !report.refused.is_empty() {
        return Ok(report);
    }
    let missing = find_missing(context, options, skills, &mut report)?;
    if missing.is_empty() {
        return Ok(report);
    }
    for Missing {
        skill, plan, copy, ..
    } in &missing
    {
        let mut change = skill.change(Action::Restored);
        if skill.entry.edits.is_some() && copy.is_none() {
            let keep = context
                .scope
                .command(mdskill("keep").word(skill.name.as_str()));
            change.notes.push(format!(
                "without the local edits that mdskill.lock records; {keep} accepts it without them"
            ));
        }
        if options.dry_run {
            let trashed = install_steps::trash_notes(&context.scope, skill.name, plan);
            change.notes.extend(trashed);
        }
        report.skills.push(change);
    }
    if options.dry_run {
        return Ok(report);
    }
    let mut sources: BTreeMap<&Source, Vec<Missing<'_>>> = BTreeMap::new();
    for missing in missing {
        let source = &missing.skill.entry.source;
        sources.entry(source).or_default().push(missing);
    }
    let mut fetched = try_join_all(
        sources
            .into_iter()
            .map(|(source, skills)| fetch(context, source, skills)),
    )
    .await?;
    for (repository, skills) in &mut fetched {
        let refused = unsigned(&policy_check, repository, skills).await?;
        report.refused.extend(refused);
    }
    if !report.refused.is_empty() {
        report.skills.clear();
        return Ok(report);
    }
    let ((), trashed) = install_steps::in_transaction(context, |transaction, now| {
        if *now != lockfile {
            return Err(OpError::LockfileChanged);
        }
        for (repository, skills) in fetched {
            let planned = skills.iter().map(|(missing, files)| Planned {
                name: missing.skill.name,
                files,
                objects: repository.objects(),
                plan: missing.plan.clone(),
            });
            let mut planned: Vec<Planned<'_>> = planned.collect();
            let digests = install_steps::put_all(transaction, &mut planned)?;
            for ((missing, _), digest) in skills.iter().zip(digests) {
                let InstalledSkill { name, entry, .. } = missing.skill;
                if digest != entry.digest && Some(digest) != entry.edits {
                    return Err(OpError::DigestMismatch(name.clone()));
                }
            }
        }
        Ok(((), Verdict::Commit))
    })?;
    report.trashed = trashed;
    git_notes::add_notes(context, &mut report.skills);
    Ok(report)
}

/// Returns the skills that are not as locked, and reports the folders that can not be replaced.
fn find_missing<'a>(
    context: &Context<'_>,
    options: &Options,
    skills: Vec<InstalledSkill<'a>>,
    report: &mut Report,
) -> Result<Vec<Missing<'a>>, OpError> {
    let mut all_missing = Vec::new();
    for skill in skills {
        let mut other = Vec::new();
        for folder in skill.folders() {
            let on_disk = skill.read(context, &folder)?;
            // The project's own repository has the recorded edits; upstream does not.
            if !on_disk.is(skill.entry.digest_on_disk()) {
                other.push((folder, on_disk));
            }
        }
        if other.is_empty() {
            report.unchanged += 1;
            continue;
        }
        let copy = skill.edited_copy(context)?;
        let mut missing = Missing {
            skill,
            plan: Vec::new(),
            is_copied: copy.is_some(),
            copy,
        };
        let left_alone = report.left_alone.len();
        for (folder, on_disk) in other {
            match step(context, options.force, &missing, &folder, &on_disk) {
                Ok(step) => missing.plan.push((folder.target.clone(), step, on_disk)),
                Err(reason) => {
                    let files = skill.changed_files(context, &on_disk);
                    report.left_alone.push(folder.left_alone(reason, files));
                }
            }
        }
        // A skill is restored as a whole.
        if report.left_alone.len() == left_alone {
            all_missing.push(missing);
        }
    }
    Ok(all_missing)
}

/// Returns the step for a folder that is not as locked, or the reason to leave it alone.
fn step(
    context: &Context<'_>,
    force: bool,
    Missing { skill, copy, .. }: &Missing<'_>,
    folder: &SkillFolder<'_>,
    on_disk: &OnDisk,
) -> Result<Step, Reason> {
    let entry = skill.entry;
    if is_own_source(&context.scope, entry, &folder.path) {
        return Err(own_source::reason(skill.name));
    }
    // --force does not help a folder that already lacks only the edits.
    let can_go_on = copy.is_some() || force && !on_disk.is(entry.digest);
    if !can_go_on && let Some(reason) = skill.lacks_edits(folder, on_disk) {
        return Err(reason);
    }
    // If another target has the edits, they may replace the unmodified files.
    let (ours, wanted) = match copy {
        Some(_) => (Some(entry.digest), entry.digest_on_disk()),
        None => (None, entry.digest),
    };
    // An unmodified older version may be replaced, but not by files that lack the recorded edits.
    let may_be_older = copy.is_some() || entry.edits.is_none();
    match decide(on_disk, ours.as_slice(), Some(wanted), force) {
        Ok(step) => Ok(step),
        Err(_) if may_be_older && was_installed(context, *skill, on_disk, &folder.path) => {
            Ok(Step::Replace)
        }
        Err(plan::Refusal::Unmanaged | plan::Refusal::Edited) => {
            Err("it differs from the lockfile".into())
        }
        Err(refusal) => Err(refusal_reason(refusal)),
    }
}

/// Whether the folder is an unmodified version of the skill that the cache has. This is so after
/// a `git pull` that brought a newer lockfile.
fn was_installed(
    context: &Context<'_>,
    skill: InstalledSkill<'_>,
    on_disk: &OnDisk,
    place: &Path,
) -> bool {
    let (OnDisk::Folder(snapshot), Some(objects)) = (on_disk, skill.cached(context)) else {
        return false;
    };
    let tree = tree_of(snapshot, place).filter(|_| snapshot.special_files.is_empty());
    tree.is_some_and(|tree| objects.contains(tree))
}

/// Computes the git tree of the files on disk.
fn tree_of(snapshot: &Snapshot, folder: &Path) -> Option<ObjectId> {
    let mut files = Vec::with_capacity(snapshot.files.len());
    for (path, mode, _) in &snapshot.files {
        let bytes = fs::read_plain(&folder.join(path)).ok()?;
        files.push((path.as_str(), *mode, blob_id(&bytes).ok()?));
    }
    tree_id(&files).ok()
}

/// Fetches the files of one source's skills: two requests, or none if they are cached.
async fn fetch<'a, 'b>(
    context: &'a Context<'_>,
    source: &Source,
    mut skills: Vec<Missing<'b>>,
) -> Result<(Repository<'a>, Vec<(Missing<'b>, SkillTree)>), OpError> {
    context
        .progress
        .begin(&format!("fetching {}", source.spec_prefix()));
    let mut repository = context.fetcher()?.open(source)?;
    let without_copy = skills.iter().filter(|missing| missing.copy.is_none());
    let wanted: Vec<InstalledSkill<'_>> = without_copy.map(|missing| missing.skill).collect();
    let commits: BTreeSet<_> = wanted
        .iter()
        .filter_map(|skill| skill.entry.commit)
        .collect();
    let commits: Vec<ObjectId> = commits.into_iter().collect();
    for InstalledSkill { name, entry, .. } in &wanted {
        repository.download_locked(name, entry).await?;
    }
    let trees_here = wanted
        .iter()
        .all(|skill| SkillTree::read(repository.objects(), place_of(&repository, *skill)).is_ok());
    // Cached trees may be of other commits, so they prove nothing about these commits.
    let commits_here = commits.iter().all(|commit| repository.has_trees(*commit));
    let can_check = !commits.is_empty() && (commits_here || !context.offline);
    if can_check || !trees_here {
        check_trees(&mut repository, &wanted, &commits).await?;
    }
    let mut files = Vec::with_capacity(skills.len());
    let mut blobs = Vec::new();
    for Missing { skill, copy, .. } in &mut skills {
        if let Some(copy) = copy.take() {
            files.push((copy, true));
            continue;
        }
        let place = place_of(&repository, *skill);
        let mut read = repository.read_skills(&[place], &commits).await?;
        let tree = read.pop().unwrap_or(Err(TreeError::Unfetched(Vec::new())));
        let tree = tree.map_err(|error| OpError::Refused {
            spec: skill.name.to_string(),
            source: error,
        })?;
        blobs.extend(tree.blobs());
        files.push((tree, false));
    }
    repository
        .fetch_blobs(blobs.iter().copied(), &commits)
        .await?;
    repository.check_total(blobs)?;
    context.progress.end();
    let files = skills.into_iter().zip(files);
    let files = files.map(|(missing, (mut tree, is_copy))| {
        let loaded = if is_copy {
            Ok(())
        } else {
            tree.load(repository.objects(), &Memory::of(0, 0), repository.limits)
        };
        match loaded {
            Ok(()) => Ok((missing, tree)),
            Err(source) => Err(OpError::Refused {
                spec: missing.skill.name.to_string(),
                source,
            }),
        }
    });
    let files = files.collect::<Result<Vec<_>, OpError>>()?;
    Ok((repository, files))
}

/// Verifies the signatures that the policy requires, because the lockfile may come from a pull request.
/// The copies of installed files were verified when they were installed.
async fn unsigned(
    policy_check: &PolicyCheck,
    repository: &mut Repository<'_>,
    skills: &[(Missing<'_>, SkillTree)],
) -> Result<Vec<Refusal>, OpError> {
    let fetched = skills.iter().map(|(missing, _)| missing);
    let fetched = fetched.filter(|missing| !missing.is_copied);
    let fetched: Vec<InstalledSkill<'_>> = fetched.map(|missing| missing.skill).collect();
    let commits = fetched.iter().filter_map(|skill| {
        let entry = skill.entry;
        Some((entry.commit?, entry.signed_tag))
    });
    let commits: Vec<_> = commits.collect();
    policy_check.verify_signatures(repository, commits).await?;
    let versions = fetched.into_iter().map(Version::locked);
    let refusals = versions.flat_map(|version| policy_check.signature_refusals(&version));
    Ok(refusals.collect())
}

fn place_of<'s>(repository: &Repository<'_>, skill: InstalledSkill<'s>) -> SkillPlace<'s> {
    let entry = skill.entry;
    repository.place(entry.commit, &entry.path, entry.tree)
}

/// Checks that each commit has the locked tree, because an edited lockfile could name a tree of
/// another commit.
async fn check_trees(
    repository: &mut Repository<'_>,
    skills: &[InstalledSkill<'_>],
    commits: &[ObjectId],
) -> Result<(), OpError> {
    let commits: Vec<Option<ObjectId>> = commits.iter().copied().map(Some).collect();
    let discoveries = repository.discover(&commits, &[]).await?;
    let discoveries: BTreeMap<_, _> = commits.iter().zip(discoveries).collect();
    for InstalledSkill { name, entry, .. } in skills {
        let discovery = discoveries.get(&entry.commit);
        let found = discovery.and_then(|discovery| discovery.at(&entry.path));
        if found.map(|found| found.tree) != Some(entry.tree) {
            let commit = entry
                .commit
                .map(|commit| format!(" at commit {}", commit.short()));
            return Err(OpError::TreeMismatch {
                name: (*name).clone(),
                tree: entry.tree.short(),
                path: entry.path.clone(),
                place: format!("{}{}", repository.url, commit.unwrap_or_default()),
            });
        }
    }
    Ok(())
}
