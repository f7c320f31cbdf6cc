//! What a source has for its skills now: asked, compared with the lockfile, and fetched.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;

use super::local_edits::Local;
use super::source_update::{Answer, Installed, Tag, Target, Terms, Upstream};
use super::{Failed, Report};
use super::{min_age, plan_skill};
use crate::context::Context;
use crate::fetch::resolve::{Named, Query, ResolveError, Resolved};
use crate::fetch::{self, Repository};
use crate::lockfile::Lockfile;
use crate::oid::ObjectId;
use crate::ops::OpError;
use crate::ops::candidate::full_spec;
use crate::ops::change::{Newer, Problem};
use crate::ops::gate::{Version, kind_of};
use crate::ops::installed::named;
use crate::policy::RefKind;
use crate::skill::discover::{Discovery, Found};
use crate::skill::files::SkillTree;
use crate::source::Source;

/// Asks every source at once; those that fail are noted.
pub(super) async fn ask_all<'a>(
    terms: Terms<'a, '_>,
    lockfile: &Lockfile,
    report: &mut Report,
) -> Vec<Answer<'a>> {
    let progress = terms.context.progress;
    let mut sources: BTreeMap<&Source, Vec<Installed<'_>>> = BTreeMap::new();
    for (name, entry) in named(lockfile, &terms.options.names) {
        let refused = terms
            .gate
            .before_fetch(&Version::locked(name.as_str(), entry));
        if !refused.is_empty() {
            report.refused.extend(refused);
            continue;
        }
        sources.entry(&entry.source).or_default().push(Installed {
            name,
            entry,
            lockfile,
        });
    }
    progress.begin("looking for updates");
    let asked = join_all(
        sources
            .iter()
            .map(|(source, skills)| ask(terms, source, skills)),
    )
    .await;
    progress.end();
    let mut answers = Vec::new();
    for (answer, (source, skills)) in asked.into_iter().zip(&sources) {
        match answer {
            Ok(answer) => answers.push(answer),
            Err(error) => report.failed.push(Failed {
                place: full_spec(source, ""),
                skills: skills.len(),
                error,
            }),
        }
    }
    answers
}

