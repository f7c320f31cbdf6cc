//! `lock`: write the lockfile as this mdskill does, and settle what git could not merge in it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::OpError;
use crate::context::Context;
use crate::fetch::history::Lineage;
use crate::fetch::{FetchError, Repository};
use crate::fs::tree::OnDisk;
use crate::git::objects::Objects;
use crate::lockfile::conflict::Conflict;
use crate::lockfile::merge::{Side, Sides, Verdict};
use crate::lockfile::{Difference, Entry, Lockfile, LockfileError};
use crate::oid::ObjectId;
use crate::path::fold;
use crate::source::Source;
use crate::target::Target;

/// What to settle, and how.
#[derive(Debug, Default)]
pub struct Options {
    /// Whether a conflict is settled; else it is an error.
    pub resolve: bool,
    /// The sides of skills and keys that somebody chose.
    pub named: Vec<(String, Side)>,
    /// The side of what can't be settled otherwise.
    pub others: Option<Side>,
}

/// What was settled and written.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// What git calls each side, when there was a conflict.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<Labels>,
    /// What was settled.
    pub settled: Vec<Settled>,
    /// What somebody must choose; when there is any, nothing was written.
    pub open: Vec<Open>,
    /// Whether the lockfile was written: it was in conflict, or had another form.
    pub is_written: bool,
    /// How many skills it has.
    pub skills: usize,
    /// How many folders are not as it says.
    pub to_install: usize,
}

/// What git calls the sides.
#[derive(Debug, Clone, Serialize)]
pub struct Labels {
    /// Ours: `HEAD`, mostly.
    pub ours: String,
    /// Theirs: a branch or a commit.
    pub theirs: String,
}

/// A difference that is settled.
#[derive(Debug, Serialize)]
pub struct Settled {
    /// The skill, or the key.
    pub name: String,
    /// The side that was taken; nothing when both were.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub side: Option<Side>,
    /// What it is now; nothing when it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<Version>,
    /// Why, as a phrase.
    pub reason: String,
}

/// A difference that somebody must settle.
#[derive(Debug, Serialize)]
pub struct Open {
    /// The skill, or the key.
    pub name: String,
    /// Why it can't be settled, as a phrase.
    pub reason: String,
    /// What it was here; nothing when it was not there.
    pub ours: Option<Version>,
    /// What it was in what was merged; nothing when it was not there.
    pub theirs: Option<Version>,
}

