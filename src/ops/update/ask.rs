//! What a source has for its skills now: asked, compared with the lockfile, and taken or refused.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;

use super::{Failed, Options, Report};
use crate::context::Context;
use crate::diagnostic::Diagnostic;
use crate::fetch::Repository;
use crate::fetch::resolve::{Named, Query, Resolved};
use crate::lockfile::{Entry, Lockfile};
use crate::name::SkillName;
use crate::oid::ObjectId;
use crate::ops::OpError;
use crate::ops::candidate::{diagnose, full_spec};
use crate::ops::change::Problem;
use crate::ops::installed::named;
use crate::skill::discover::Discovery;
use crate::skill::files::{MAX_AT_HAND, SkillTree};
use crate::source::Source;

/// A skill that upstream changed, with its new place and content.
pub(super) struct Move {
    pub name: SkillName,
    pub entry: Entry,
    pub files: SkillTree,
    pub notes: Vec<String>,
    pub diagnostics: Vec<Diagnostic>,
}

/// What one source has for its skills.
pub(super) struct Answer<'a> {
    pub repository: Repository<'a>,
    pub moves: Vec<Move>,
    pub unchanged: usize,
    pub deleted: Vec<Problem>,
    pub stuck: Vec<Problem>,
    /// What validating found in those that are stuck for that.
    pub stuck_for: Vec<(SkillName, Vec<Diagnostic>)>,
}

/// Asks every source at once; those that fail are noted.
pub(super) async fn ask_all<'a>(
    context: &'a Context<'_>,
    options: &Options,
    lockfile: &Lockfile,
    report: &mut Report,
) -> Vec<Answer<'a>> {
    let mut sources: BTreeMap<&Source, Vec<(&SkillName, &Entry)>> = BTreeMap::new();
    for (name, entry) in named(lockfile, &options.names) {
        sources
            .entry(&entry.source)
            .or_default()
            .push((name, entry));
    }
    context.progress.begin("looking for updates");
    let asked = join_all(
        sources
            .iter()
            .map(|(source, skills)| ask(context, options, source, skills)),
    )
    .await;
    context.progress.end();
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
    context: &'a Context<'_>,
    options: &Options,
    source: &Source,
    skills: &[(&SkillName, &Entry)],
) -> Result<Answer<'a>, OpError> {
    let mut repository = context.fetcher()?.open(source)?;
    let refs: BTreeSet<Option<&str>> = skills
        .iter()
        .map(|(_, entry)| entry.reference.as_deref())
        .collect();
    let refs: Vec<Option<&str>> = refs.into_iter().collect();
    let resolved = resolve(&mut repository, &refs).await?;
    let mut answer = Answer {
        repository,
        moves: Vec::new(),
        unchanged: 0,
        deleted: Vec::new(),
        stuck: Vec::new(),
        stuck_for: Vec::new(),
    };
    // What is at the locked commit needs no look at any tree.
    let mut open: Vec<(&SkillName, &Entry, &Target)> = Vec::new();
    for (name, entry) in skills {
        let at = refs
            .iter()
            .position(|reference| *reference == entry.reference.as_deref())
            .unwrap_or_default();
        match &resolved[at] {
            Err(reason) => answer.stuck.push(Problem {
                name: name.to_string(),
                reason: reason.clone(),
            }),
            Ok(target) if target.commit.is_some() && target.commit == entry.commit => {
                answer.unchanged += 1;
            }
            Ok(target) => open.push((name, entry, target)),
        }
    }
    let commits: BTreeSet<Option<ObjectId>> =
        open.iter().map(|(_, _, target)| target.commit).collect();
    let commits: Vec<Option<ObjectId>> = commits.into_iter().collect();
    let known: BTreeSet<ObjectId> = skills
        .iter()
        .filter_map(|(_, entry)| entry.commit)
        .collect();
    let known: Vec<ObjectId> = known.into_iter().collect();
    let discoveries = match open.is_empty() {
        true => Vec::new(),
        false => answer.repository.discover(&commits, &known).await?,
    };
    let mut found = Vec::new();
    for (name, entry, target) in open {
        let at = commits
            .iter()
            .position(|commit| *commit == target.commit)
            .unwrap_or_default();
        if let Some(tree) = compare(&mut answer, options, &discoveries[at], name, entry, target) {
            found.push((name, entry, target, tree));
        }
    }
    let blobs: Vec<ObjectId> = found
        .iter()
        .flat_map(|(.., upstream)| upstream.files.blobs())
        .collect();
    let commits: Vec<ObjectId> = commits.into_iter().flatten().collect();
    answer.repository.fetch_blobs(blobs, &commits).await?;
    for (name, entry, target, upstream) in found {
        accept(&mut answer, options, name, entry, target, upstream)?;
    }
    Ok(answer)
}

