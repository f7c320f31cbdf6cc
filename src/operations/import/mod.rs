//! `import`: lock the skills that another tool has installed, in place.
//!
//! No file of the other tool and no installed file is changed, except with `restore`.

mod find_version;
mod manifests;
mod match_folders;
pub(super) mod skill_folders;

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::operations::concurrent::join_all;
use serde::Serialize;

use self::find_version::{FoundVersion, find_versions};
use self::match_folders::{MatchedSkill, match_folders};
use self::skill_folders::SkillFolders;
use super::OpError;
use super::install_steps::{self, SkillPlan, Verdict, Wanted};
use super::installed::InstalledSkill;
use super::places;
use super::policy_check::{PolicyCheck, Refusal, Version, kind_of_query};
use super::report::{Action, Change, Problem, refusal_reason};
use super::resolve::{diagnose, full_spec};
use crate::context::Context;
use crate::fetch::Repository;
use crate::install::transaction::Transaction;
use crate::lockfile::{Entry, Lockfile};
use crate::source::Source;
use crate::target::Target;
use mdskill_git::objects::Objects;
use mdskill_lint::Settings;

/// The arguments of an import.
#[derive(Debug, Default)]
pub struct Options {
    /// The files of other tools; if empty, all that are found.
    pub files: Vec<PathBuf>,
    /// Whether to undo the changes that the other tool made to the files.
    pub restore: bool,
    /// Whether to lock skills that differ from the current version, with recorded edits.
    pub keep_edits: bool,
    /// Whether to change nothing, and only report.
    pub dry_run: bool,
}

/// The result of an import.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// The files that were read.
    pub files: Vec<String>,
    /// The imported skills.
    pub skills: Vec<Change>,
    /// Skills that the lockfile already has.
    pub kept: Vec<Problem>,
    /// Skills that were not imported, each with the reason.
    pub not_taken: Vec<Problem>,
    /// Symbolic links, which are not imported from.
    pub links: Vec<String>,
    /// The paths in the trash that folders were moved to.
    pub trashed: Vec<String>,
    /// Whether nothing was changed because of `dry_run`.
    pub dry_run: bool,
    /// The errors of sources that can't be reached; their skills are in `not_taken`.
    #[serde(skip)]
    pub failures: Vec<OpError>,
}

/// Why a skill is not imported.
enum Stop {
    /// The lockfile has a skill of this name.
    AlreadyLocked(String),
    /// This skill can't be imported, for this reason.
    NotImported(String),
    /// The whole import fails.
    Failed(OpError),
}

impl<E: Into<OpError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Report {
    /// Returns a skill that can be imported, and lists any other with the reason.
    fn accept<T>(&mut self, name: &str, result: Result<T, Stop>) -> Result<Option<T>, OpError> {
        let (list, reason) = match result {
            Ok(skill) => return Ok(Some(skill)),
            Err(Stop::AlreadyLocked(reason)) => (&mut self.kept, reason),
            Err(Stop::NotImported(reason)) => (&mut self.not_taken, reason),
            Err(Stop::Failed(error)) => return Err(error),
        };
        let name = name.to_owned();
        list.push(Problem { name, reason });
        Ok(None)
    }
}

/// The skills of one source whose versions were found.
struct FoundSource<'a, 'b> {
    repository: Repository<'a>,
    skills: Vec<FoundVersion<'b>>,
}

