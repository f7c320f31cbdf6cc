//! `verify`: hash what is installed against the lockfile, offline.

use serde::Serialize;

use super::OpError;
use super::change::Problem;
use super::installed::{check_installed, named, stored_difference};
use crate::context::Context;
use crate::fs::tree::OnDisk;
use crate::lockfile::Entry;
use crate::name::SkillName;

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
    /// The files, each with how it differs, when the store still has the original.
    pub files: Vec<String>,
}

impl From<&Drift> for Problem {
    fn from(drift: &Drift) -> Self {
        Self {
            name: drift.name.clone(),
            reason: format!("{} {}", drift.place, drift.problem),
        }
    }
}

/// Verifies skills by their names, or all.
///
/// # Errors
/// When the lockfile or a file can't be read, or a name is not installed.
pub fn verify(context: &Context<'_>, names: &[SkillName]) -> Result<Report, OpError> {
    let lockfile = context
        .lockfile()?
        .ok_or_else(|| OpError::NoLockfile(context.site.root.display().to_string()))?;
    check_installed(&lockfile, names)?;
    let mut report = Report::default();
    for (name, entry) in named(&lockfile, names) {
        for target in lockfile.targets_of(entry) {
            let place = context.site.skill(target, name);
            let on_disk = OnDisk::read(&place)?;
            match on_disk.is(entry.digest_on_disk()) {
                true => report.intact += 1,
                false => report.drift.push(Drift {
                    name: name.to_string(),
                    place: context.site.display(&place),
                    problem: problem(&on_disk).to_owned(),
                    files: files(context, entry, &on_disk),
                }),
            }
        }
    }
    Ok(report)
}

fn problem(on_disk: &OnDisk) -> &'static str {
    match on_disk {
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
