//! `add`: resolve, fetch, validate, install, lock.

use std::collections::BTreeMap;

use futures_util::future::try_join_all;
use serde::Serialize;

use super::OpError;
use super::apply::{self, Verdict, Wanted};
use super::candidate::{Candidate, Opened, query_of, source_of};
use super::change::{Action, Change, LeftAlone, Problem};
use crate::context::Context;
use crate::diagnostic::Diagnostic;
use crate::digest::Digest;
use crate::fetch::Repository;
use crate::fetch::resolve::Query;
use crate::lockfile::{Entry, Lockfile};
use crate::name::SkillName;
use crate::path::fold;
use crate::skill::discover::Found;
use crate::source::Source;
use crate::spec::Spec;
use crate::target::{AGENTS, Target};

/// What to add, and how.
#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a decision of its own, and any of them go together"
)]
pub struct Options {
    /// The specs as typed.
    pub specs: Vec<Spec>,
    /// Every skill of each spec's repository.
    pub all: bool,
    /// Skills of the repository, by name or path.
    pub skills: Vec<String>,
    /// Where to install; nothing means where the lockfile says.
    pub targets: Vec<Target>,
    /// Another name to install under.
    pub name: Option<SkillName>,
    /// Whether to stay at this commit.
    pub pin: bool,
    /// Whether folders in the way go to the trash, and unloadable skills are installed.
    pub force: bool,
    /// Whether only to say what would happen.
    pub dry_run: bool,
}

/// What was added.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// What became of each skill.
    pub skills: Vec<Change>,
    /// Skills that no client would load, which were therefore not installed.
    pub stopped: Vec<Stopped>,
    /// Skills that were left out because two share a name, or are unsafe.
    pub left_out: Vec<Problem>,
    /// Folders in the way; when there is one, nothing was changed.
    pub left_alone: Vec<LeftAlone>,
    /// Errors of skills that were installed all the same.
    pub warnings: Vec<Problem>,
    /// Where folders were moved to.
    pub trashed: Vec<String>,
    /// Whether nothing was done on purpose.
    pub dry_run: bool,
}

/// A skill that clients don't load.
#[derive(Debug, Serialize)]
pub struct Stopped {
    /// Its name.
    pub name: String,
    /// The spec that names it.
    pub spec: String,
    /// What keeps clients from loading it.
    pub reasons: Vec<String>,
}

/// The candidates of one repository, which keeps their bytes.
type Prepared<'a> = (Repository<'a>, Vec<Candidate>);

/// Adds skills: all that are listed, or nothing.
///
/// # Errors
/// When a spec leads nowhere, or nothing could be installed; nothing was changed then.
pub async fn add(context: &Context<'_>, options: &Options) -> Result<Report, OpError> {
    let lockfile = context.lockfile()?.unwrap_or_default();
    let groups = group(context, options)?;
    let mut report = Report {
        dry_run: options.dry_run,
        ..Report::default()
    };
    let prepared = try_join_all(
        groups
            .into_iter()
            .map(|group| prepare(context, options, group)),
    )
    .await?;
    let mut repositories: Vec<Prepared<'_>> = Vec::new();
    for (repository, candidates) in prepared {
        let mut ready = Vec::new();
        for candidate in candidates {
            match candidate {
                Ok(candidate) => ready.push(candidate),
                Err(error) if options.all => report.left_out.push(Problem {
                    name: repository.source.spec_prefix(),
                    reason: error.to_string(),
                }),
                Err(error) => return Err(error),
            }
        }
        repositories.push((repository, ready));
    }
    rename_or_pin(options, &mut repositories)?;
    settle_names(options, &mut repositories, &mut report)?;
    check_names_against(&lockfile, options, &repositories)?;
    keep_what_follows_another_ref(&lockfile, &mut repositories, &mut report);
    stop_unloadable(options, &mut repositories, &mut report);
    warn(&repositories, &mut report);
    if options.dry_run {
        plan_all(context, options, &repositories, lockfile, &mut report)?;
        return Ok(report);
    }
    let (report, trashed) = apply::in_transaction(context, |transaction, lockfile| {
        // Another mdskill may have added the same name while this one was fetching.
        check_names_against(lockfile, options, &repositories)?;
        set_targets(context, options, lockfile);
        let mut left_alone = Vec::new();
        for (repository, candidates) in &repositories {
            let objects = repository.objects();
            for candidate in candidates {
                let targets = targets_of(options, lockfile, &candidate.name);
                let wanted = wanted(candidate, lockfile, &targets);
                match apply::plan(&context.site, &wanted, options.force, objects)? {
                    Err(refused) => left_alone.extend(refused),
                    Ok(plan) => {
                        let moves = apply::is_change(&plan);
                        let digest = apply::put(transaction, &wanted, plan, objects)?;
                        let entry = entry_of(candidate, digest, &targets, lockfile);
                        report
                            .skills
                            .push(change(context, candidate, &entry, lockfile, moves));
                        lockfile.skills.insert(candidate.name.clone(), entry);
                    }
                }
            }
        }
        let verdict = match left_alone.is_empty() {
            true => Verdict::Commit,
            false => Verdict::Abandon,
        };
        if verdict == Verdict::Abandon {
            report.skills.clear();
        }
        report.left_alone = left_alone;
        Ok((report, verdict))
    })?;
    Ok(Report { trashed, ..report })
}