/// Imports the skills that the files of other tools name.
///
/// # Errors
/// If a file does not exist or is invalid; then nothing was changed.
pub async fn import(context: &Context<'_>, options: &Options) -> Result<Report, OpError> {
    let policy_check = PolicyCheck::open(context)?;
    let lockfile = context.lockfile()?.unwrap_or_default();
    let folders = SkillFolders::find(&context.scope)?;
    let manifests = manifests::read(context, &options.files, &folders)?;
    if manifests.files.is_empty() {
        let root = context.scope.root.display().to_string();
        return Err(OpError::NothingToImport(root));
    }
    places::check_project(context, || "-g import".into())?;
    let mut report = Report {
        files: manifests.files,
        links: folders.links(&context.scope, &manifests.noted),
        dry_run: options.dry_run,
        ..Report::default()
    };
    let mut skills = Vec::new();
    for (name, matched) in match_folders(context, manifests.noted, &folders, &lockfile) {
        let allowed = matched.and_then(|skill| check_policy(&policy_check, skill));
        skills.extend(report.accept(&name, allowed)?);
    }
    let mut sources = find_all(context, options, &skills, &mut report).await?;
    for source in &mut sources {
        verify_signatures(&policy_check, source, &mut report).await?;
    }
    report.not_taken.sort_by(|a, b| a.name.cmp(&b.name));
    let targets = targets_of(&lockfile, &sources);
    for found in sources.iter().flat_map(|source| &source.skills) {
        let entry = entry_of(found, &targets, options.restore);
        report.skills.push(change(context, options, found, &entry));
    }
    report.skills.sort_by(|a, b| a.name.cmp(&b.name));
    if options.dry_run || report.skills.is_empty() {
        return Ok(report);
    }
    let ((), trashed) = install_steps::in_transaction(context, |transaction, current| {
        if *current != lockfile {
            return Err(OpError::LockfileChanged);
        }
        current.targets.clone_from(&targets);
        for source in &sources {
            for found in &source.skills {
                let entry = entry_of(found, &targets, options.restore);
                if entry.edits.is_none() && found.entry.edits.is_some() {
                    restore(context, transaction, found, source.repository.objects())?;
                }
                current.skills.insert(found.skill.name.clone(), entry);
            }
        }
        Ok(((), Verdict::Commit))
    })?;
    report.trashed = trashed;
    Ok(report)
}

/// Returns the lockfiles of other tools that exist, as shown to the user.
pub(super) fn other_lockfiles(context: &Context<'_>) -> Vec<String> {
    let places = manifests::known_places(context).unwrap_or_default();
    let existing = places.into_iter().filter(|place| place.is_file());
    existing
        .map(|place| context.scope.display(&place))
        .collect()
}

/// Checks the policy, but not the age and the capabilities of a version, because the skill is
/// installed already.
fn check_policy(policy_check: &PolicyCheck, skill: MatchedSkill) -> Result<MatchedSkill, Stop> {
    let refused = policy_check.before_fetch(&Version {
        name: skill.name.as_str(),
        source: &skill.source,
        kind: kind_of_query(&skill.source, &skill.query),
        git_ref: skill.noted.git_ref.as_deref(),
        commit: None,
    });
    match refused.into_iter().next() {
        Some(first) => Err(Stop::NotImported(refused_by_policy(&first))),
        None => Ok(skill),
    }
}

/// Verifies the signatures that the policy requires, and lists the skills without one.
async fn verify_signatures(
    policy_check: &PolicyCheck,
    source: &mut FoundSource<'_, '_>,
    report: &mut Report,
) -> Result<(), OpError> {
    let commits = source.skills.iter().filter_map(|found| found.entry.commit);
    let commits: Vec<_> = commits.map(|commit| (commit, None)).collect();
    let repository = &mut source.repository;
    policy_check.verify_signatures(repository, commits).await?;
    for mut found in std::mem::take(&mut source.skills) {
        let version = Version {
            name: found.skill.name.as_str(),
            source: &found.skill.source,
            kind: kind_of_query(&found.skill.source, &found.skill.query),
            git_ref: found.entry.git_ref.as_deref(),
            commit: found.entry.commit,
        };
        let refused = policy_check.signature_refusals(&version).into_iter().next();
        if let Some(refusal) = refused {
            let name = found.skill.noted.name.clone();
            let reason = refused_by_policy(&refusal);
            report.not_taken.push(Problem { name, reason });
            continue;
        }
        let signature = policy_check.signature(found.entry.commit);
        found.entry.set_signature(signature.as_ref());
        source.skills.push(found);
    }
    Ok(())
}

fn refused_by_policy(refusal: &Refusal) -> String {
    format!("the policy refuses it: {}", refusal.verdict.reason)
}

/// Finds the versions of all skills, asking all sources at once.
async fn find_all<'a, 'b>(
    context: &'a Context<'_>,
    options: &Options,
    skills: &'b [MatchedSkill],
    report: &mut Report,
) -> Result<Vec<FoundSource<'a, 'b>>, OpError> {
    let rules = context.config()?.rules;
    let mut by_source: BTreeMap<&Source, Vec<&MatchedSkill>> = BTreeMap::new();
    for skill in skills {
        by_source.entry(&skill.source).or_default().push(skill);
    }
    context.progress.begin("finding the installed versions");
    let searches = by_source.iter();
    let searches =
        searches.map(|(source, skills)| find_versions(context, source, skills, options.keep_edits));
    let results = join_all(searches).await;
    context.progress.end();
    let mut sources = Vec::new();
    for (result, (source, skills)) in results.into_iter().zip(by_source) {
        match result {
            Ok((repository, versions)) => {
                let settings = rules.settings_for(source);
                let mut found = FoundSource {
                    repository,
                    skills: Vec::new(),
                };
                for (skill, version) in skills.iter().zip(versions) {
                    let version = version
                        .and_then(|version| check_audit(version, &found.repository, &settings));
                    let version = report.accept(&skill.noted.name, version)?;
                    found.skills.extend(version);
                }
                sources.push(found);
            }
            Err(error) => {
                let spec = full_spec(source, "");
                report.not_taken.extend(skills.iter().map(|skill| Problem {
                    name: skill.noted.name.clone(),
                    reason: format!("{spec} can't be read: {error}"),
                }));
                report.failures.push(error);
            }
        }
    }
    Ok(sources)
}

