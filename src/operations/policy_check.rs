//! [`Gate`]: the policy of `mdskill.toml`, where verbs that let something in must pass.
//!
//! No option of any verb opens it.

use std::collections::BTreeMap;
use std::time::SystemTime;

use futures_util::future::try_join_all;
use serde::Serialize;

use super::OpError;
use crate::context::Context;
use crate::diff;
use crate::fetch::resolve::{MatchedRef, Query, Resolved};
use crate::fetch::{FetchError, Repository};
use crate::lockfile::Entry;
use crate::policy::{
    Content, Decision, Evidence, Facts, Pin, Policy, RefKind, Verdict, judge, judge_unfetched,
};
use crate::skill::GitFiles;
use crate::skill::tree::SkillTree;
use crate::source::Source;
use crate::spec::GitRef;
use mdskill_git::ObjectId;
use mdskill_git::objects::ObjectError;
use mdskill_lint::capability::Capability;
use mdskill_lint::name::SkillName;

/// The policy, ready to be asked.
#[derive(Debug, Clone)]
pub struct Gate {
    policy: Policy,
    now: u64,
}

/// One skill at one version, as the gate is asked about it.
#[derive(Debug, Clone, Copy)]
pub struct Version<'a> {
    /// Its name, or the spec that names it.
    pub name: &'a str,
    /// Where it comes from.
    pub source: &'a Source,
    /// What kind of ref it follows.
    pub kind: RefKind,
    /// That ref, as the lockfile writes it.
    pub git_ref: Option<&'a str>,
    /// The commit; nothing for a folder of files, or when it is not known yet.
    pub commit: Option<ObjectId>,
}

/// That the policy does not let a skill in, by one of its keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// The skill's name, or the spec that names it.
    pub name: String,
    /// Where it comes from.
    pub source: String,
    /// The key that refuses it, and why.
    #[serde(flatten)]
    pub verdict: Verdict,
}

impl Gate {
    /// Reads the policy. Called before anything is fetched: what can't be understood lets nothing in.
    ///
    /// # Errors
    /// When `mdskill.toml` can't be read, or says what nobody understands.
    pub fn open(context: &Context<'_>) -> Result<Self, OpError> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        Ok(Self {
            policy: context.config()?.policy,
            now: now.map_or(0, |now| now.as_secs()),
        })
    }

    /// Returns the policy.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Returns why nothing of a version need be fetched: its source is not allowed, or its ref
    /// can't be what the policy asks for.
    #[must_use]
    pub fn before_fetch(&self, version: &Version<'_>) -> Vec<Refusal> {
        version.refusals(self.explain_unfetched(version))
    }

    /// Returns why a version must not be written. `gained` is what the skill can do that it could
    /// not before; of a skill that is added, all that it can do.
    #[must_use]
    pub fn before_write(
        &self,
        repository: &Repository<'_>,
        version: &Version<'_>,
        gained: &[Capability],
    ) -> Vec<Refusal> {
        version.refusals(self.explain(Some(repository), version, gained))
    }

    /// Returns why content that is locked already must not be written: by its source and its ref
    /// alone, for who locked it decided on the rest.
    #[must_use]
    pub fn as_locked(&self, version: &Version<'_>) -> Vec<Refusal> {
        version.refusals(judge(&self.policy, &version.facts(Content::AsLocked)))
    }

    /// Returns why locked skills must not be put back. Their refs are looked up at their source,
    /// in one request a source, when their names alone do not tell what `pin` asks for.
    ///
    /// # Errors
    /// When a source can't be asked.
    pub async fn locked_skills<'a>(
        &self,
        context: &Context<'_>,
        skills: impl Iterator<Item = (&'a SkillName, &'a Entry)>,
    ) -> Result<Vec<Refusal>, OpError> {
        let mut refusals = Vec::new();
        let mut open: BTreeMap<&Source, Vec<Version<'_>>> = BTreeMap::new();
        for (name, entry) in skills {
            let version = Version::locked(name.as_str(), entry);
            let refused = self.before_fetch(&version);
            if refused.is_empty() && self.must_look_up(&version) {
                open.entry(version.source).or_default().push(version);
            }
            refusals.extend(refused);
        }
        if !refusals.is_empty() {
            return Ok(refusals);
        }
        let look_up_all = open.into_iter().map(async |(source, mut versions)| {
            let mut repository = context.fetcher()?.open(source)?;
            look_up(&mut repository, &mut versions).await?;
            Ok::<_, FetchError>(versions)
        });
        for version in try_join_all(look_up_all).await?.iter().flatten() {
            refusals.extend(self.as_locked(version));
        }
        Ok(refusals)
    }

    /// Whether the ref of a version must be looked up before the policy can judge it.
    #[must_use]
    pub fn must_look_up(&self, version: &Version<'_>) -> bool {
        self.policy.pin == Some(Pin::Tag) && version.kind == RefKind::Unknown
    }

    /// Returns what can be said of a version of which nothing is fetched.
    #[must_use]
    pub fn explain_unfetched(&self, version: &Version<'_>) -> Decision {
        judge_unfetched(&self.policy, &version.facts(Content::AsLocked))
    }

    /// Returns what every key says of a version.
    #[must_use]
    pub fn explain(
        &self,
        repository: Option<&Repository<'_>>,
        version: &Version<'_>,
        gained: &[Capability],
    ) -> Decision {
        let known = repository.zip(version.commit);
        let evidence = Evidence {
            first_seen: known.and_then(|(repository, commit)| repository.first_seen(commit)),
            // What is not here to be read is as young as can be.
            committed: known.map(|(repository, commit)| {
                let commit = repository.objects().commit(commit);
                commit.map_or(self.now, |commit| u64::try_from(commit.time).unwrap_or(0))
            }),
            now: self.now,
        };
        let moved_to = repository.and_then(Repository::moved_to);
        let facts = Facts {
            moved_to: moved_to.as_ref(),
            ..version.facts(Content::New { gained, evidence })
        };
        judge(&self.policy, &facts)
    }
}

