//! The state of each source now: its refs and trees, compared with the lockfile, and the files of new
//! versions.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;

use super::local_edits::Local;
use super::min_age;
use super::source_update::{Fetched, SkillUpdate, Tag, Target, Terms, Upstream};
use crate::context::Context;
use crate::fetch::resolve::{MatchedRef, Query, ResolveError, Resolved};
use crate::fetch::{self, Repository};
use crate::lockfile::Lockfile;
use crate::operations::OpError;
use crate::operations::installed::InstalledSkill;
use crate::operations::policy_check::kind_of;
use crate::operations::report::Newer;
use crate::operations::resolve::full_spec;
use crate::policy::RefKind;
use crate::skill::discover::{Discovery, Found};
use crate::skill::tree::SkillTree;
use crate::source::Source;
use mdskill_git::ObjectId;
use mdskill_git::objects::Objects;

/// Fetches from every source at once what is new for its skills.
pub(super) async fn fetch_all<'a, 'l>(
    terms: Terms<'a, '_>,
    sources: &BTreeMap<&Source, Vec<InstalledSkill<'l>>>,
) -> Vec<Result<Fetched<'a, 'l>, OpError>> {
    let progress = terms.context.progress;
    progress.begin("looking for updates");
    let sources = sources.iter();
    let fetched = join_all(sources.map(|(source, skills)| fetch(terms, source, skills))).await;
    progress.end();
    fetched
}

