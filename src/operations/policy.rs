//! `policy`: explain the policy of `mdskill.toml`, and its decision about a skill.

use serde::Serialize;

use super::OpError;
use super::installed::{check_installed, named};
use super::policy_check::{self, Gate, Version};
use super::resolve::{Opened, full_spec, query_of, source_of};
use super::show::Subject;
use crate::context::Context;
use crate::diff;
use crate::fetch::{Fetcher, Repository};
use crate::lockfile::{Entry, Lockfile};
use crate::policy::{Decision, Key, RefKind, Verdict};
use crate::skill::tree::SkillTree;
use crate::spec::Spec;
use crate::view::DiskFiles;
use mdskill_lint::name::SkillName;

/// The result of `policy`.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The path of `mdskill.toml`, which may not exist.
    pub file: String,
    /// The policy keys that are set.
    pub keys: Vec<Meaning>,
    /// The decision about each skill.
    pub skills: Vec<Explained>,
    /// Whether the user named skills.
    #[serde(skip)]
    pub is_asked: bool,
}

/// A policy key that is set.
#[derive(Debug, Serialize)]
pub struct Meaning {
    /// The key.
    pub key: Key,
    /// Its value, as TOML.
    pub value: String,
    /// The requirement, in words.
    pub meaning: String,
}

/// The decision about one skill.
#[derive(Debug, Serialize)]
pub struct Explained {
    /// The name of an installed skill, or the spec.
    pub name: String,
    /// The source, as the lockfile names it.
    pub source: String,
    /// The ref that it follows.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub git_ref: Option<String>,
    /// The commit; `None` for a local folder, or if it is not resolved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Whether the policy allows it.
    pub is_allowed: bool,
    /// Whether it was not fetched because its source or ref is refused. The other keys are then not
    /// checked.
    pub is_unfetched: bool,
    /// The decision of each key.
    pub verdicts: Vec<Verdict>,
}

/// Explains whether the policy would allow adding each subject, or each installed skill, now.
/// Installed skills are checked with cached data only.
///
/// # Errors
/// If `mdskill.toml` can't be read, a skill is not installed, or a repository can't be fetched.
pub async fn explain(context: &Context<'_>, subjects: &[Subject]) -> Result<Report, OpError> {
    let gate = Gate::open(context)?;
    let policy = gate.policy();
    let meaning = |key| {
        Some(Meaning {
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
        for (name, entry) in named(&lockfile, &[]) {
            let explained = installed(context, &gate, &lockfile, name, entry).await?;
            report.skills.push(explained);
        }
    }
    for subject in subjects {
        report.skills.push(match subject {
            Subject::Spec(spec) => upstream(context, &gate, spec).await?,
            Subject::Installed(name) => {
                check_installed(&lockfile, std::slice::from_ref(name))?;
                let entry = &lockfile.skills[name];
                installed(context, &gate, &lockfile, name, entry).await?
            }
        });
    }
    Ok(report)
}

/// Checks an installed skill as if it were added now, with cached data only.
async fn installed(
    context: &Context<'_>,
    gate: &Gate,
    lockfile: &Lockfile,
    name: &SkillName,
    entry: &Entry,
) -> Result<Explained, OpError> {
    let mut version = Version::locked(name.as_str(), entry);
    let mut repository: Option<Repository<'_>> = None;
    if version.kind != RefKind::Folder {
        let fetcher = Fetcher {
            offline: true,
            ..context.fetcher()?
        };
        // Without the repository the age is unknown, and an unknown age is refused.
        repository = fetcher.open(version.source).ok();
    }
    if let (Some(repository), true) = (&mut repository, gate.must_look_up(&version)) {
        policy_check::look_up(repository, std::slice::from_mut(&mut version)).await?;
    }
    let targets = lockfile.targets_of(entry).iter();
    let mut places = targets.map(|target| context.scope.skill(target, name));
    let view = places.find_map(|place| DiskFiles::open(&place, None).ok());
    let gained = view.as_ref().map(|view| diff::capabilities(view));
    let all: Vec<_> = gained.iter().flatten().cloned().collect();
    let mut decision = gate.explain(repository.as_ref(), &version, &all);
    if gained.is_none() {
        let mut verdicts = decision.verdicts.iter_mut();
        if let Some(verdict) = verdicts.find(|verdict| verdict.key == Key::Deny) {
            verdict.is_allowed = false;
            let install = context.scope.command(&format!("install {name}"));
            verdict.reason = format!(
                "its files are missing, so their capabilities are unknown; {install} restores them"
            );
        }
    }
    Ok(explained(&version, decision, false))
}

/// Checks a skill of a repository as `add` does. A refused source or ref is not fetched.
async fn upstream(context: &Context<'_>, gate: &Gate, spec: &Spec) -> Result<Explained, OpError> {
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
    let decision = gate.explain_unfetched(&unfetched);
    if !decision.is_allowed() {
        return Ok(explained(&unfetched, decision, true));
    }
    let mut opened = Opened::open(context, &source, &query).await?;
    let found = opened.the_one(spec.skill.as_deref()).await?;
    let name = full_spec(&source, &found.path);
    let tree = SkillTree::read(opened.repository.objects(), found.tree);
    let files = tree.map_err(|error| OpError::Refused {
        spec: name.clone(),
        source: error,
    })?;
    let commits: Vec<_> = opened.commit().into_iter().collect();
    let blobs: Vec<_> = files.blobs().collect();
    opened.repository.fetch_blobs(blobs, &commits).await?;
    let folder = found.folder().unwrap_or_else(|| source.repository_name());
    let commit = opened.commit();
    let gained =
        policy_check::capabilities(&opened.repository, commit, &found.path, folder, &files)?;
    let resolved = opened.resolved.as_ref();
    let version = Version {
        name: &name,
        kind: policy_check::kind_of(resolved),
        git_ref: resolved.and_then(|resolved| resolved.follows.as_deref()),
        commit,
        ..unfetched
    };
    let decision = gate.explain(Some(&opened.repository), &version, &gained);
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
        verdicts: decision.verdicts,
    }
}