/// Asks one source: one request when nothing changed, at most three.
async fn ask<'a>(
    terms: Terms<'a, '_>,
    source: &Source,
    skills: &[Installed<'_>],
) -> Result<Answer<'a>, OpError> {
    let mut repository = terms.context.fetcher()?.open(source)?;
    let refs = skills.iter().map(|skill| skill.entry.reference.as_deref());
    let resolved = resolve(&mut repository, refs.collect(), terms.options.dry_run).await?;
    let mut answer = Answer::of(repository);
    // What is at the locked commit needs no look at any tree.
    let mut open: Vec<(Installed<'_>, Target)> = Vec::new();
    for skill in skills {
        let target = match resolved.get(&skill.entry.reference.as_deref()) {
            Some(Ok(target)) => target,
            Some(Err(reason)) => {
                answer.stick(skill.name, reason.clone());
                continue;
            }
            None => continue,
        };
        answer.newer.extend(newer(*skill, target));
        match target.commit.is_some() && target.commit == skill.entry.commit {
            true => answer.unchanged += 1,
            false => open.push((*skill, target.clone())),
        }
    }
    if open.is_empty() {
        return Ok(answer);
    }
    min_age::step_back(terms, &mut answer, &mut open).await?;
    let open: Vec<(Installed<'_>, &Target)> = open
        .iter()
        .map(|(skill, target)| (*skill, target))
        .collect();
    let Looked { moved, same } = look(terms, &mut answer, &open).await?;
    bring(&mut answer, &open, &moved).await?;
    for (skill, target, upstream) in moved {
        plan_skill::take(terms, &mut answer, skill, target, upstream)?;
    }
    for (skill, target) in same {
        plan_skill::relock(&mut answer, skill, target);
    }
    Ok(answer)
}

/// The skills of a source that have another tree now, and those that have the same.
struct Looked<'l, 't> {
    moved: Vec<(Installed<'l>, &'t Target, Upstream)>,
    same: Vec<(Installed<'l>, &'t Target)>,
}

/// Looks at the trees, which come in one request. Where the store has not the locked commits, for
/// it was cleared or is another machine's, they come along: edits are merged on their trees, and
/// their dates say how much history there is to tell.
async fn look<'l, 't>(
    terms: Terms<'_, '_>,
    answer: &mut Answer<'_>,
    open: &[(Installed<'l>, &'t Target)],
) -> Result<Looked<'l, 't>, OpError> {
    let commits: BTreeSet<Option<ObjectId>> =
        open.iter().map(|(_, target)| target.commit).collect();
    let commits: Vec<Option<ObjectId>> = commits.into_iter().collect();
    let known: BTreeSet<ObjectId> = open
        .iter()
        .filter_map(|(skill, _)| skill.entry.commit)
        .collect();
    let known: Vec<ObjectId> = known.into_iter().collect();
    let (discoveries, _gone) = answer
        .repository
        .discover_with_bases(&commits, &known, &known)
        .await?;
    let mut looked = Looked {
        moved: Vec::new(),
        same: Vec::new(),
    };
    let of_commit: BTreeMap<_, _> = commits.into_iter().zip(discoveries).collect();
    for &(skill, target) in open {
        let Some(discovery) = of_commit.get(&target.commit) else {
            continue;
        };
        match compare(answer, &terms, discovery, skill, target) {
            Now::Same => looked.same.push((skill, target)),
            Now::Moved(found, notes) => {
                let upstream = upstream(terms.context, answer, skill, found, notes)?;
                looked
                    .moved
                    .extend(upstream.map(|upstream| (skill, target, upstream)));
            }
            Now::Stays => {}
        }
    }
    Ok(looked)
}

/// Lists the files of a new version, and looks for edits that are to go into it.
fn upstream(
    context: &Context<'_>,
    answer: &mut Answer<'_>,
    skill: Installed<'_>,
    found: &Found,
    notes: Vec<String>,
) -> Result<Option<Upstream>, OpError> {
    let objects = answer.repository.objects();
    let files = match SkillTree::read(objects, found.tree) {
        Ok(files) => files,
        Err(error) => {
            answer.stick(
                skill.name,
                format!("its new version is refused:\n  {error}"),
            );
            return Ok(None);
        }
    };
    let local = Local::look(context, skill.lockfile, skill.name, skill.entry)?;
    let base = match local.is_edited() {
        true => SkillTree::read(objects, skill.entry.tree).ok(),
        false => None,
    };
    Ok(Some(Upstream {
        path: found.path.clone(),
        files,
        notes,
        local,
        base,
    }))
}

/// Brings the files of what moved and of what edits were made to, and the commits in between.
async fn bring(
    answer: &mut Answer<'_>,
    open: &[(Installed<'_>, &Target)],
    found: &[(Installed<'_>, &Target, Upstream)],
) -> Result<(), OpError> {
    let new = found
        .iter()
        .flat_map(|(.., upstream)| upstream.files.blobs());
    let bases = found
        .iter()
        .filter_map(|(.., upstream)| upstream.base.as_ref());
    let blobs: Vec<ObjectId> = new.chain(bases.flat_map(SkillTree::blobs)).collect();
    let moves: BTreeSet<fetch::Move> = open
        .iter()
        .filter_map(|(skill, target)| Some((skill.entry.commit?, target.commit?)))
        .collect();
    let moves: Vec<fetch::Move> = moves.into_iter().collect();
    let tips: BTreeSet<ObjectId> = moves.iter().map(|(_, new)| *new).collect();
    let tips: Vec<ObjectId> = tips.into_iter().collect();
    answer
        .repository
        .fetch_blobs_with_history(blobs, &tips, &moves)
        .await?;
    // Many skills are locked at one commit, and a walk may be as long as a history.
    let lineage = |way: fetch::Move| Some((way, answer.repository.lineage(way.0, way.1)?));
    answer.lineages = moves.into_iter().filter_map(lineage).collect();
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
            .map(|reference| (reference, Ok(nothing.clone())))
            .collect());
    }
    let mut queries = Vec::with_capacity(refs.len());
    for reference in &refs {
        queries.push(Query::from_lock(*reference).map_err(OpError::Disagrees)?);
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
        tag: match resolved.named {
            Named::Tag(name) => Some(Tag {
                name,
                is_best: false,
            }),
            Named::Range(name) => Some(Tag {
                name,
                is_best: true,
            }),
            Named::Head(_) | Named::Branch(_) | Named::Commit => None,
        },
        kind,
        newest: resolved.newest,
    }
}

/// Tells of a newer version than the ref gives.
fn newer(skill: Installed<'_>, target: &Target) -> Option<Newer> {
    let (compatible, newest) = (&target.tag.as_ref()?.name, target.newest.as_ref()?);
    (compatible != newest).then(|| Newer {
        name: skill.name.to_string(),
        source: skill.entry.source.to_string(),
        reference: skill.entry.reference.clone().unwrap_or_default(),
        compatible: compatible.clone(),
        newest: newest.clone(),
    })
}

/// What became of a skill upstream.
enum Now<'d> {
    /// Nothing.
    Same,
    /// It has another tree, or lies elsewhere.
    Moved(&'d Found, Vec<String>),
    /// It can't move; that is noted.
    Stays,
}

/// Compares a skill with what its source has now.
fn compare<'d>(
    answer: &mut Answer<'_>,
    terms: &Terms<'_, '_>,
    discovery: &'d Discovery,
    skill: Installed<'_>,
    target: &Target,
) -> Now<'d> {
    let entry = skill.entry;
    let mut notes = Vec::new();
    let in_place = discovery.at(&entry.path);
    let Some(found) = in_place.or_else(|| moved_to(discovery, skill)) else {
        let place = full_spec(&entry.source, &entry.path);
        let reason = format!(
            "{place} is gone upstream; the installed copy stays: remove it, or add it from elsewhere"
        );
        answer.deleted.push(Problem {
            name: skill.name.to_string(),
            reason,
        });
        return Now::Stays;
    };
    if found.path != entry.path {
        let (from, to) = (&entry.path, &found.path);
        notes.push(format!("moved in its repository from {from} to {to}"));
    } else if found.tree == entry.tree {
        return Now::Same;
    }
    let named = target.tag.as_ref().filter(|tag| !tag.is_best);
    if let (Some(Tag { name: tag, .. }), false) = (named, terms.options.accept_moved_tag) {
        let place = full_spec(&entry.source, "");
        let (name, short) = (skill.name, |id: Option<ObjectId>| {
            id.map_or_else(String::new, |id| id.short())
        });
        let (old, new) = (short(entry.commit), short(target.commit));
        let reason = format!(
            "the tag `{tag}` of {place} points at other content now ({old} -> {new}); if that is meant, {} takes it",
            terms
                .context
                .site
                .command(&format!("update {name} --accept-moved-tag"))
        );
        answer.stick(skill.name, reason);
        return Now::Stays;
    }
    Now::Moved(found, notes)
}

/// The skill's path is gone: it is followed when exactly one folder has its very files, or else its
/// name, and no other installed skill is of that folder.
fn moved_to<'d>(discovery: &'d Discovery, skill: Installed<'_>) -> Option<&'d Found> {
    let entry = skill.entry;
    let folder = entry.path.rsplit('/').next()?;
    let is_another = |found: &&Found| {
        let mut installed = skill.lockfile.skills.values();
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
