//! Fetches the refs and trees of each source, compares them with the lockfile, and fetches the files of
//! new versions.

use std::collections::{BTreeMap, BTreeSet};

use tokio::sync::OnceCell;

use crate::operations::concurrent::join_all;

use super::local_edits::{Local, Unresolved};
use super::min_age;
use super::plan_skill::plan_source;
use super::skill_commits;
use super::source_update::{
    Comparison, Fetched, Request, SkillUpdate, SourceUpdate, Tracked, Upstream,
};
use super::successors;
use crate::fetch::resolve::{MatchedRef, Query, Resolved};
use crate::fetch::{Move, Repository};
use crate::hint::mdskill;
use crate::lockfile::Entry;
use crate::operations::OpError;
use crate::operations::installed::InstalledSkill;
use crate::operations::report::Newer;
use crate::operations::resolve::full_spec;
use crate::skill::SkillPlace;
use crate::skill::discover::{Discovery, Found};
use crate::skill::select::{Choice, choose};
use crate::skill::tree::{SkillTree, TreeError};
use crate::source::Source;
use mdskill_git::ObjectId;
use mdskill_git::objects::Objects;

/// The installed skills of each source.
pub(super) type Sources<'a> = BTreeMap<&'a Source, Vec<InstalledSkill<'a>>>;

/// Fetches the new versions from all sources concurrently, and plans their updates. The installed files are read
/// while the first answers are on their way.
///
/// # Errors
/// If the installed files can't be read.
pub(super) async fn plan_all<'a>(
    request: Request<'a, '_>,
    sources: &Sources<'a>,
    read_unresolved: impl Fn() -> Result<Unresolved, OpError>,
) -> Result<Vec<Result<SourceUpdate<'a>, OpError>>, OpError> {
    let progress = request.context.progress;
    progress.begin("looking for updates");
    let unresolved = OnceCell::new();
    let unresolved = || unresolved.get_or_try_init(async || read_unresolved());
    let planned = sources.iter().map(async |(source, skills)| {
        let fetched = fetch(request, source, skills).await?;
        // Planned at once, because a source without new versions is then closed.
        plan_source(request, unresolved().await?, fetched)
    });
    let (planned, read) = tokio::join!(join_all(planned), unresolved());
    progress.end();
    read.map(|_| planned)
}

/// Fetches from one source: one request if nothing changed, at most three.
async fn fetch<'a>(
    request: Request<'a, '_>,
    source: &Source,
    skills: &[InstalledSkill<'a>],
) -> Result<Fetched<'a>, OpError> {
    let mut repository = request.context.fetcher()?.open(source)?;
    repository.download([]).await?;
    let refs = skills.iter().map(|skill| skill.entry.git_ref.as_deref());
    let resolved = resolve(&mut repository, refs.collect()).await?;
    let (mut newer, mut versions) = (Vec::new(), Vec::new());
    let (mut compared, mut open) = (Vec::new(), Vec::new());
    for &skill in skills {
        let resolved = resolved[&skill.entry.git_ref.as_deref()].clone();
        let (tracked, error) = track(request, skill, resolved);
        versions.push(tracked.versions());
        newer.extend(newer_version(&tracked));
        if let Some(error) = error {
            compared.push((tracked, Comparison::Decided(SkillUpdate::blocked(error))));
        } else if tracked.commit().is_some() && tracked.commit() == skill.entry.commit {
            // No tree is needed for a skill at the locked commit.
            let compared_with = if tracked.git_ref() == skill.entry.git_ref.as_deref() {
                Comparison::Decided(SkillUpdate::Unchanged)
            } else {
                Comparison::Same
            };
            compared.push((tracked, compared_with));
        } else if !skill.entry.is_gone && repository.has_download(skill.entry) {
            compared.push((tracked, Comparison::Decided(SkillUpdate::Unchanged)));
        } else {
            open.push(tracked);
        }
    }
    let mut fetched = Fetched {
        as_of: repository.refs_as_of(),
        repository,
        newer,
        versions,
        lineages: BTreeMap::new(),
        skills: compared,
        successors: BTreeMap::new(),
    };
    if open.is_empty() {
        return Ok(fetched);
    }
    let paths = open.iter().map(|tracked| tracked.skill.entry.path.as_str());
    fetched.repository.download(paths).await?;
    min_age::step_back(request, &mut fetched.repository, &mut open).await?;
    let moves: BTreeSet<Move> = open.iter().filter_map(Tracked::commits).collect();
    let discoveries = compare_trees(request, &mut fetched, open).await?;
    successors::name(request, &mut fetched, &discoveries).await?;
    fetch_files(&mut fetched, moves.into_iter().collect()).await?;
    verify_signatures(request, &mut fetched).await?;
    if request.options.with_differences {
        let folders = moved_folders(&fetched.skills);
        skill_commits::fetch_trees(&mut fetched.repository, &fetched.lineages, &folders).await?;
    }
    Ok(fetched)
}