/// What is wanted of one repository at one ref.
struct Group {
    source: Source,
    query: Query,
    wanted: Vec<Option<String>>,
}

/// Groups specs by repository and ref, so that each is fetched from once.
fn group(context: &Context<'_>, options: &Options) -> Result<Vec<Group>, OpError> {
    if options.specs.is_empty() {
        return Err(OpError::Usage(
            "name at least one skill, as owner/repo/skill".to_owned(),
        ));
    }
    if options.all && !options.skills.is_empty() {
        return Err(OpError::Usage(
            "--all and --skill exclude each other".to_owned(),
        ));
    }
    let mut groups: Vec<Group> = Vec::new();
    for spec in &options.specs {
        let source = source_of(context, spec)?;
        let query = query_of(spec);
        let wanted = match (&spec.skill, options.skills.is_empty()) {
            (Some(_), false) => {
                return Err(OpError::Usage(format!(
                    "`{spec}` names a skill already; --skill goes with owner/repo"
                )));
            }
            (Some(skill), true) => vec![Some(skill.clone())],
            (None, true) => vec![None],
            (None, false) => options.skills.iter().cloned().map(Some).collect(),
        };
        match groups
            .iter_mut()
            .find(|group| group.source == source && group.query == query)
        {
            Some(group) => group.wanted.extend(wanted),
            None => groups.push(Group {
                source,
                query,
                wanted,
            }),
        }
    }
    Ok(groups)
}

async fn prepare<'a>(
    context: &'a Context<'_>,
    options: &Options,
    group: Group,
) -> Result<(Repository<'a>, Vec<Result<Candidate, OpError>>), OpError> {
    context
        .progress
        .begin(&format!("fetching {}", group.source.spec_prefix()));
    let mut opened = Opened::open(context, &group.source, &group.query).await?;
    let mut chosen: Vec<Found> = Vec::new();
    for wanted in &group.wanted {
        let from_page = opened
            .resolved
            .as_ref()
            .and_then(|resolved| resolved.path.clone());
        let found = match wanted.clone().or(from_page) {
            Some(wanted) if options.all => below(&opened, &wanted)?,
            Some(wanted) => vec![opened.choose(&wanted).await?],
            None => everything(&opened, options.all)?,
        };
        for found in found {
            if !chosen.contains(&found) {
                chosen.push(found);
            }
        }
    }
    let candidates = opened.prepare(&chosen).await?;
    context.progress.end();
    Ok((opened.repository, candidates))
}

/// Returns every skill, or the only one; several without `--all` is a question.
fn everything(opened: &Opened<'_>, all: bool) -> Result<Vec<Found>, OpError> {
    let skills = &opened.discovery.skills;
    match skills.len() {
        0 => Err(OpError::NoSkills(opened.place())),
        1 => Ok(skills.clone()),
        _ if all => Ok(skills.clone()),
        count => Err(OpError::NotChosen {
            place: opened.place(),
            count,
        }),
    }
}

/// `--all` behind a path: every skill in that folder.
fn below(opened: &Opened<'_>, folder: &str) -> Result<Vec<Found>, OpError> {
    let is_below =
        |found: &&Found| found.path == folder || found.path.starts_with(&format!("{folder}/"));
    let found: Vec<Found> = opened
        .discovery
        .skills
        .iter()
        .filter(is_below)
        .cloned()
        .collect();
    match found.is_empty() {
        true => Err(OpError::NoSkills(format!("{}/{folder}", opened.place()))),
        false => Ok(found),
    }
}

