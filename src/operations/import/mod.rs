//! `import`: lock the skills that another tool has installed, in place.
//!
//! No file of the other tool and no installed file is changed, except with `restore`.

mod difference;
mod find_version;
mod installed_copies;
mod manifests;
mod match_folders;
mod outcome;

use std::collections::BTreeMap;
use std::path::PathBuf;

use futures_util::future::join_all;
use serde::Serialize;

use self::find_version::{FoundVersion, find_versions};
use self::installed_copies::SkillFolders;
use self::match_folders::{MatchedSkill, match_folders};
use self::outcome::{ImportOutcome, Stop};
use super::OpError;
use super::install_steps::{self, SkillPlan, Verdict, Wanted};
use super::installed::InstalledSkill;
use super::policy_check::{Gate, Version, kind_of_query};
use super::report::{Action, Change, Problem, refusal_reason};
use super::resolve::full_spec;
use crate::context::Context;
use crate::fetch::Repository;
use crate::fetch::resolve::Query;
use crate::install::transaction::Transaction;
use crate::lockfile::{Entry, Lockfile};
use crate::source::Source;
use crate::target::Target;
use mdskill_git::objects::Objects;
use mdskill_lint::path::fold;

/// The arguments of an import.
#[derive(Debug, Default)]
pub struct Options {
    /// The files of other tools; if empty, all that are found.
    pub files: Vec<PathBuf>,
    /// Whether to undo the changes that the other tool made to the files.
    pub restore: bool,
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

impl Report {
    /// Returns the value of a skill that can be imported, and notes every other outcome.
    fn note<T>(&mut self, outcome: ImportOutcome<T>) -> Option<T> {
        match outcome {
            ImportOutcome::Ready(ready) => return Some(ready),
            ImportOutcome::AlreadyLocked(problem) => self.kept.push(problem),
            ImportOutcome::NotImported(problem) => self.not_taken.push(problem),
        }
        None
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
/// If there is no such file, or one is invalid; then nothing was changed.
pub async fn import(context: &Context<'_>, options: &Options) -> Result<Report, OpError> {
    let gate = Gate::open(context)?;
    let lockfile = context.lockfile()?.unwrap_or_default();
    let folders = SkillFolders::find(&context.scope)?;
    let manifests = manifests::read(context, &options.files, &folders)?;
    if manifests.files.is_empty() {
        return Err(OpError::Usage(format!(
            "there is nothing to import in {}: no lockfile of npx skills or APM, and no skill that gh skill installed; {} reads a lockfile elsewhere",
            context.scope.root.display(),
            context.scope.command("import FILE")
        )));
    }
    let matches = match_folders(context, manifests.noted, &folders, &lockfile)?;
    let mut report = Report {
        files: manifests.files,
        links: matches.links.into_iter().collect(),
        dry_run: options.dry_run,
        ..Report::default()
    };
    let outcomes = matches.outcomes.into_iter();
    let skills: Vec<MatchedSkill> = outcomes.filter_map(|one| report.note(one)).collect();
    let sources = find_all(context, &gate, &skills, options.restore, &mut report).await?;
    report.not_taken.sort_by(|a, b| a.name.cmp(&b.name));
    if options.dry_run || sources.iter().all(|source| source.skills.is_empty()) {
        let targets = targets_of(&lockfile, &sources);
        for found in sources.iter().flat_map(|source| &source.skills) {
            let entry = entry_of(found, &targets, options.restore);
            report.skills.push(change(context, options, found, &entry));
        }
        report.skills.sort_by(|a, b| a.name.cmp(&b.name));
        return Ok(report);
    }
    let (skills, trashed) = install_steps::in_transaction(context, |transaction, lockfile| {
        let skills = lock_all(context, options, &sources, transaction, lockfile)?;
        Ok((skills, Verdict::Commit))
    })?;
    Ok(Report {
        skills,
        trashed,
        ..report
    })
}

/// Writes all found skills into the lockfile, and returns them sorted by name.
fn lock_all(
    context: &Context<'_>,
    options: &Options,
    sources: &[FoundSource<'_, '_>],
    transaction: &mut Transaction<'_>,
    lockfile: &mut Lockfile,
) -> Result<Vec<Change>, OpError> {
    let targets = targets_of(lockfile, sources);
    lockfile.targets.clone_from(&targets);
    let mut changes = Vec::new();
    for source in sources {
        for found in &source.skills {
            let name = &found.skill.name;
            let is_same = |locked: &str| fold(locked) == fold(name.as_str());
            if lockfile
                .skills
                .keys()
                .any(|locked| is_same(locked.as_str()))
            {
                // Another process added the skill in the meantime.
                return Err(OpError::LockfileChanged);
            }
            let entry = entry_of(found, &targets, options.restore);
            if entry.edits.is_none() && !found.edited.is_empty() {
                restore(context, transaction, found, source.repository.objects())?;
            }
            changes.push(change(context, options, found, &entry));
            lockfile.skills.insert(name.clone(), entry);
        }
    }
    changes.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(changes)
}

/// Checks the policy, but not the age and the capabilities of a version, because the skill is
/// installed already.
fn check_policy(gate: &Gate, skill: &MatchedSkill) -> Result<(), Stop> {
    let git_ref = skill.noted.git_ref.as_deref();
    let query = Query::from_lock(git_ref).unwrap_or(Query::Default);
    let refused = gate.before_fetch(&Version {
        name: skill.name.as_str(),
        source: &skill.source,
        kind: kind_of_query(&skill.source, &query),
        git_ref,
        commit: None,
    });
    match refused.into_iter().next() {
        Some(first) => Err(Stop::NotImported(format!(
            "the policy refuses it: {}",
            first.verdict.reason
        ))),
        None => Ok(()),
    }
}

/// Finds the versions of all skills, asking all sources at once.
async fn find_all<'a, 'b>(
    context: &'a Context<'_>,
    gate: &Gate,
    skills: &'b [MatchedSkill],
    restore: bool,
    report: &mut Report,
) -> Result<Vec<FoundSource<'a, 'b>>, OpError> {
    let mut by_source: BTreeMap<&Source, Vec<&MatchedSkill>> = BTreeMap::new();
    for skill in skills {
        let allowed = check_policy(gate, skill).map(|()| skill);
        if let Some(skill) = report.note(ImportOutcome::of(&skill.noted.name, allowed)?) {
            by_source.entry(&skill.source).or_default().push(skill);
        }
    }
    context.progress.begin("finding the installed versions");
    let searches = by_source.iter();
    let searches = searches.map(|(source, skills)| find_versions(context, source, skills, restore));
    let results = join_all(searches).await;
    context.progress.end();
    let mut sources = Vec::new();
    for (result, (source, skills)) in results.into_iter().zip(&by_source) {
        match result {
            Ok(found) => sources.push(FoundSource {
                repository: found.repository,
                skills: found
                    .outcomes
                    .into_iter()
                    .filter_map(|one| report.note(one))
                    .collect(),
            }),
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
    match install_steps::plan(&context.scope, &wanted, false, objects)? {
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
