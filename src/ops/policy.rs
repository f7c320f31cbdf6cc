//! `policy`: what `mdskill.toml` lets in, in words, and what it says of a skill.

use serde::Serialize;

use super::OpError;
use super::candidate::{Opened, full_spec, query_of, source_of};
use super::gate::{self, Gate, Version};
use super::installed::{check_installed, named};
use crate::context::Context;
use crate::diff;
use crate::fetch::{Fetcher, Repository};
use crate::lockfile::{Entry, Lockfile};
use crate::policy::{Decision, Key, RefKind, Verdict};
use crate::skill::tree::SkillTree;
use crate::spec::Spec;
use crate::view::DiskFiles;
use mdskill_lint::name::SkillName;

/// What the policy says.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Where it stands, or would.
    pub file: String,
    /// Its keys that are set.
    pub keys: Vec<Meaning>,
    /// What it says of each skill.
    pub skills: Vec<Explained>,
    /// Whether skills were asked for.
    #[serde(skip)]
    pub is_asked: bool,
}

/// A key that is set.
#[derive(Debug, Serialize)]
pub struct Meaning {
    /// The key.
    pub key: Key,
    /// Its value, as TOML.
    pub value: String,
    /// What it asks for, in words.
    pub meaning: String,
}

/// What the policy says of one skill.
#[derive(Debug, Serialize)]
pub struct Explained {
    /// Its name when it is installed, else its spec.
    pub name: String,
    /// Where it comes from.
    pub source: String,
    /// The ref that it follows.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub git_ref: Option<String>,
    /// The commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Whether it would be let in.
    pub is_allowed: bool,
    /// Whether it was not fetched, because its source or ref is refused: the other keys then say nothing.
    pub is_unfetched: bool,
    /// What each key says.
    pub verdicts: Vec<Verdict>,
}

/// What is to be explained.
#[derive(Debug)]
pub enum Subject {
    /// An installed skill.
    Installed(SkillName),
    /// A skill of a repository.
    Spec(Spec),
}

/// Explains the policy: of each subject, or of all that is installed, whether it would be added now.
/// Of what is installed only this machine is asked.
///
/// # Errors
/// When `mdskill.toml` can't be read, a skill is not installed, or a repository can't be fetched from.
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

/// Judges what is installed as if it were added now, with what this machine knows.
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
        // One that is gone or out of reach tells nothing; what can't be told is refused.
        repository = fetcher.open(version.source).ok();
    }
    if let (Some(repository), true) = (&mut repository, gate.must_look_up(&version)) {
        gate::look_up(repository, std::slice::from_mut(&mut version)).await?;
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
            verdict.reason =
                format!("its files are not here to be looked at; {install} restores them");
        }
    }
    Ok(explained(&version, decision, false))
}

/// Judges a skill of a repository as `add` would; of what is refused unseen nothing is fetched.
async fn upstream(context: &Context<'_>, gate: &Gate, spec: &Spec) -> Result<Explained, OpError> {
    let source = source_of(context, spec)?;
    let query = query_of(spec);
    let typed = spec.git_ref.as_ref().map(ToString::to_string);
    let typed_spec = spec.to_string();
    let unfetched = Version {
        name: &typed_spec,
        source: &source,
        kind: gate::kind_of_query(&source, &query),
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
    let gained = gate::capabilities(&opened.repository, commit, &found.path, folder, &files)?;
    let resolved = opened.resolved.as_ref();
    let version = Version {
        name: &name,
        kind: gate::kind_of(resolved),
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
