//! The history of many skills of one repository, for pages.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use super::details::{self, SkillChanges};
use super::origin::open;
use super::walk::walk;
use super::{Commit, version_tags, versions};
use crate::context::Context;
use crate::fetch::resolve::Query;
use crate::fetch::{Repository, commit_url};
use crate::operations::OpError;
use crate::source::Source;
use mdskill_git::ObjectId;

/// A skill in a repository.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SkillInRepository<'a> {
    /// Its name.
    pub(crate) name: &'a str,
    /// Its folder.
    pub(crate) path: &'a str,
}

/// The histories that were read before in this process.
#[derive(Debug, Default)]
pub(crate) struct KnownHistories(HashMap<Tip, Vec<SkillHistory>>);

/// A source, its newest commit, and the names and folders of its skills.
type Tip = (String, ObjectId, Vec<(String, String)>);

/// The commits that changed a skill.
#[derive(Debug, Clone, Default)]
pub(crate) struct SkillHistory {
    /// The commits, the newest first.
    pub(crate) commits: Vec<Commit>,
    /// Whether there are older ones, or may be.
    pub(crate) has_more: bool,
}

/// Lists the commits that changed each skill of an opened source at `tip`; for a folder, those of the
/// repository around it, if there is one.
pub(crate) async fn of_source(
    context: &Context<'_>,
    opened: &mut Repository<'_>,
    tip: Option<ObjectId>,
    skills: &[SkillInRepository<'_>],
    limit: usize,
    known: &mut KnownHistories,
) -> Result<Vec<SkillHistory>, OpError> {
    let source = opened.source.clone();
    if let Some(tip) = tip {
        return known
            .read(context, opened, &source, tip, skills, limit)
            .await;
    }
    let none = || skills.iter().map(|_| SkillHistory::default()).collect();
    let Ok((mut around, folder)) = open(context, &source, "") else {
        return Ok(none());
    };
    let mut resolved = around.resolve(&[Query::Default]).await?;
    let Some(Ok(resolved)) = resolved.pop() else {
        return Ok(none());
    };
    let join = |path: &str| format!("{folder}/{path}").trim_matches('/').to_owned();
    let paths: Vec<String> = skills.iter().map(|skill| join(skill.path)).collect();
    let in_repository = skills.iter().zip(&paths);
    let in_repository = in_repository.map(|(skill, path)| SkillInRepository { path, ..*skill });
    let in_repository: Vec<_> = in_repository.collect();
    let (around, tip) = (&mut around, resolved.commit);
    known
        .read(context, around, &source, tip, &in_repository, limit)
        .await
}

impl KnownHistories {
    /// As [`of_skills`], but only once for the same skills and commit.
    async fn read(
        &mut self,
        context: &Context<'_>,
        repository: &mut Repository<'_>,
        source: &Source,
        tip: ObjectId,
        skills: &[SkillInRepository<'_>],
        limit: usize,
    ) -> Result<Vec<SkillHistory>, OpError> {
        let names = skills.iter();
        let names = names.map(|skill| (skill.name.to_owned(), skill.path.to_owned()));
        let key = (source.to_string(), tip, names.collect());
        if let Some(histories) = self.0.get(&key) {
            return Ok(histories.clone());
        }
        let histories = of_skills(context, repository, source, tip, skills, limit).await?;
        self.0.insert(key, histories.clone());
        Ok(histories)
    }
}

/// Lists the commits that changed each skill, up to `tip`: at most `limit` of each.
async fn of_skills(
    context: &Context<'_>,
    repository: &mut Repository<'_>,
    source: &Source,
    tip: ObjectId,
    skills: &[SkillInRepository<'_>],
    limit: usize,
) -> Result<Vec<SkillHistory>, OpError> {
    let paths: Vec<&str> = skills.iter().map(|skill| skill.path).collect();
    let walked = walk(repository, tip, None, &paths, limit).await?;
    let pairs = skills.iter().zip(&walked);
    let changes = pairs.map(|(skill, walked)| SkillChanges {
        name: skill.name,
        path: skill.path,
        changes: &walked.changes,
    });
    let changes: Vec<SkillChanges<'_>> = changes.collect();
    let diffs = details::read(repository, &changes, false).await?;
    let (_, tags) = repository.resolve_with_tags(&[], "").await?;
    let objects = repository.objects();
    // Most skills have no tags of their own.
    let mut known: HashMap<_, Rc<BTreeMap<ObjectId, String>>> = HashMap::new();
    let mut histories = Vec::new();
    for ((skill, walked), diffs) in changes.iter().zip(&walked).zip(diffs) {
        let tags = version_tags(&tags, skill.path, source);
        let entry = known.entry(tags);
        let versions = match entry {
            Entry::Occupied(found) => Rc::clone(found.get()),
            Entry::Vacant(free) => {
                let found = Rc::new(versions(objects, free.key()));
                Rc::clone(free.insert(found))
            }
        };
        let mut commits = Vec::new();
        for (change, details) in walked.changes.iter().zip(diffs) {
            commits.push(Commit {
                version: versions.get(&change.id).cloned(),
                url: commit_url(source, &context.env, change.id),
                ..Commit::of(objects.commit(change.id)?, change, details)
            });
        }
        histories.push(SkillHistory {
            commits,
            has_more: walked.has_more || walked.cut.is_some(),
        });
    }
    Ok(histories)
}
