//! `policy`: explain the policy of `mdskill.toml`, and its decision about a skill.

use serde::Serialize;

use super::OpError;
use super::installed::InstalledSkill;
use super::policy_check::{self, PolicyCheck, Version};
use super::resolve::{CommitOrigin, Opened, Subject, query_of, source_of};
use crate::context::Context;
use crate::diff;
use crate::fetch::{FetchError, Fetcher, Repository};
use crate::hint::mdskill;
use crate::policy::{Decision, Key, RefKind, Verdict};
use crate::skill::DiskFiles;
use crate::spec::Spec;
use mdskill_lint::Settings;

/// The result of `policy`.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// The path of `mdskill.toml`, which may not exist.
    pub(crate) file: String,
    /// The policy keys that are set.
    pub(crate) keys: Vec<ExplainedKey>,
    /// The decision about each skill.
    pub(crate) skills: Vec<Explained>,
    /// Whether the user named skills.
    #[serde(skip)]
    pub(crate) is_asked: bool,
}

/// A policy key that is set.
#[derive(Debug, Serialize)]
pub(crate) struct ExplainedKey {
    /// The key.
    pub(crate) key: Key,
    /// Its value, as TOML.
    pub(crate) value: String,
    /// The requirement, in words.
    pub(crate) meaning: String,
}

/// The decision about one skill.
#[derive(Debug, Serialize)]
pub(crate) struct Explained {
    /// The name of an installed skill, or the spec.
    pub(crate) name: String,
    /// The source, as the lockfile names it.
    pub(crate) source: String,
    /// The ref that it follows.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub(crate) git_ref: Option<String>,
    /// The commit; `None` for a local folder, or if it is not resolved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) commit: Option<String>,
    /// Whether the policy allows it.
    pub(crate) is_allowed: bool,
    /// Whether it was not fetched because its source or ref is refused. The other keys are then not
    /// checked.
    pub(crate) is_unfetched: bool,
    /// The rules that the configuration allows an installed skill to break.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) allowed: Vec<&'static str>,
    /// The decision of each key.
    pub(crate) verdicts: Vec<Verdict>,
}

/// Explains whether the policy would allow adding each subject, or each installed skill, now.
/// Installed skills are checked with cached data only.
pub(crate) async fn explain(
    context: &Context<'_>,
    subjects: &[Subject],
) -> Result<Report, OpError> {
    let policy_check = PolicyCheck::open(context)?;
    let policy = &policy_check.policy;
    let meaning = |key| {
        Some(ExplainedKey {
            key,
            value: policy.value(key)?,
            meaning: policy.meaning(key)?,
        })
    };
    let mut report = Report {
        file: context.scope.display(&context.scope.config()),
        keys: Key::ALL.into_iter().filter_map(meaning).collect(),
        skills: Vec::new(),
        is_asked: !subjects.is_empty(),
    };
    let lockfile = context.lockfile()?.unwrap_or_default();
    if subjects.is_empty() {
        for skill in InstalledSkill::all(&context.scope, &lockfile) {
            report
                .skills
                .push(installed(context, &policy_check, skill).await?);
        }
    }
    for subject in subjects {
        report.skills.push(match subject {
            Subject::Spec(spec) => upstream(context, &policy_check, spec).await?,
            Subject::Installed(name) => {
                let skill = InstalledSkill::find(&context.scope, &lockfile, name)?;
                installed(context, &policy_check, skill).await?
            }
        });
    }
    Ok(report)
}