/// Fetches from one source: one request when nothing changed, at most three.
async fn fetch<'a, 'l>(
    terms: Terms<'a, '_>,
    source: &Source,
    skills: &[InstalledSkill<'l>],
) -> Result<Fetched<'a, 'l>, OpError> {
    let mut repository = terms.context.fetcher()?.open(source)?;
    let refs = skills.iter().map(|skill| skill.entry.git_ref.as_deref());
    let resolved = resolve(&mut repository, refs.collect(), terms.options.dry_run).await?;
    let mut fetched = Fetched {
        repository,
        newer: Vec::new(),
        lineages: BTreeMap::new(),
        decided: Vec::new(),
        changed: Vec::new(),
        same: Vec::new(),
    };
    // A skill at the locked commit needs no look at any tree.
    let mut open: Vec<(InstalledSkill<'l>, Target)> = Vec::new();
    for skill in skills {
        match resolved.get(&skill.entry.git_ref.as_deref()) {
            Some(Ok(target)) => {
                fetched.newer.extend(newer(*skill, target));
                if target.commit.is_some() && target.commit == skill.entry.commit {
                    fetched.decided.push((skill.name, SkillUpdate::Unchanged));
                } else {
                    open.push((*skill, target.clone()));
                }
            }
            Some(Err(reason)) => {
                let update = SkillUpdate::blocked(reason.clone());
                fetched.decided.push((skill.name, update));
            }
            None => {}
        }
    }
    if open.is_empty() {
        return Ok(fetched);
    }
    min_age::step_back(terms, &mut fetched.repository, &mut open).await?;
    let moves = open
        .iter()
        .filter_map(|(skill, target)| Some((skill.entry.commit?, target.commit?)));
    let moves: BTreeSet<fetch::Move> = moves.collect();
    compare_trees(terms, &mut fetched, open).await?;
    fetch_files(&mut fetched, moves.into_iter().collect()).await?;
    Ok(fetched)
}

/// Compares the trees, which come in one request. The trees of the locked commits come too where the
/// cache does not have them, because edits are merged on them, and their dates limit the history to fetch.
async fn compare_trees<'l>(
    terms: Terms<'_, '_>,
    fetched: &mut Fetched<'_, 'l>,
    open: Vec<(InstalledSkill<'l>, Target)>,
) -> Result<(), OpError> {
    let commits: BTreeSet<Option<ObjectId>> =
        open.iter().map(|(_, target)| target.commit).collect();
    let commits: Vec<Option<ObjectId>> = commits.into_iter().collect();
    let known: BTreeSet<ObjectId> = open
        .iter()
        .filter_map(|(skill, _)| skill.entry.commit)
        .collect();
    let known: Vec<ObjectId> = known.into_iter().collect();
    let (discoveries, _gone) = fetched
        .repository
        .discover_with_bases(&commits, &known, &known)
        .await?;
    let of_commit: BTreeMap<_, _> = commits.into_iter().zip(discoveries).collect();
    for (skill, target) in open {
        let Some(discovery) = of_commit.get(&target.commit) else {
            continue;
        };
        match compare(&terms, discovery, skill, &target) {
            Comparison::Same => fetched.same.push((skill, target)),
            Comparison::Stays(update) => fetched.decided.push((skill.name, update)),
            Comparison::Changed(found, notes) => {
                let objects = fetched.repository.objects();
                match SkillTree::read(objects, found.tree) {
                    Ok(files) => {
                        let mut upstream = upstream(objects, skill, files)?;
                        upstream.path.clone_from(&found.path);
                        upstream.notes = notes;
                        fetched.changed.push((skill, target, upstream));
                    }
                    Err(error) => {
                        let reason = format!("its new version is refused:\n  {error}");
                        let update = SkillUpdate::blocked(reason);
                        fetched.decided.push((skill.name, update));
                    }
                }
            }
        }
    }
    Ok(())
}

/// Looks for edits to merge into a new version.
fn upstream(
    objects: &Objects,
    skill: InstalledSkill<'_>,
    files: SkillTree,
) -> Result<Upstream, OpError> {
    let local = Local::look(skill)?;
    let base = match &local {
        Local::Edited(_) => SkillTree::read(objects, skill.entry.tree).ok(),
        _ => None,
    };
    Ok(Upstream {
        path: skill.entry.path.clone(),
        files,
        notes: Vec::new(),
        local,
        base,
    })
}

/// Fetches the files of new versions and of edited ones, and the commits in between.
async fn fetch_files(
    fetched: &mut Fetched<'_, '_>,
    moves: Vec<fetch::Move>,
) -> Result<(), OpError> {
    let changed = fetched.changed.iter();
    let trees =
        changed.flat_map(|(.., upstream)| std::iter::once(&upstream.files).chain(&upstream.base));
    let blobs: Vec<ObjectId> = trees.flat_map(SkillTree::blobs).collect();
    let tips: BTreeSet<ObjectId> = moves.iter().map(|(_, new)| *new).collect();
    let tips: Vec<ObjectId> = tips.into_iter().collect();
    fetched
        .repository
        .fetch_blobs_with_history(blobs, &tips, &moves)
        .await?;
    // Many skills are locked at one commit, and a walk may be as long as a history.
    let lineage = |way: fetch::Move| Some((way, fetched.repository.lineage(way.0, way.1)?));
    fetched.lineages = moves.into_iter().filter_map(lineage).collect();
    Ok(())
}

/// Returns where each ref leads now, or why nowhere.
async fn resolve<'l>(
    repository: &mut Repository<'_>,
    refs: BTreeSet<Option<&'l str>>,
    with_newest: bool,
) -> Result<BTreeMap<Option<&'l str>, Result<Target, String>>, OpError> {
    if repository.is_folder() {
        let nothing = Target {
            commit: None,
            tag: None,
            kind: RefKind::Folder,
            newest: None,
        };
        return Ok(refs
            .into_iter()
            .map(|git_ref| (git_ref, Ok(nothing.clone())))
            .collect());
    }
    let mut queries = Vec::with_capacity(refs.len());
    for git_ref in &refs {
        queries.push(Query::from_lock(*git_ref).map_err(OpError::LockedRef)?);
    }
    let resolved = match with_newest {
        true => repository.resolve_with_newest(&queries).await?,
        false => repository.resolve(&queries).await?,
    };
    let target = |resolved: Result<Resolved, _>| match resolved {
        Ok(resolved) => Ok(target_of(resolved)),
        Err(error) => Err(ResolveError::to_string(&error)),
    };
    Ok(refs
        .into_iter()
        .zip(resolved.into_iter().map(target))
        .collect())
}