/// Returns a skill with what its ref resolves to; with `--latest`, with the ref of the newest version.
/// Also returns the reason why it can't be updated.
fn track<'a>(
    request: Request<'_, '_>,
    skill: InstalledSkill<'a>,
    resolved: Result<Option<Resolved>, String>,
) -> (Tracked<'a>, Option<String>) {
    let (resolved, mut error) = match resolved {
        Ok(resolved) => (resolved, None),
        Err(error) => (None, Some(with_default_branch(request, skill, &error))),
    };
    let mut tracked = Tracked {
        skill,
        resolved,
        has_new_ref: false,
    };
    if let (true, Some(resolved)) = (request.options.latest, &mut tracked.resolved) {
        tracked.has_new_ref = true;
        if let Err(reason) = resolved.take_newest() {
            let spec = full_spec(&skill.entry.source, &skill.entry.path);
            let add = request
                .context
                .scope
                .command(mdskill("add").word(format!("{spec}@REF")));
            error = Some(format!("{reason}; {add} changes the ref"));
        }
    }
    (tracked, error)
}

/// Adds the next step to the error of a ref that does not exist any more.
fn with_default_branch(request: Request<'_, '_>, skill: InstalledSkill<'_>, error: &str) -> String {
    let spec = full_spec(&skill.entry.source, &skill.entry.path);
    let add = request
        .context
        .scope
        .command(mdskill("add").word(format!("{spec}@HEAD")));
    format!("{error}; {add} follows the default branch")
}

/// Compares the trees, which are fetched in one request. The request includes the trees of the locked
/// commits that the cache does not have, because they are the bases of merges, and their dates limit the
/// history to fetch.
async fn compare_trees<'a>(
    request: Request<'a, '_>,
    fetched: &mut Fetched<'a>,
    open: Vec<Tracked<'a>>,
) -> Result<BTreeMap<Option<ObjectId>, Discovery>, OpError> {
    let commits: BTreeSet<Option<ObjectId>> = open.iter().map(Tracked::commit).collect();
    let commits: Vec<Option<ObjectId>> = commits.into_iter().collect();
    let known = open.iter().filter_map(|tracked| tracked.skill.entry.commit);
    let known: BTreeSet<ObjectId> = known.collect();
    let known: Vec<ObjectId> = known.into_iter().collect();
    let (discoveries, _) = fetched
        .repository
        .discover_with_bases(&commits, &known, &known)
        .await?;
    let discoveries: BTreeMap<_, _> = commits.into_iter().zip(discoveries).collect();
    let found: Vec<Option<&Found>> = open
        .iter()
        .map(|tracked| {
            upstream(
                request,
                &discoveries[&tracked.commit()],
                tracked.skill.entry,
            )
        })
        .collect();
    fetch_links(&mut fetched.repository, &open, &found).await?;
    for (tracked, found) in open.into_iter().zip(found) {
        let compared = compare(request, &fetched.repository, found, &tracked)?;
        fetched.skills.push((tracked, compared));
    }
    Ok(discoveries)
}

/// Returns the skill in its place, or where it was moved to.
fn upstream<'d>(
    request: Request<'_, '_>,
    discovery: &'d Discovery,
    entry: &Entry,
) -> Option<&'d Found> {
    let in_place = discovery.at(&entry.path);
    in_place.or_else(|| moved_to(request, discovery, entry))
}

