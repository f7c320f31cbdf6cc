//! `PolicyCheck`: checks skills against the policy of `mdskill.toml`, before they are fetched and before
//! they are written. No command-line option overrides it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::SystemTime;

use crate::operations::concurrent::try_join_all;
use serde::Serialize;

use super::OpError;
use super::installed::InstalledSkill;
use super::resolve::Candidate;
use crate::context::Context;
use crate::fetch::resolve::{MatchedRef, Query, Resolved};
use crate::fetch::{FetchError, Repository};
use crate::lockfile::Entry;
use crate::policy::{
    Content, Decision, Evidence, Facts, Key, Pin, Policy, RefKind, Signed, Verdict, judge,
    judge_unfetched,
};
use crate::source::Source;
use crate::spec::GitRef;
use mdskill_git::ObjectId;
use mdskill_git::process::Programs;
use mdskill_git::signature::{self, Signature, SignatureError};
use mdskill_lint::capability::Capability;

/// The policy, the current time, and the signatures.
#[derive(Debug)]
pub(crate) struct PolicyCheck {
    pub(crate) policy: Policy,
    now: u64,
    programs: Programs,
    /// The commits that were given by their ids, and that no branch or tag is known to contain.
    unverified: Mutex<BTreeSet<ObjectId>>,
    /// The verified signatures by commit, or the reason why there is none.
    signatures: Mutex<BTreeMap<ObjectId, Result<Signed, String>>>,
}

/// The version of a skill to check.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Version<'a> {
    /// The name or the spec of the skill.
    pub(crate) name: &'a str,
    pub(crate) source: &'a Source,
    /// The kind of the ref that it follows.
    pub(crate) kind: RefKind,
    /// The ref, as in the lockfile.
    pub(crate) git_ref: Option<&'a str>,
    /// The commit; `None` for a local folder, or if it is not known yet.
    pub(crate) commit: Option<ObjectId>,
}

/// The refusal of a skill by one key of the policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// The name or the spec of the skill.
    pub name: String,
    /// The source, as in the lockfile.
    pub source: String,
    /// The key, and the reason.
    #[serde(flatten)]
    pub verdict: Verdict,
}