fn target_of(resolved: Resolved) -> Target {
    let kind = kind_of(Some(&resolved));
    Target {
        commit: Some(resolved.commit),
        tag: match resolved.matched {
            MatchedRef::Tag(name) => Some(Tag {
                name,
                is_best: false,
            }),
            MatchedRef::Range(name) => Some(Tag {
                name,
                is_best: true,
            }),
            MatchedRef::Head(_) | MatchedRef::Branch(_) | MatchedRef::Commit => None,
        },
        kind,
        newest: resolved.newest,
    }
}

/// Tells of a newer version than the ref gives.
fn newer(skill: InstalledSkill<'_>, target: &Target) -> Option<Newer> {
    let (compatible, newest) = (&target.tag.as_ref()?.name, target.newest.as_ref()?);
    (compatible != newest).then(|| Newer {
        name: skill.name.to_string(),
        source: skill.entry.source.to_string(),
        git_ref: skill.entry.git_ref.clone().unwrap_or_default(),
        compatible: compatible.clone(),
        newest: newest.clone(),
    })
}

/// The comparison of a skill with its source.
enum Comparison<'d> {
    Same,
    /// It has another tree or path.
    Changed(&'d Found, Vec<String>),
    /// It can't be updated.
    Stays(SkillUpdate),
}

fn compare<'d>(
    terms: &Terms<'_, '_>,
    discovery: &'d Discovery,
    skill: InstalledSkill<'_>,
    target: &Target,
) -> Comparison<'d> {
    let entry = skill.entry;
    let mut notes = Vec::new();
    let in_place = discovery.at(&entry.path);
    let Some(found) = in_place.or_else(|| moved_to(terms.lockfile, discovery, skill)) else {
        let place = full_spec(&entry.source, &entry.path);
        return Comparison::Stays(SkillUpdate::Deleted(format!(
            "{place} is gone upstream; the installed copy stays: remove it, or add it from elsewhere"
        )));
    };
    if found.path != entry.path {
        let (from, to) = (&entry.path, &found.path);
        notes.push(format!("moved in its repository from {from} to {to}"));
    } else if found.tree == entry.tree {
        return Comparison::Same;
    }
    match target.tag.as_ref().filter(|tag| !tag.is_best) {
        Some(tag) if !terms.options.accept_moved_tag => {
            let reason = moved_tag(terms.context, skill, target, tag);
            Comparison::Stays(SkillUpdate::blocked(reason))
        }
        _ => Comparison::Changed(found, notes),
    }
}

fn moved_tag(
    context: &Context<'_>,
    skill: InstalledSkill<'_>,
    target: &Target,
    tag: &Tag,
) -> String {
    let command = context
        .scope
        .command(&format!("update {} --accept-moved-tag", skill.name));
    let place = full_spec(&skill.entry.source, "");
    let tag = &tag.name;
    let short = |id: Option<ObjectId>| id.map_or_else(String::new, |id| id.short());
    let (old, new) = (short(skill.entry.commit), short(target.commit));
    format!(
        "the tag `{tag}` of {place} points at other content now ({old} -> {new}); if that is meant, {command} takes it"
    )
}

/// The skill's path is gone: it is followed when exactly one folder has its very files, or else its
/// name, and no other installed skill is of that folder.
fn moved_to<'d>(
    lockfile: &Lockfile,
    discovery: &'d Discovery,
    skill: InstalledSkill<'_>,
) -> Option<&'d Found> {
    let entry = skill.entry;
    let folder = entry.path.rsplit('/').next()?;
    let is_another = |found: &&Found| {
        let mut installed = lockfile.skills.values();
        installed.any(|other| other.source == entry.source && other.path == found.path)
    };
    let only = |is_it: &dyn Fn(&&Found) -> bool| {
        let mut fitting = discovery.skills.iter().filter(is_it);
        let first = fitting.next().filter(|_| fitting.next().is_none())?;
        Some(first).filter(|found| !is_another(found))
    };
    let is_named = |found: &&Found| !folder.is_empty() && found.folder() == Some(folder);
    only(&|found| found.tree == entry.tree).or_else(|| only(&is_named))
}