/// Where a ref leads now.
struct Target {
    commit: Option<ObjectId>,
    tag: Option<String>,
}

/// What a source has in a skill's place now.
struct Upstream {
    path: String,
    files: SkillTree,
    notes: Vec<String>,
}

async fn resolve(
    repository: &mut Repository<'_>,
    refs: &[Option<&str>],
) -> Result<Vec<Result<Target, String>>, OpError> {
    if repository.is_folder() {
        return Ok(refs
            .iter()
            .map(|_| {
                Ok(Target {
                    commit: None,
                    tag: None,
                })
            })
            .collect());
    }
    let mut queries = Vec::with_capacity(refs.len());
    for reference in refs {
        queries.push(Query::from_lock(*reference).map_err(OpError::Disagrees)?);
    }
    let resolved = repository.resolve(&queries).await?;
    let target = |resolved: Resolved| Target {
        commit: Some(resolved.commit),
        tag: match resolved.named {
            Named::Tag(name) => Some(name),
            _ => None,
        },
    };
    Ok(resolved
        .into_iter()
        .map(|resolved| resolved.map(target).map_err(|error| error.to_string()))
        .collect())
}

/// Compares a skill with what its source has now; nothing when it need not move.
fn compare(
    answer: &mut Answer<'_>,
    options: &Options,
    discovery: &Discovery,
    name: &SkillName,
    entry: &Entry,
    target: &Target,
) -> Option<Upstream> {
    let mut notes = Vec::new();
    let found = match discovery.at(&entry.path) {
        Some(found) => found,
        None => match moved_to(discovery, entry) {
            Some(found) => {
                notes.push(format!(
                    "moved in its repository from {} to {}",
                    entry.path, found.path
                ));
                found
            }
            None => {
                let place = full_spec(&entry.source, &entry.path);
                let reason = format!(
                    "{place} is gone upstream; the installed copy stays: remove it, or add it from elsewhere"
                );
                answer.deleted.push(Problem {
                    name: name.to_string(),
                    reason,
                });
                return None;
            }
        },
    };
    if found.tree == entry.tree && found.path == entry.path {
        answer.unchanged += 1;
        return None;
    }
    let mut stuck = |reason: String| {
        answer.stuck.push(Problem {
            name: name.to_string(),
            reason,
        });
    };
    if let (Some(tag), false) = (&target.tag, options.accept_moved_tag) {
        stuck(format!(
            "the tag `{tag}` of {} points at other content now; if that is meant, use --accept-moved-tag",
            full_spec(&entry.source, "")
        ));
        return None;
    }
    match SkillTree::read(answer.repository.objects(), found.tree) {
        Ok(files) => Some(Upstream {
            path: found.path.clone(),
            files,
            notes,
        }),
        Err(error) => {
            stuck(format!("its new version is refused:\n  {error}"));
            None
        }
    }
}

/// The skill's path is gone: it is followed when exactly one folder has its name.
fn moved_to<'a>(
    discovery: &'a Discovery,
    entry: &Entry,
) -> Option<&'a crate::skill::discover::Found> {
    let folder = entry
        .path
        .rsplit('/')
        .next()
        .filter(|folder| !folder.is_empty())?;
    let mut named = discovery
        .skills
        .iter()
        .filter(|found| found.folder() == Some(folder));
    match (named.next(), named.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    }
}

/// Takes a new version, unless no client would load it.
fn accept(
    answer: &mut Answer<'_>,
    options: &Options,
    name: &SkillName,
    entry: &Entry,
    target: &Target,
    upstream: Upstream,
) -> Result<(), OpError> {
    let objects = answer.repository.objects();
    let mut files = upstream.files;
    let mut stuck = |reason: String| {
        answer.stuck.push(Problem {
            name: name.to_string(),
            reason,
        });
    };
    if let Err(error) = files.load(objects, MAX_AT_HAND) {
        stuck(format!("its new version is refused: {error}"));
        return Ok(());
    }
    let root = answer.repository.root_tree(target.commit)?;
    let (path, folder) = (&upstream.path, name.as_str());
    let found = diagnose(objects, root, path, folder, &files, &options.settings).diagnostics;
    let blocker = found.iter().find(|found| found.stops());
    if let (Some(blocker), false) = (blocker, options.force) {
        stuck(format!(
            "clients would not load its new version ({}:{}: {} [{code}]); --allow {code} takes it all the same",
            blocker.file,
            blocker.start.line,
            blocker.message,
            code = blocker.code
        ));
        answer.stuck_for.push((name.clone(), found));
        return Ok(());
    }
    let mut entry = entry.clone();
    entry.path = upstream.path;
    entry.commit = target.commit;
    entry.tree = files.tree;
    entry.edits = None;
    answer.moves.push(Move {
        name: name.clone(),
        entry,
        files,
        notes: upstream.notes,
        diagnostics: found,
    });
    Ok(())
}