impl PolicyCheck {
    /// Reads the policy. Operations call this before they fetch anything, because an invalid policy
    /// must not allow anything.
    pub(crate) fn open(context: &Context<'_>) -> Result<Self, OpError> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        Ok(Self {
            policy: context.config()?.policy,
            now: now.map_or(0, |now| now.as_secs()),
            programs: Programs::of(&context.env),
            unverified: Mutex::default(),
            signatures: Mutex::default(),
        })
    }

    /// Verifies the signatures of commits, or of the tag objects that named them, if the policy
    /// requires signatures. A tag object that is not in the cache is fetched.
    pub(crate) async fn verify_signatures(
        &self,
        repository: &mut Repository<'_>,
        commits: impl IntoIterator<Item = (ObjectId, Option<ObjectId>)>,
    ) -> Result<(), FetchError> {
        if !self.policy.signed {
            return Ok(());
        }
        let commits: BTreeMap<ObjectId, Option<ObjectId>> = commits.into_iter().collect();
        let tags = commits.values().flatten().copied();
        repository.fetch_tag_objects(tags.collect()).await?;
        for (commit, tag) in commits {
            let objects = repository.objects();
            let verified = match tag {
                Some(tag) if objects.peel(tag).is_ok_and(|peeled| peeled == commit) => {
                    signature::verify(&self.programs, objects, tag).await
                }
                _ => Err(SignatureError::Unsigned),
            };
            let signed = |signature: Signature, tag| Signed {
                key: signature.key,
                signer: signature.signer,
                tag,
            };
            let verified = match verified {
                Ok(signature) => Ok(signed(signature, tag)),
                Err(of_tag) => match signature::verify(&self.programs, objects, commit).await {
                    Ok(signature) => Ok(signed(signature, None)),
                    // The signature that exists is the one to explain.
                    Err(SignatureError::Unsigned)
                        if !matches!(of_tag, SignatureError::Unsigned) =>
                    {
                        let tag = tag.map_or_else(String::new, |tag| format!(" {}", tag.short()));
                        Err(format!("its tag{tag} {of_tag}"))
                    }
                    Err(error) => Err(format!("commit {} {error}", commit.short())),
                },
            };
            if let Ok(mut signatures) = self.signatures.lock() {
                signatures.insert(commit, verified);
            }
        }
        Ok(())
    }

    /// Records that no branch or tag is known to contain a commit that was given by its id.
    pub(crate) fn set_unverified(&self, commit: ObjectId) {
        if let Ok(mut unverified) = self.unverified.lock() {
            unverified.insert(commit);
        }
    }

    fn is_unverified(&self, commit: Option<ObjectId>) -> bool {
        let unverified = self.unverified.lock();
        // Fail closed.
        unverified.map_or(true, |all| commit.is_some_and(|id| all.contains(&id)))
    }

    /// Returns the signature of a commit, if it was verified.
    pub(crate) fn signature(&self, commit: Option<ObjectId>) -> Option<Signed> {
        let verified = self.verified(commit?)?;
        verified.ok()
    }

    fn verified(&self, commit: ObjectId) -> Option<Result<Signed, String>> {
        let signatures = self.signatures.lock().ok()?;
        signatures.get(&commit).cloned()
    }

    /// Returns the refusal of a version for its signature only, also if that was not verified.
    pub(crate) fn signature_refusals(&self, version: &Version<'_>) -> Vec<Refusal> {
        let signature = version.commit.and_then(|commit| self.verified(commit));
        let evidence = Evidence {
            first_seen: None,
            committed: None,
            now: self.now,
        };
        let content = Content::New {
            gained: &[],
            evidence,
        };
        let facts = Facts {
            signature: signature.as_ref(),
            ..version.facts(content)
        };
        let mut decision = judge(&self.policy, &facts);
        let verdicts = &mut decision.verdicts;
        verdicts.retain(|verdict| verdict.key == Key::Signed);
        version.refusals(decision)
    }

    /// Returns the refusals of the source and the ref of a version, which need no network request.
    pub(crate) fn before_fetch(&self, version: &Version<'_>) -> Vec<Refusal> {
        version.refusals(self.explain_unfetched(version))
    }

    /// Returns the refusals of a fetched version. `gained` are the capabilities that the skill gains;
    /// all of them for a new skill.
    pub(crate) fn before_write(
        &self,
        repository: &Repository<'_>,
        version: &Version<'_>,
        gained: &[Capability],
    ) -> Vec<Refusal> {
        version.refusals(self.explain(Some(repository), version, gained))
    }

    /// Returns the refusals of locked content: only of its source and its ref, because its age and
    /// its capabilities were checked when it was locked.
    pub(crate) fn as_locked(&self, version: &Version<'_>) -> Vec<Refusal> {
        let facts = Facts {
            is_unverified: self.is_unverified(version.commit),
            ..version.facts(Content::AsLocked)
        };
        version.refusals(judge(&self.policy, &facts))
    }

    /// Returns the refusals of locked skills. A ref whose kind is not known from its name is looked up
    /// if `pin` depends on it, with one request for each source.
    pub(crate) async fn locked_skills(
        &self,
        context: &Context<'_>,
        skills: &[InstalledSkill<'_>],
    ) -> Result<Vec<Refusal>, OpError> {
        let mut refusals = Vec::new();
        let mut open: BTreeMap<&Source, Vec<Version<'_>>> = BTreeMap::new();
        for skill in skills {
            let version = Version::locked(*skill);
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

    /// Whether the policy depends on the kind of a ref that must be looked up.
    pub(crate) fn must_look_up(&self, version: &Version<'_>) -> bool {
        self.policy.pin == Some(Pin::Tag) && version.kind == RefKind::Unknown
    }

    /// Returns the decision about a version that is not fetched.
    pub(crate) fn explain_unfetched(&self, version: &Version<'_>) -> Decision {
        judge_unfetched(&self.policy, &version.facts(Content::AsLocked))
    }

    /// Returns the decision of every key about a version.
    pub(crate) fn explain(
        &self,
        repository: Option<&Repository<'_>>,
        version: &Version<'_>,
        gained: &[Capability],
    ) -> Decision {
        // Without a limit of the age, the commit of each of 181 skills need not be read.
        let is_age_checked = self.policy.min_age.is_some();
        let known = repository.zip(version.commit).filter(|_| is_age_checked);
        let evidence = Evidence {
            first_seen: known.and_then(|(repository, commit)| repository.first_seen(commit)),
            // Treat a missing commit as created now (fail closed).
            committed: known.map(|(repository, commit)| {
                let commit = repository.objects().commit(commit);
                commit.map_or(self.now, |commit| u64::try_from(commit.time).unwrap_or(0))
            }),
            now: self.now,
        };
        let moved_to = repository.and_then(Repository::moved_to);
        let signature = version.commit.and_then(|commit| self.verified(commit));
        let facts = Facts {
            moved_to: moved_to.as_ref(),
            is_unverified: self.is_unverified(version.commit),
            signature: signature.as_ref(),
            ..version.facts(Content::New { gained, evidence })
        };
        judge(&self.policy, &facts)
    }
}

/// Looks up the kinds of the refs of versions of one source, in one request. With `--offline`, they
/// stay unknown.
pub(crate) async fn look_up(
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
    /// Returns the locked version of a skill. The kind of its ref may be unknown.
    pub(crate) fn locked(skill: InstalledSkill<'a>) -> Self {
        let entry = skill.entry;
        Self {
            name: skill.name.as_str(),
            source: &entry.source,
            kind: kind_of_lock(entry),
            git_ref: entry.git_ref.as_deref(),
            commit: entry.commit,
        }
    }

    /// Returns the version of a skill that is not installed.
    pub(crate) fn of(skill: &'a Candidate, kind: RefKind) -> Self {
        Self {
            name: skill.name.as_str(),
            source: &skill.source,
            kind,
            git_ref: skill.git_ref.as_deref(),
            commit: skill.commit,
        }
    }

    fn facts(&self, content: Content<'a>) -> Facts<'a> {
        Facts {
            source: self.source,
            moved_to: None,
            kind: self.kind,
            git_ref: self.git_ref,
            commit: self.commit,
            is_unverified: false,
            signature: None,
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

/// Returns the kind of the ref of a query, if it is known from its text.
pub(crate) fn kind_of_query(source: &Source, query: &Query) -> RefKind {
    match (source, query) {
        (Source::Folder { .. } | Source::Site { .. }, _) => RefKind::Folder,
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

/// Returns the kind of the ref that led to a commit; `None` means a local folder.
pub(crate) fn kind_of(resolved: Option<&Resolved>) -> RefKind {
    match resolved.map(|resolved| &resolved.matched) {
        None => RefKind::Folder,
        Some(MatchedRef::Head(_)) => RefKind::Default,
        Some(MatchedRef::Tag(_)) => RefKind::Tag,
        Some(MatchedRef::Branch(_)) => RefKind::Branch,
        Some(MatchedRef::Range(_)) => RefKind::Range,
        Some(MatchedRef::Commit) => RefKind::Commit,
    }
}

/// Returns the kind of the ref of an entry; an unparsable ref is [`RefKind::Unknown`].
fn kind_of_lock(entry: &Entry) -> RefKind {
    let query = Query::from_lock(entry.git_ref.as_deref());
    query.map_or(RefKind::Unknown, |query| {
        kind_of_query(&entry.source, &query)
    })
}