/// Looks up what kind of refs versions of one source follow, in one request; what can't be
/// told stays unknown.
///
/// # Errors
/// When the source can't be asked, for another reason than `--offline`.
pub async fn look_up(
    repository: &mut Repository<'_>,
    versions: &mut [Version<'_>],
) -> Result<(), FetchError> {
    let mut queries = Vec::with_capacity(versions.len());
    let mut asked = Vec::with_capacity(versions.len());
    for version in versions {
        if let Ok(query) = Query::from_lock(version.git_ref) {
            queries.push(query);
            asked.push(version);
        }
    }
    let resolved = match repository.resolve(&queries).await {
        Err(FetchError::Offline { .. }) => return Ok(()),
        resolved => resolved?,
    };
    for (version, resolved) in asked.into_iter().zip(resolved) {
        if let Ok(resolved) = resolved {
            version.kind = kind_of(Some(&resolved));
        }
    }
    Ok(())
}

impl<'a> Version<'a> {
    /// Returns a locked skill, with what its ref alone tells.
    #[must_use]
    pub fn locked(name: &'a str, entry: &'a Entry) -> Self {
        Self {
            name,
            source: &entry.source,
            kind: kind_of_lock(entry),
            git_ref: entry.git_ref.as_deref(),
            commit: entry.commit,
        }
    }

    fn facts(&self, content: Content<'a>) -> Facts<'a> {
        Facts {
            source: self.source,
            moved_to: None,
            kind: self.kind,
            git_ref: self.git_ref,
            commit: self.commit,
            content,
        }
    }

    fn refusals(&self, decision: Decision) -> Vec<Refusal> {
        let refusal = |verdict| Refusal {
            name: self.name.to_owned(),
            source: self.source.to_string(),
            verdict,
        };
        decision.refusals().into_iter().map(refusal).collect()
    }
}

/// Returns all that a skill can do whose files are listed and here: what it gains when it is added.
///
/// # Errors
/// When the commit's tree is missing.
pub fn capabilities(
    repository: &Repository<'_>,
    commit: Option<ObjectId>,
    path: &str,
    folder: &str,
    files: &SkillTree,
) -> Result<Vec<Capability>, ObjectError> {
    let root = repository.root_tree(commit)?;
    let view = GitFiles::of(repository.objects(), root, path, folder, files);
    Ok(diff::capabilities(&view).into_iter().collect())
}

/// Returns what kind of ref a query names, as far as its text tells.
#[must_use]
pub fn kind_of_query(source: &Source, query: &Query) -> RefKind {
    match (source, query) {
        (Source::Folder { .. }, _) => RefKind::Folder,
        (_, Query::Default) => RefKind::Default,
        (_, Query::GitRef(GitRef::Commit(_))) => RefKind::Commit,
        (_, Query::GitRef(GitRef::Range(..))) => RefKind::Range,
        (_, Query::GitRef(GitRef::Name(name))) => match name.as_str() {
            "HEAD" => RefKind::Default,
            name if name.starts_with("refs/tags/") => RefKind::Tag,
            name if name.starts_with("refs/") => RefKind::Branch,
            _ => RefKind::Unknown,
        },
        (_, Query::Page(view)) => {
            let first = view.rest.split('/').next().unwrap_or_default();
            match first.parse::<ObjectId>() {
                Ok(_) => RefKind::Commit,
                Err(_) => RefKind::Unknown,
            }
        }
    }
}

/// Returns what kind of ref led to a commit; a folder of files has none.
#[must_use]
pub fn kind_of(resolved: Option<&Resolved>) -> RefKind {
    match resolved.map(|resolved| &resolved.matched) {
        None => RefKind::Folder,
        Some(MatchedRef::Head(_)) => RefKind::Default,
        // `refs/tags/…` was a tag; whatever else stands below `refs/` moves.
        Some(MatchedRef::Tag(_)) => RefKind::Tag,
        Some(MatchedRef::Branch(_)) => RefKind::Branch,
        Some(MatchedRef::Range(_)) => RefKind::Range,
        Some(MatchedRef::Commit) => RefKind::Commit,
    }
}

/// What nobody can read as a ref is none that the policy knows.
fn kind_of_lock(entry: &Entry) -> RefKind {
    let query = Query::from_lock(entry.git_ref.as_deref());
    query.map_or(RefKind::Unknown, |query| {
        kind_of_query(&entry.source, &query)
    })
}