/// What one side has.
#[derive(Debug, Default, Serialize)]
pub struct Version {
    /// The skill's source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// What `update` follows.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Its commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The git tree of its folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tree: Option<String>,
    /// The digest of its recorded edits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edits: Option<String>,
    /// The value of a key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

impl Version {
    fn of(difference: &Difference, side: Side) -> Option<Self> {
        let of_entry = |entry: &Entry| Self {
            source: Some(entry.source.to_string()),
            reference: entry.reference.clone(),
            commit: entry.commit.map(|commit| commit.to_string()),
            tree: Some(entry.tree.to_string()),
            edits: entry.edits.map(|edits| edits.to_string()),
            value: None,
        };
        let of_value = |value: &str| Self {
            value: Some(value.to_owned()),
            ..Self::default()
        };
        let value = || difference.value(side).map(of_value);
        difference.entry(side).map(of_entry).or_else(value)
    }
}

/// Writes the lockfile as this mdskill does; with `resolve`, settles a conflict in it first.
///
/// # Errors
/// When there is no lockfile, it can't be read, or what is named is not in conflict.
pub async fn lock(context: &Context<'_>, options: &Options) -> Result<Report, OpError> {
    context.recover()?;
    let path = &context.site.lockfile;
    let text = Lockfile::read_text(path)?.ok_or_else(|| OpError::no_lockfile(&context.site))?;
    let found = match options.resolve {
        true => sides(context, &text)?,
        false => None,
    };
    let mut report = Report::default();
    let lockfile = match found {
        Some((sides, labels)) => {
            report.labels = Some(labels);
            let differences = sides.differences();
            let choices = settle(context, options, &differences, &mut report).await?;
            sides.merged(&choices)
        }
        None => {
            check_named(context, options, &[])?;
            Lockfile::parse_at(path, &text)?
        }
    };
    report.skills = lockfile.skills.len();
    if report.open.is_empty() {
        report.is_written = write(context, &text, &lockfile)?;
        report.to_install = to_install(context, &lockfile)?;
    }
    Ok(report)
}

/// Returns both sides of a conflict, and what git calls them; nothing when there is none.
///
/// git's index has them whole, and what both come from. The text counts only without it: where
/// a side moved blocks, as when it brought the numbers, git mixes both up outside of its lines.
fn sides(context: &Context<'_>, text: &str) -> Result<Option<(Sides, Labels)>, OpError> {
    let staged = staged(context).and_then(Staged::whole);
    let mut labels = Labels {
        ours: "HEAD".to_owned(),
        theirs: "what was merged".to_owned(),
    };
    let found = match (Conflict::find(text), staged) {
        (Ok(None), _) => return Ok(None),
        (Ok(Some(conflict)), staged) => {
            conflict.ours.label.clone_into(&mut labels.ours);
            conflict.theirs.label.clone_into(&mut labels.theirs);
            staged.map_or_else(|| conflict.sides(None), Ok)
        }
        (Err(_), Some(staged)) => Ok(staged),
        (Err(not_whole), None) => Err(not_whole),
    };
    let sides = found.map_err(LockfileError::bad(&context.site.lockfile))?;
    Ok(Some((sides, labels)))
}

/// The lockfiles that git's index has of an unfinished merge, as far as they can be read.
struct Staged {
    base: Option<Lockfile>,
    ours: Option<Lockfile>,
    theirs: Option<Lockfile>,
}

impl Staged {
    fn whole(self) -> Option<Sides> {
        Some(Sides {
            ours: self.ours?,
            theirs: self.theirs?,
            base: self.base,
        })
    }
}

/// What can't be had of git is done without.
fn staged(context: &Context<'_>) -> Option<Staged> {
    let file = &context.site.lockfile;
    let repository = Objects::around(file.parent()?).ok()??;
    let [base, ours, theirs] = repository.staged(file).ok()??;
    let parse = |bytes: Vec<u8>| Lockfile::parse(&String::from_utf8(bytes).ok()?).ok();
    Some(Staged {
        // Both sides began a lockfile: what both come from is an empty one.
        base: base.map_or_else(|| Some(Lockfile::default()), parse),
        ours: ours.and_then(parse),
        theirs: theirs.and_then(parse),
    })
}

/// Settles what can be, and reports it and the rest.
async fn settle<'a>(
    context: &Context<'_>,
    options: &Options,
    differences: &'a [Difference],
    report: &mut Report,
) -> Result<Vec<(&'a Difference, Verdict)>, OpError> {
    check_named(context, options, differences)?;
    let chosen = |difference: &Difference| {
        let is_it = |(name, _): &&(String, Side)| fold(name) == fold(difference.name());
        let found = options.named.iter().rev().find(is_it);
        found.map(|(_, side)| *side)
    };
    let undecided = differences
        .iter()
        .filter(|difference| chosen(difference).is_none());
    let newer = newer_sides(context, undecided).await?;
    let mut choices = Vec::new();
    for difference in differences {
        let (verdict, reason) = match (chosen(difference), difference.verdict()) {
            (Some(side), _) => (Some(Verdict::Take(side, "as you chose")), String::new()),
            (None, Verdict::Ask(reason)) => (None, (*reason).to_owned()),
            (None, Verdict::Newer { ours, theirs }) => match newer.get(&(*ours, *theirs)) {
                Some(Ok(side)) => (
                    Some(Verdict::Take(*side, "its commit is the newer one")),
                    String::new(),
                ),
                Some(Err(reason)) => (None, reason.clone()),
                None => (None, UNKNOWN.to_owned()),
            },
            (None, settled) => (Some(settled.clone()), String::new()),
        };
        let by_default = || {
            options
                .others
                .map(|side| Verdict::Take(side, "as you chose"))
        };
        let Some(verdict) = verdict.or_else(by_default) else {
            report.open.push(Open {
                name: difference.name().to_owned(),
                reason,
                ours: Version::of(difference, Side::Ours),
                theirs: Version::of(difference, Side::Theirs),
            });
            continue;
        };
        report.settled.extend(settled(difference, &verdict));
        choices.push((difference, verdict));
    }
    Ok(choices)
}

fn settled(difference: &Difference, verdict: &Verdict) -> Option<Settled> {
    let (side, now, reason) = match verdict {
        Verdict::Take(side, reason) => (Some(*side), Version::of(difference, *side), *reason),
        Verdict::Both(targets) => {
            let targets: Vec<&str> = targets.iter().map(Target::as_str).collect();
            let now = Version {
                value: Some(targets.join(", ")),
                ..Version::default()
            };
            (None, Some(now), "both sides changed it")
        }
        Verdict::Newer { .. } | Verdict::Ask(_) => return None,
    };
    Some(Settled {
        name: difference.name().to_owned(),
        side,
        now,
        reason: reason.to_owned(),
    })
}

