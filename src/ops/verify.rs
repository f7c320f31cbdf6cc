//! `verify`: hash what is installed against the lockfile, offline.

use rayon::prelude::*;
use serde::Serialize;

use super::OpError;
use super::installed::{check_installed, named, stored_difference};
use crate::context::Context;
use crate::fs::tree::OnDisk;
use crate::lockfile::Entry;
use crate::name::SkillName;
use crate::target::Target;

/// What was verified.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// How many folders are as the lockfile says.
    pub intact: usize,
    /// Folders that are not.
    pub drift: Vec<Drift>,
}

/// A folder that differs from the lockfile.
#[derive(Debug, Serialize)]
pub struct Drift {
    /// The skill.
    pub name: String,
    /// Its folder.
    pub place: String,
    /// What is wrong, as a phrase.
    pub problem: String,
    /// Whether there is nothing at all.
    pub is_missing: bool,
    /// The files, each with how it differs, when the store still has the original.
    pub files: Vec<String>,
}

/// Verifies skills by their names, or all.
///
/// # Errors
/// When the lockfile or a file can't be read, or a name is not installed.
pub fn verify(context: &Context<'_>, names: &[SkillName]) -> Result<Report, OpError> {
    let lockfile = context
        .lockfile()?
        .ok_or_else(|| OpError::no_lockfile(&context.site))?;
    check_installed(&lockfile, names)?;
    let targets = |(name, entry): (_, _)| {
        lockfile
            .targets_of(entry)
            .iter()
            .map(move |target| (name, entry, target))
    };
    let folders: Vec<(&SkillName, &Entry, &Target)> =
        named(&lockfile, names).flat_map(targets).collect();
    let site = &context.site;
    let read =
        |(name, _, target): &(&SkillName, &Entry, &Target)| OnDisk::read(&site.skill(target, name));
    let looked: Vec<OnDisk> = folders.par_iter().map(read).collect::<Result<_, _>>()?;
    let mut report = Report::default();
    for ((name, entry, target), on_disk) in folders.into_iter().zip(looked) {
        if on_disk.is(entry.digest_on_disk()) {
            report.intact += 1;
            continue;
        }
        report.drift.push(Drift {
            name: name.to_string(),
            place: context.site.display(&context.site.skill(target, name)),
            problem: problem(entry, &on_disk).to_owned(),
            is_missing: on_disk == OnDisk::Absent,
            files: files(context, entry, &on_disk),
        });
    }
    Ok(report)
}

fn problem(entry: &Entry, on_disk: &OnDisk) -> &'static str {
    match on_disk {
        OnDisk::Folder(_) if entry.edits.is_some() && on_disk.is(entry.digest) => {
            "lacks the local edits that the lockfile records"
        }
        OnDisk::Absent => "is missing",
        OnDisk::NotAFolder => "is not a folder",
        OnDisk::Folder(_) => "differs from the lockfile",
    }
}

fn files(context: &Context<'_>, entry: &Entry, on_disk: &OnDisk) -> Vec<String> {
    match on_disk {
        OnDisk::Folder(_) => stored_difference(context, entry, on_disk),
        _ => Vec::new(),
    }
}
