//! `import`: take over what another tool has installed, so that nothing moves.
//!
//! A skill is taken when its files on disk are those of a commit that its source has had, or when
//! the other tool has noted the commit or the tree: what differs is then kept as an edit. No file
//! of the other tool and no installed file is touched, but with `restore`.

mod find_version;
mod history_search;
mod installed_copies;
mod manifests;
mod match_folders;

use std::collections::BTreeMap;
use std::path::PathBuf;

use futures_util::future::join_all;
use serde::Serialize;

use self::find_version::{Answer, Taken, ask};
use self::installed_copies::SkillFolders;
use self::match_folders::MatchedSkill;
use super::OpError;
use super::apply::{self, Verdict, Wanted};
use super::candidate::full_spec;
use super::change::{Action, Change, Problem, refusal_reason};
use super::gate::{Gate, Version, kind_of_query};
use crate::context::Context;
use crate::fetch::resolve::Query;
use crate::git::objects::Objects;
use crate::install::transaction::Transaction;
use crate::lockfile::{Entry, Lockfile};
use crate::path::fold;
use crate::source::Source;
use crate::target::Target;

/// What to take over.
#[derive(Debug, Default)]
pub struct Options {
    /// The other tools' files; none means all that are found.
    pub files: Vec<PathBuf>,
    /// Whether upstream's files go where the other tool changed them or left them out.
    pub restore: bool,
    /// Whether only to say what would happen.
    pub dry_run: bool,
}

/// What was taken over.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// The files that were read.
    pub files: Vec<String>,
    /// The skills that were taken.
    pub skills: Vec<Change>,
    /// Those that the lockfile has already.
    pub kept: Vec<Problem>,
    /// Those that were not taken, each with the reason.
    pub not_taken: Vec<Problem>,
    /// Links that were left alone.
    pub links: Vec<String>,
    /// Where folders were moved to.
    pub trashed: Vec<String>,
    /// Whether nothing was done on purpose.
    pub dry_run: bool,
    /// What kept sources from being asked; the skills are in `not_taken`.
    #[serde(skip)]
    pub failures: Vec<OpError>,
}

/// Takes over what the files of other tools name.
///
/// # Errors
/// When there is no such file, or one can't be understood; nothing was changed then.
pub async fn import(context: &Context<'_>, options: &Options) -> Result<Report, OpError> {
    let gate = Gate::open(context)?;
    let lockfile = context.lockfile()?.unwrap_or_default();
    let shelves = SkillFolders::find(&context.site)?;
    let (files, claims) = manifests::read(context, &options.files, &shelves)?;
    if files.is_empty() {
        return Err(OpError::Usage(format!(
            "there is nothing to import in {}: no lock of npx skills, skillcask, APM or skillup, and no skill that gh skill or openskills installed; `mdskill import FILE` reads one that lies elsewhere",
            context.site.root.display()
        )));
    }
    let mut report = Report {
        files,
        links: shelves.links.clone(),
        dry_run: options.dry_run,
        ..Report::default()
    };
    let claimed = match_folders::settle(context, claims, &shelves, &lockfile, &mut report)?;
    let answers = ask_all(context, &gate, &claimed, options.restore, &mut report).await;
    let is_nothing = answers.iter().all(|answer| answer.taken.is_empty());
    if options.dry_run || is_nothing {
        let targets = targets_of(&lockfile, &answers);
        for answer in &answers {
            for taken in &answer.taken {
                let entry = entry_of(taken, &targets, options.restore);
                report.skills.push(change(context, options, taken, &entry));
            }
        }
        sort(&mut report);
        return Ok(report);
    }
    let (mut report, trashed) = apply::in_transaction(context, |transaction, lockfile| {
        let targets = targets_of(lockfile, &answers);
        lockfile.targets.clone_from(&targets);
        for answer in &answers {
            let objects = answer.repository.objects();
            for taken in &answer.taken {
                // Another mdskill may have added one of that name meanwhile.
                let name = fold(taken.claimed.name.as_str());
                if lockfile
                    .skills
                    .keys()
                    .any(|locked| fold(locked.as_str()) == name)
                {
                    return Err(OpError::LockfileChanged);
                }
                let entry = entry_of(taken, &targets, options.restore);
                if entry.edits.is_none() && !taken.edited.is_empty() {
                    restore(context, transaction, taken, objects)?;
                }
                report.skills.push(change(context, options, taken, &entry));
                let name = taken.claimed.name.clone();
                lockfile.skills.insert(name, entry);
            }
        }
        Ok((report, Verdict::Commit))
    })?;
    sort(&mut report);
    Ok(Report { trashed, ..report })
}

/// Says why the policy lets nothing in from there. How old a version is and what it can do is not asked
/// of what lies in the project already.
fn refusal(gate: &Gate, claimed: &MatchedSkill) -> Option<String> {
    let reference = claimed.claim.reference.as_deref();
    let query = Query::from_lock(reference).unwrap_or(Query::Default);
    let refused = gate.before_fetch(&Version {
        name: claimed.name.as_str(),
        source: &claimed.source,
        kind: kind_of_query(&claimed.source, &query),
        reference,
        commit: None,
    });
    let first = refused.into_iter().next()?;
    Some(format!("the policy refuses it: {}", first.verdict.reason))
}