/// Refuses a version that is dangerous to install, unless the configuration allows that for this skill.
fn check_audit<'b>(
    found: FoundVersion<'b>,
    repository: &Repository<'_>,
    settings: &Settings,
) -> Result<FoundVersion<'b>, Stop> {
    let (entry, name) = (&found.entry, found.skill.name.as_str());
    let root = repository.root_tree(entry.commit)?;
    let objects = repository.objects();
    let result = diagnose(objects, root, &entry.path, name, &found.files, settings);
    let Some(danger) = result.diagnostics.iter().find(|found| found.refuses) else {
        return Ok(found);
    };
    Err(Stop::NotImported(format!(
        "it is dangerous ({}:{}: {} [{code}]); to accept it, write `source = \"{source}\"` and `allow = [\"{code}\"]` below `[skills.{name}]` in mdskill.toml",
        danger.file,
        danger.start.line,
        danger.message,
        source = entry.source,
        code = danger.code
    )))
}

/// Returns the default targets: the first import takes those of most skills.
fn targets_of(lockfile: &Lockfile, sources: &[FoundSource<'_, '_>]) -> Vec<Target> {
    if !lockfile.targets.is_empty() {
        return lockfile.targets.clone();
    }
    let mut counts: BTreeMap<&Vec<Target>, usize> = BTreeMap::new();
    for found in sources.iter().flat_map(|source| &source.skills) {
        *counts.entry(&found.skill.targets).or_default() += 1;
    }
    // Of equally many the first by name, so that the result is the same on every machine.
    let most = counts.into_iter().rev().max_by_key(|(_, count)| *count);
    most.map(|(targets, _)| targets.clone()).unwrap_or_default()
}

fn entry_of(found: &FoundVersion<'_>, targets: &[Target], restore: bool) -> Entry {
    let mut entry = found.entry.clone();
    let own = &found.skill.targets;
    entry.targets = (own != targets).then(|| own.clone());
    if restore && found.is_by_tool {
        entry.edits = None;
    }
    entry
}

/// Replaces the files that the tool changed by those of the version.
fn restore(
    context: &Context<'_>,
    transaction: &mut Transaction<'_>,
    found: &FoundVersion<'_>,
    objects: &Objects,
) -> Result<(), OpError> {
    let wanted = Wanted {
        name: &found.skill.name,
        files: &found.files,
        locked: Some(&found.entry),
        replaceable: found.entry.edits,
        targets: &found.skill.targets,
        why: refusal_reason,
    };
    match install_steps::plan(context, &wanted, false, objects)? {
        SkillPlan::Ready(mut planned) => {
            install_steps::put_all(transaction, [&mut planned]).map(drop)
        }
        // Another process changed a file after it was read for the comparison.
        SkillPlan::Blocked(_) => Err(OpError::SkillChanged(found.skill.name.clone())),
    }
}

fn change(
    context: &Context<'_>,
    options: &Options,
    found: &FoundVersion<'_>,
    entry: &Entry,
) -> Change {
    let skill = found.skill;
    let tool = skill.noted.tool;
    let mut notes: Vec<String> = skill.noted.note.iter().cloned().collect();
    if !found.edited.is_empty() {
        notes.push(if !found.is_by_tool {
            "it was edited; the edits are kept".to_owned()
        } else if options.restore {
            format!("{tool} had changed these files; they are restored")
        } else {
            format!(
                "{tool} changed these files when it installed them; they are kept as edits (--restore undoes it)"
            )
        });
    }
    let installed = InstalledSkill {
        scope: &context.scope,
        name: &skill.name,
        entry,
        targets: &skill.targets,
    };
    Change {
        notes,
        edited: found.edited.clone(),
        ..installed.change(Action::Added)
    }
}