/// Fetches the links of the new and the locked versions: none without links. The locked commits may be
/// gone upstream.
async fn fetch_links(
    repository: &mut Repository<'_>,
    open: &[Tracked<'_>],
    found: &[Option<&Found>],
) -> Result<(), OpError> {
    let tracked = open.iter().zip(found);
    let new = tracked.filter_map(|(tracked, found)| {
        let found = (*found)?;
        Some(repository.place(tracked.commit(), &found.path, found.tree))
    });
    let new: Vec<SkillPlace<'_>> = new.collect();
    let commits: Vec<ObjectId> = open.iter().filter_map(Tracked::commit).collect();
    repository.fetch_links(&new, &commits).await?;
    let entries = open.iter().map(|tracked| tracked.skill.entry);
    let locked = entries.map(|entry| repository.place(entry.commit, &entry.path, entry.tree));
    let locked: Vec<SkillPlace<'_>> = locked.collect();
    match repository.fetch_links(&locked, &[]).await {
        Err(error) if error.refusal().is_none() => Err(error.into()),
        _ => Ok(()),
    }
}

fn compare(
    request: Request<'_, '_>,
    repository: &Repository<'_>,
    found: Option<&Found>,
    tracked: &Tracked<'_>,
) -> Result<Comparison, OpError> {
    let entry = tracked.skill.entry;
    let Some(found) = found else {
        return Ok(Comparison::Gone);
    };
    let objects = repository.objects();
    let place = repository.place(tracked.commit(), &found.path, found.tree);
    let locked = repository.place(entry.commit, &entry.path, entry.tree);
    let read = SkillTree::read(objects, place);
    let read = read.and_then(|files| files.within(repository.limits));
    let mut notes = Vec::new();
    if found.path != entry.path {
        let (from, to) = (&entry.path, &found.path);
        notes.push(format!("moved in its repository from {from} to {to}"));
    } else if found.tree == entry.tree && has_same_content(objects, &read, locked) {
        return Ok(Comparison::Same);
    }
    if !request.options.accept_moved_tag
        && let Some(reason) = moved_tag(request, tracked)
    {
        return Ok(Comparison::Decided(SkillUpdate::blocked(reason)));
    }
    let files = match read {
        Ok(files) => files,
        Err(error) => {
            let reason = format!("its new version is refused:\n  {error}");
            return Ok(Comparison::Decided(SkillUpdate::blocked(reason)));
        }
    };
    let local = Local::read(request.context, tracked.skill)?;
    let base = match &local {
        Local::Edited(_) => SkillTree::read(objects, locked).ok(),
        _ => None,
    };
    Ok(Comparison::Changed(Box::new(Upstream {
        path: found.path.clone(),
        files,
        notes,
        local,
        base,
    })))
}

/// Whether a version with the locked tree has the locked files: a link may lead to other ones now, or
/// to nothing.
fn has_same_content(
    objects: &Objects,
    new: &Result<SkillTree, TreeError>,
    locked: SkillPlace<'_>,
) -> bool {
    let locked = || SkillTree::read(objects, locked);
    new.as_ref().is_ok_and(|new| {
        !new.has_links() || locked().is_ok_and(|locked| locked.content == new.content)
    })
}

/// Returns the reason not to update a skill whose tag was moved, or replaced by a branch. A tag that a
/// range gave names one version, too.
fn moved_tag(request: Request<'_, '_>, tracked: &Tracked<'_>) -> Option<String> {
    let (entry, resolved) = (tracked.skill.entry, tracked.resolved.as_ref()?);
    let is_same_ref = tracked.git_ref() == entry.git_ref.as_deref();
    let (tag, has_now) = match &resolved.matched {
        MatchedRef::Tag(tag) if is_same_ref => (tag, "points at other content now"),
        MatchedRef::Range(tag) if entry.version.as_ref() == Some(tag) => {
            (tag, "points at other content now")
        }
        MatchedRef::Branch(_) if is_same_ref => {
            (entry.version.as_ref()?, "was replaced by a branch")
        }
        _ => return None,
    };
    let commits = tracked.commits().map_or_else(String::new, |(old, new)| {
        format!(" ({} -> {})", old.short(), new.short())
    });
    let command = mdskill("update").word(tracked.skill.name.as_str());
    let command = command.then("--accept-moved-tag");
    Some(format!(
        "the tag `{tag}` of {} {has_now}{commits}; {} accepts it",
        full_spec(&entry.source, ""),
        request.context.scope.command(command)
    ))
}

/// Finds the new path of a skill: a folder with the same files, or else the only one with its name,
/// unless another installed skill comes from there.
fn moved_to<'d>(
    request: Request<'_, '_>,
    discovery: &'d Discovery,
    entry: &Entry,
) -> Option<&'d Found> {
    let is_free = |found: &&Found| {
        let mut installed = request.lockfile.skills.values();
        !installed.any(|other| other.source == entry.source && other.path == found.path)
    };
    let folder = entry.path.rsplit('/').next();
    let skills = discovery.skills.iter();
    let only = |choice| match choice {
        Choice::One(found) => Some(found).filter(is_free),
        Choice::Ambiguous(_) | Choice::Nothing => None,
    };
    let same = skills.clone().filter(|found| found.tree == entry.tree);
    let named = skills.filter(|found| found.folder() == folder);
    only(choose(discovery, same)).or_else(|| only(choose(discovery, named)))
}