fn check_named(
    context: &Context<'_>,
    options: &Options,
    differences: &[Difference],
) -> Result<(), OpError> {
    let is_there = |name: &str| {
        let mut names = differences.iter().map(Difference::name);
        names.any(|there| fold(there) == fold(name))
    };
    match options.named.iter().find(|(name, _)| !is_there(name)) {
        None => Ok(()),
        Some((name, _)) => Err(OpError::Usage(format!(
            "`{name}` is not in conflict; {} shows what is",
            context.site.command("lock --resolve")
        ))),
    }
}

const UNKNOWN: &str = "it can't be told which commit is the newer one";

/// Which side's commit comes after the other's, or why that can't be told.
type Newer = BTreeMap<(ObjectId, ObjectId), Result<Side, String>>;

/// Asks each source once how the commits come from each other.
async fn newer_sides(
    context: &Context<'_>,
    differences: impl Iterator<Item = &Difference>,
) -> Result<Newer, OpError> {
    let mut by_source: BTreeMap<&Source, Vec<(ObjectId, ObjectId)>> = BTreeMap::new();
    for difference in differences {
        if let (Verdict::Newer { ours, theirs }, Some(entry)) =
            (difference.verdict(), difference.entry(Side::Ours))
        {
            let pairs = by_source.entry(&entry.source).or_default();
            pairs.push((*ours, *theirs));
        }
    }
    let mut newer = Newer::new();
    for (source, pairs) in by_source {
        match ask(context, source, &pairs).await {
            Ok(told) => newer.extend(pairs.into_iter().zip(told)),
            Err(error) => {
                let reason = format!("{UNKNOWN}: {error}");
                newer.extend(pairs.into_iter().map(|pair| (pair, Err(reason.clone()))));
            }
        }
    }
    Ok(newer)
}

async fn ask(
    context: &Context<'_>,
    source: &Source,
    pairs: &[(ObjectId, ObjectId)],
) -> Result<Vec<Result<Side, String>>, FetchError> {
    let fetcher = context.fetcher()?;
    let mut repository = fetcher.open(source)?;
    repository.fetch_history(pairs).await?;
    let open = pairs
        .iter()
        .filter(|pair| newer_of(&repository, **pair).is_err());
    // The newer one may be ours: then the history of theirs does not show it.
    let turned: Vec<_> = open.map(|(ours, theirs)| (*theirs, *ours)).collect();
    repository.fetch_history(&turned).await?;
    let tell = |pair: &(ObjectId, ObjectId)| match newer_of(&repository, *pair) {
        Err(reason) if reason == UNKNOWN && context.offline => {
            Err(format!("{reason}: the network is off (--offline)"))
        }
        told => told,
    };
    Ok(pairs.iter().map(tell).collect())
}

fn newer_of(
    repository: &Repository<'_>,
    (ours, theirs): (ObjectId, ObjectId),
) -> Result<Side, String> {
    let there = repository.lineage(ours, theirs);
    match (&there, repository.lineage(theirs, ours)) {
        (Some(Lineage::Forward { .. }), _) | (_, Some(Lineage::Back)) => Ok(Side::Theirs),
        (Some(Lineage::Back), _) | (_, Some(Lineage::Forward { .. })) => Ok(Side::Ours),
        (Some(Lineage::Rewritten), _) | (_, Some(Lineage::Rewritten)) => {
            Err("neither commit comes after the other".to_owned())
        }
        _ => Err(UNKNOWN.to_owned()),
    }
}

/// Writes the lockfile if it is still `before`; `false` when it is as it would be written.
fn write(context: &Context<'_>, before: &str, lockfile: &Lockfile) -> Result<bool, OpError> {
    let checkpoint = || context.interrupt.is_raised();
    let transaction = context.begin(&checkpoint)?;
    if Lockfile::read_text(&context.site.lockfile)?.as_deref() != Some(before) {
        return Err(OpError::LockfileChanged);
    }
    let text = lockfile.to_text();
    transaction.commit(&text)?;
    Ok(text != before)
}

fn to_install(context: &Context<'_>, lockfile: &Lockfile) -> Result<usize, OpError> {
    let mut differing = 0;
    for (name, entry) in &lockfile.skills {
        for target in lockfile.targets_of(entry) {
            let on_disk = OnDisk::read(&context.site.skill(target, name))?;
            differing += usize::from(!on_disk.is(entry.digest_on_disk()));
        }
    }
    Ok(differing)
}