fn rename_or_pin(options: &Options, repositories: &mut [Prepared<'_>]) -> Result<(), OpError> {
    let count: usize = repositories
        .iter()
        .map(|(_, candidates)| candidates.len())
        .sum();
    if options.name.is_some() && count != 1 {
        return Err(OpError::Usage(format!(
            "--name renames one skill, and {count} are being added"
        )));
    }
    for candidate in repositories
        .iter_mut()
        .flat_map(|(_, candidates)| candidates)
    {
        if let Some(name) = &options.name {
            candidate.name = name.clone();
            candidate.name_note = None;
            // That the name is not the folder's is what was asked for.
            candidate.diagnostics.retain(|found| found.code != "SK203");
        }
        if options.pin {
            candidate.reference = candidate.commit.map(|commit| commit.to_string());
        }
    }
    Ok(())
}

/// Two skills of one name and one tree land once; two that differ are both left out
/// with `--all`, and an error otherwise. Never silently one of them.
fn settle_names(
    options: &Options,
    repositories: &mut [Prepared<'_>],
    report: &mut Report,
) -> Result<(), OpError> {
    let mut by_name: BTreeMap<String, Vec<Candidate>> = BTreeMap::new();
    for candidate in repositories.iter().flat_map(|(_, candidates)| candidates) {
        by_name
            .entry(fold(candidate.name.as_str()))
            .or_default()
            .push(candidate.clone());
    }
    for same in by_name.values().filter(|same| same.len() > 1) {
        let first = &same[0];
        let is_one = same
            .iter()
            .all(|other| other.files.tree == first.files.tree && other.name == first.name);
        let specs: Vec<String> = same.iter().map(Candidate::spec).collect();
        if !is_one && !options.all {
            return Err(OpError::NameTaken {
                name: first.name.to_string(),
                first: specs[0].clone(),
                second: specs[1].clone(),
            });
        }
        let kept = is_one.then(|| first.spec());
        for (_, candidates) in repositories.iter_mut() {
            candidates.retain(|candidate| {
                fold(candidate.name.as_str()) != fold(first.name.as_str())
                    || kept.as_ref() == Some(&candidate.spec())
            });
        }
        if !is_one {
            report.left_out.push(Problem {
                name: first.name.to_string(),
                reason: format!(
                    "{} different skills have this name; add one of them by its full spec: {}",
                    same.len(),
                    specs.join(", ")
                ),
            });
        }
    }
    Ok(())
}

fn check_names_against(
    lockfile: &Lockfile,
    options: &Options,
    repositories: &[Prepared<'_>],
) -> Result<(), OpError> {
    for candidate in repositories.iter().flat_map(|(_, candidates)| candidates) {
        let folded = fold(candidate.name.as_str());
        let taken = lockfile
            .skills
            .iter()
            .find(|(name, _)| fold(name.as_str()) == folded);
        if let Some((name, entry)) = taken
            // A lockfile with both spellings could not be read again, force or not.
            && (*name != candidate.name || entry.source != candidate.source && !options.force)
        {
            return Err(OpError::NameTaken {
                name: candidate.name.to_string(),
                first: format!(
                    "{} (installed)",
                    super::candidate::full_spec(&entry.source, &entry.path)
                ),
                second: candidate.spec(),
            });
        }
    }
    Ok(())
}

/// A skill that follows a ref keeps following it until another is named: `add
/// owner/repo --all` must not take it off its tag.
fn keep_what_follows_another_ref(
    lockfile: &Lockfile,
    repositories: &mut [Prepared<'_>],
    report: &mut Report,
) {
    for (_, candidates) in repositories {
        candidates.retain(|candidate| {
            let locked = lockfile.skills.get(&candidate.name);
            let kept = locked.filter(|locked| {
                locked.source == candidate.source
                    && locked.path == candidate.path
                    && locked.reference.is_some()
                    && candidate.reference.is_none()
            });
            if let Some(entry) = kept {
                let reference = entry.reference.as_deref().unwrap_or_default();
                let note =
                    format!("it follows `{reference}`; name another behind `@` to change that, `@HEAD` for the default branch");
                let change = Change::of(&candidate.name, entry, Action::Unchanged, Vec::new());
                report.skills.push(Change {
                    notes: vec![note],
                    ..change
                });
            }
            kept.is_none()
        });
    }
}

/// What keeps clients from loading a skill stops it, for nobody would notice later.
fn stop_unloadable(options: &Options, repositories: &mut [Prepared<'_>], report: &mut Report) {
    if options.force {
        return;
    }
    for candidates in repositories.iter_mut().map(|(_, candidates)| candidates) {
        for candidate in candidates
            .iter()
            .filter(|candidate| candidate.blockers().next().is_some())
        {
            report.stopped.push(Stopped {
                name: candidate.name.to_string(),
                spec: candidate.spec(),
                reasons: candidate.blockers().map(line).collect(),
            });
        }
        candidates.retain(|candidate| candidate.blockers().next().is_none());
    }
}

fn warn(repositories: &[Prepared<'_>], report: &mut Report) {
    for candidate in repositories.iter().flat_map(|(_, candidates)| candidates) {
        let problem = |found: &Diagnostic| Problem {
            name: candidate.name.to_string(),
            reason: line(found),
        };
        report.warnings.extend(candidate.errors().map(problem));
    }
}

fn line(found: &Diagnostic) -> String {
    format!(
        "{}:{}: {} [{}]",
        found.file, found.line, found.message, found.code
    )
}

fn plan_all(
    context: &Context<'_>,
    options: &Options,
    repositories: &[Prepared<'_>],
    mut lockfile: Lockfile,
    report: &mut Report,
) -> Result<(), OpError> {
    set_targets(context, options, &mut lockfile);
    for (repository, candidates) in repositories {
        for candidate in candidates {
            let objects = repository.objects();
            let targets = targets_of(options, &lockfile, &candidate.name);
            let wanted = wanted(candidate, &lockfile, &targets);
            match apply::plan(&context.site, &wanted, options.force, objects)? {
                Err(refused) => report.left_alone.extend(refused),
                Ok(plan) => {
                    let digest = apply::digest_of(&candidate.files, objects)?;
                    let entry = entry_of(candidate, digest, &targets, &lockfile);
                    report.skills.push(change(
                        context,
                        candidate,
                        &entry,
                        &lockfile,
                        apply::is_change(&plan),
                    ));
                }
            }
        }
    }
    Ok(())
}

/// The first `add` decides where a project's skills live.
fn set_targets(context: &Context<'_>, options: &Options, lockfile: &mut Lockfile) {
    if !lockfile.targets.is_empty() {
        return;
    }
    let first = &AGENTS[0];
    let default = if context.site.is_personal {
        first.personal
    } else {
        first.project
    };
    lockfile.targets = match options.targets.is_empty() {
        true => default.parse().into_iter().collect(),
        false => options.targets.clone(),
    };
}

fn wanted<'a>(
    candidate: &'a Candidate,
    lockfile: &'a Lockfile,
    targets: &'a [Target],
) -> Wanted<'a> {
    let locked = lockfile.skills.get(&candidate.name);
    // One tree is one digest: what is locked of it need not be computed.
    let same = locked.filter(|locked| locked.tree == candidate.files.tree);
    Wanted {
        name: &candidate.name,
        files: &candidate.files,
        digest: same.map(|locked| locked.digest),
        locked,
        targets,
    }
}

fn entry_of(
    candidate: &Candidate,
    digest: Digest,
    targets: &[Target],
    lockfile: &Lockfile,
) -> Entry {
    let before = lockfile.skills.get(&candidate.name);
    let mut entry = candidate.entry(digest).keeping(before);
    // A commit that changed nothing of the skill is not worth a line in a diff.
    if let Some(before) = before.filter(|before| is_same(before, &entry)) {
        entry.commit = before.commit;
    }
    entry.targets = (targets != lockfile.targets).then(|| targets.to_vec());
    entry
}

fn is_same(before: &Entry, entry: &Entry) -> bool {
    before.source == entry.source
        && before.path == entry.path
        && before.reference == entry.reference
        && before.tree == entry.tree
        && before.digest == entry.digest
}

/// Asked-for targets join those that the skill has already.
fn targets_of(options: &Options, lockfile: &Lockfile, name: &SkillName) -> Vec<Target> {
    let before = lockfile.skills.get(name);
    let mut targets = match (before, options.targets.is_empty()) {
        (Some(before), _) => lockfile.targets_of(before).to_vec(),
        (None, true) => lockfile.targets.clone(),
        (None, false) => Vec::new(),
    };
    for target in &options.targets {
        if !targets.contains(target) {
            targets.push(target.clone());
        }
    }
    targets
}

fn change(
    context: &Context<'_>,
    candidate: &Candidate,
    entry: &Entry,
    lockfile: &Lockfile,
    moves: bool,
) -> Change {
    let locked = lockfile.skills.get(&candidate.name);
    let action = match locked {
        Some(before) if !moves && before == entry => Action::Unchanged,
        None => Action::Added,
        Some(before) if before.tree == entry.tree && moves => Action::Restored,
        Some(_) => Action::Updated,
    };
    let places = apply::places(&context.site, &candidate.name, lockfile.targets_of(entry));
    let from = locked
        .and_then(|before| before.commit)
        .filter(|commit| Some(*commit) != entry.commit);
    Change {
        from: from.map(|commit| commit.to_string()),
        notes: candidate.name_note.iter().cloned().collect(),
        ..Change::of(&candidate.name, entry, action, places)
    }
}