fn sort(report: &mut Report) {
    report.skills.sort_by(|a, b| a.name.cmp(&b.name));
    report.not_taken.sort_by(|a, b| a.name.cmp(&b.name));
    report.links.sort();
    report.links.dedup();
}

/// Asks every source at once; those that fail are noted with each of their skills.
async fn ask_all<'a, 'b>(
    context: &'a Context<'_>,
    gate: &Gate,
    claimed: &'b [MatchedSkill],
    restore: bool,
    report: &mut Report,
) -> Vec<Answer<'a, 'b>> {
    let mut sources: BTreeMap<&Source, Vec<&MatchedSkill>> = BTreeMap::new();
    for one in claimed {
        if let Some(reason) = refusal(gate, one) {
            report.not_taken.push(Problem {
                name: one.claim.name.clone(),
                reason,
            });
            continue;
        }
        sources.entry(&one.source).or_default().push(one);
    }
    context.progress.begin("looking for the installed versions");
    let asked = sources
        .iter()
        .map(|(source, claims)| ask(context, source, claims, restore));
    let asked = join_all(asked).await;
    context.progress.end();
    let mut answers = Vec::new();
    for (answer, (source, claims)) in asked.into_iter().zip(&sources) {
        match answer {
            Ok(mut answer) => {
                report.not_taken.append(&mut answer.not_taken);
                answers.push(answer);
            }
            Err(error) => {
                let spec = full_spec(source, "");
                report.not_taken.extend(claims.iter().map(|one| Problem {
                    name: one.claim.name.clone(),
                    reason: format!("{spec} was not asked: {error}"),
                }));
                report.failures.push(error);
            }
        }
    }
    answers
}

/// The first import decides where a project's skills live: where most of them lie.
fn targets_of(lockfile: &Lockfile, answers: &[Answer<'_, '_>]) -> Vec<Target> {
    if !lockfile.targets.is_empty() {
        return lockfile.targets.clone();
    }
    let mut counts: Vec<(&Vec<Target>, usize)> = Vec::new();
    for taken in answers.iter().flat_map(|answer| &answer.taken) {
        let targets = &taken.claimed.targets;
        match counts.iter_mut().find(|(known, _)| *known == targets) {
            Some((_, count)) => *count += 1,
            None => counts.push((targets, 1)),
        }
    }
    // Of as many, the first by name: the same on every machine.
    counts.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(other.0)));
    counts
        .first()
        .map(|(targets, _)| (*targets).clone())
        .unwrap_or_default()
}

fn entry_of(taken: &Taken<'_>, targets: &[Target], restore: bool) -> Entry {
    let mut entry = taken.entry.clone();
    let own = &taken.claimed.targets;
    entry.targets = (own != targets).then(|| own.clone());
    if restore && taken.is_by_tool {
        entry.edits = None;
    }
    entry
}

/// Puts the version's files in place of those that the tool changed.
fn restore(
    context: &Context<'_>,
    transaction: &mut Transaction<'_>,
    taken: &Taken<'_>,
    objects: &Objects,
) -> Result<(), OpError> {
    let wanted = Wanted {
        name: &taken.claimed.name,
        files: &taken.files,
        digest: Some(taken.entry.digest),
        locked: Some(&taken.entry),
        // The other tool wrote what differs, so nobody misses it.
        replaceable: taken.entry.edits,
        targets: &taken.claimed.targets,
        why: refusal_reason,
    };
    match apply::plan(&context.site, &wanted, false, objects)? {
        Ok(mut planned) => apply::put_all(transaction, [&mut planned]).map(drop),
        // Its files were just read: somebody has written into it since.
        Err(_) => Err(OpError::Disagrees(format!(
            "`{}` was changed while it was being imported; run the command again",
            taken.claimed.name
        ))),
    }
}

fn change(context: &Context<'_>, options: &Options, taken: &Taken<'_>, entry: &Entry) -> Change {
    let claim = &taken.claimed.claim;
    let mut notes: Vec<String> = claim.note.iter().cloned().collect();
    let tool = claim.tool;
    let note = match (taken.edited.is_empty(), taken.is_by_tool) {
        (true, _) => None,
        (false, true) if options.restore => Some(format!(
            "{tool} had changed these files; they are upstream's again"
        )),
        (false, true) => Some(format!(
            "{tool} changed these files when it installed it; they stay, as edits (with --restore upstream's are put in place)"
        )),
        (false, false) => Some("it was edited; its files stay, as edits".to_owned()),
    };
    notes.extend(note);
    let places = apply::places(&context.site, &taken.claimed.name, &taken.claimed.targets);
    Change {
        notes,
        edited: taken.edited.clone(),
        ..Change::of(&taken.claimed.name, entry, Action::Added, places)
    }
}