/// Checks an installed skill as if it were added now, with cached data only.
async fn installed(
    context: &Context<'_>,
    policy_check: &PolicyCheck,
    skill: InstalledSkill<'_>,
) -> Result<Explained, OpError> {
    let mut version = Version::locked(skill);
    let mut repository: Option<Repository<'_>> = None;
    if version.kind != RefKind::Folder {
        let fetcher = Fetcher {
            offline: true,
            ..context.fetcher()?
        };
        // Without the repository the age is unknown, and an unknown age is refused.
        repository = fetcher.open(version.source).ok();
    }
    if let (Some(repository), true) = (&mut repository, policy_check.must_look_up(&version)) {
        policy_check::look_up(repository, std::slice::from_mut(&mut version)).await?;
    }
    if let (Some(repository), Some(commit)) = (&mut repository, version.commit) {
        let commit = (commit, skill.entry.signed_tag);
        let verified = policy_check.verify_signatures(repository, [commit]).await;
        if !matches!(verified, Err(FetchError::Offline { .. })) {
            verified?;
        }
    }
    let mut folders = skill.folders();
    let view = folders.find_map(|folder| {
        let on_disk = skill.read(context, &folder).ok()?;
        DiskFiles::installed(&folder.path, on_disk.private()).ok()
    });
    let gained = view.as_ref().map(|view| diff::capabilities(view));
    let all: Vec<_> = gained.iter().flatten().cloned().collect();
    let mut decision = policy_check.explain(repository.as_ref(), &version, &all);
    if gained.is_none() {
        let mut verdicts = decision.verdicts.iter_mut();
        if let Some(verdict) = verdicts.find(|verdict| verdict.key == Key::Deny) {
            verdict.is_allowed = false;
            let install = context
                .scope
                .command(mdskill("install").word(skill.name.as_str()));
            "its files are missing, so their capabilities are unknown"
                .clone_into(&mut verdict.reason);
            verdict.hint = Some(format!("{install} restores them"));
        }
    }
    let allowed = &context.config()?.rules.allowed;
    Ok(Explained {
        allowed: allowed.codes(skill.name, &skill.entry.source),
        ..explained(&version, decision, false)
    })
}

/// Checks a skill of a repository as `add` does. A refused source or ref is not fetched.
async fn upstream(
    context: &Context<'_>,
    policy_check: &PolicyCheck,
    spec: &Spec,
) -> Result<Explained, OpError> {
    let source = source_of(context, spec)?;
    let query = query_of(spec);
    let typed = spec.git_ref.as_ref().map(ToString::to_string);
    let typed_spec = spec.to_string();
    let unfetched = Version {
        name: &typed_spec,
        source: &source,
        kind: policy_check::kind_of_query(&source, &query),
        git_ref: typed.as_deref(),
        commit: None,
    };
    let decision = policy_check.explain_unfetched(&unfetched);
    if !decision.is_allowed() {
        return Ok(explained(&unfetched, decision, true));
    }
    let mut opened = Opened::open_for(context, &source, &query, spec.skill.as_deref()).await?;
    let found = opened.the_one(spec.skill.as_deref()).await?;
    let mut prepared = opened.prepare(&[found], &Settings::default()).await?;
    let candidate = prepared.remove(0)?;
    let version = Version {
        name: &candidate.spec(),
        ..Version::of(&candidate, policy_check::kind_of(opened.resolved.as_ref()))
    };
    opened.find_origin(context).await?;
    if let Some(resolved) = &opened.resolved {
        if opened.origin == Some(CommitOrigin::Unverified) {
            policy_check.set_unverified(resolved.commit);
        }
        let commit = (resolved.commit, resolved.tag_object);
        let repository = &mut opened.repository;
        policy_check.verify_signatures(repository, [commit]).await?;
    }
    let gained = &candidate.capabilities;
    let decision = policy_check.explain(Some(&opened.repository), &version, gained);
    Ok(explained(&version, decision, false))
}

fn explained(version: &Version<'_>, decision: Decision, is_unfetched: bool) -> Explained {
    Explained {
        name: version.name.to_owned(),
        source: version.source.to_string(),
        git_ref: version.git_ref.map(str::to_owned),
        commit: version.commit.map(|commit| commit.to_string()),
        is_allowed: decision.is_allowed(),
        is_unfetched,
        allowed: Vec::new(),
        verdicts: decision.verdicts,
    }
}