/// Fetches the files of new versions and of edited ones, and the commits in between.
async fn fetch_files(fetched: &mut Fetched<'_>, moves: Vec<Move>) -> Result<(), OpError> {
    let changed = fetched
        .skills
        .iter()
        .filter_map(|(_, compared)| match compared {
            Comparison::Changed(upstream) => Some(upstream),
            _ => None,
        });
    let trees = changed.flat_map(|upstream| std::iter::once(&upstream.files).chain(&upstream.base));
    let blobs: Vec<ObjectId> = trees.flat_map(SkillTree::blobs).collect();
    let tips: BTreeSet<ObjectId> = moves.iter().map(|(_, new)| *new).collect();
    let tips: Vec<ObjectId> = tips.into_iter().collect();
    let repository = &mut fetched.repository;
    repository
        .fetch_blobs_with_history(blobs.iter().copied(), &tips, &moves)
        .await?;
    repository.check_total(blobs)?;
    // Each history is walked once, because many skills are locked at one commit.
    let lineages = moves
        .into_iter()
        .filter_map(|(old, new)| Some(((old, new), repository.lineage(old, new)?)));
    fetched.lineages = lineages.collect();
    Ok(())
}

/// Verifies the signatures of the commits that may be locked, if the policy requires it.
async fn verify_signatures(
    request: Request<'_, '_>,
    fetched: &mut Fetched<'_>,
) -> Result<(), OpError> {
    let new = fetched.skills.iter().filter_map(|(tracked, compared)| {
        let resolved = tracked.resolved.as_ref()?;
        let is_new = matches!(compared, Comparison::Changed(_) | Comparison::Same)
            && Some(resolved.commit) != tracked.skill.entry.commit;
        is_new.then_some((resolved.commit, resolved.tag_object))
    });
    let new: Vec<_> = new.collect();
    let policy_check = request.policy_check;
    Ok(policy_check
        .verify_signatures(&mut fetched.repository, new)
        .await?)
}

/// Returns the old and new folders of the changed skills, by the move of their refs.
fn moved_folders(skills: &[(Tracked<'_>, Comparison)]) -> skill_commits::Folders {
    let mut folders = skill_commits::Folders::new();
    for (tracked, compared) in skills {
        if let (Comparison::Changed(upstream), Some(commits)) = (compared, tracked.commits()) {
            let of_move = folders.entry(commits).or_default();
            of_move.insert(tracked.skill.entry.path.clone());
            of_move.insert(upstream.path.clone());
        }
    }
    folders
}

/// Resolves each ref, or returns the reason why it can't be resolved.
async fn resolve<'a>(
    repository: &mut Repository<'_>,
    refs: BTreeSet<Option<&'a str>>,
) -> Result<BTreeMap<Option<&'a str>, Result<Option<Resolved>, String>>, OpError> {
    if repository.is_unversioned() {
        return Ok(refs
            .into_iter()
            .map(|git_ref| (git_ref, Ok(None)))
            .collect());
    }
    let mut queries = Vec::with_capacity(refs.len());
    for git_ref in &refs {
        queries.push(Query::from_lock(*git_ref).map_err(OpError::LockedRef)?);
    }
    let resolved = repository.resolve_with_newest(&queries).await?;
    let resolved = resolved
        .into_iter()
        .map(|resolved| resolved.map(Some).map_err(|error| error.to_string()));
    Ok(refs.into_iter().zip(resolved).collect())
}

/// Returns the newest version if the ref of a skill gives an older one.
fn newer_version(tracked: &Tracked<'_>) -> Option<Newer> {
    let resolved = tracked.resolved.as_ref()?;
    let (MatchedRef::Tag(compatible) | MatchedRef::Range(compatible)) = &resolved.matched else {
        return None;
    };
    let newest = resolved.newest.as_ref()?;
    (compatible != newest).then(|| Newer {
        name: tracked.skill.name.to_string(),
        source: tracked.skill.entry.source.to_string(),
        git_ref: tracked.skill.entry.git_ref.clone().unwrap_or_default(),
        compatible: compatible.clone(),
        newest: newest.clone(),
    })
}
