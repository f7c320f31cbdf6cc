//! `diff --local`: what somebody wrote into installed skills since upstream's version.

use serde::Serialize;

use super::OpError;
use super::installed::{check_installed, named};
use super::report::{LeftAlone, no_files};
use crate::context::Context;
use crate::diff::{SkillDiff, compare, unified};
use crate::fetch::Repository;
use crate::fs::tree::OnDisk;
use crate::lockfile::Entry;
use crate::skill::tree::SkillTree;
use crate::skill::{DiskFiles, GitFiles};
use mdskill_lint::name::SkillName;

/// How the installed skills differ from what is locked.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// The folders that differ, by skill.
    pub skills: Vec<Edited>,
    /// How many folders are as upstream has them.
    pub unedited: usize,
    /// What is missing, no folder, or has in it what is no file.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_compared: Vec<LeftAlone>,
}

/// A folder that differs.
#[derive(Debug, Serialize)]
pub struct Edited {
    /// The skill.
    pub name: String,
    /// Its folder.
    pub place: String,
    /// Whether the edits are recorded in the lockfile, as they are.
    pub is_kept: bool,
    /// How its files differ, and what that means.
    pub diff: SkillDiff,
    /// The same, as git writes it.
    pub unified: String,
}

/// Compares the installed skills with upstream's version of them, as it is locked: from the store,
/// or fetched when that has it no more.
///
/// # Errors
/// When a name is not installed, or the locked version can't be had.
pub async fn local(context: &Context<'_>, names: &[SkillName]) -> Result<Report, OpError> {
    let lockfile = context
        .lockfile()?
        .ok_or_else(|| OpError::no_lockfile(&context.scope))?;
    check_installed(&lockfile, names)?;
    let mut report = Report::default();
    for (name, entry) in named(&lockfile, names) {
        for target in lockfile.targets_of(entry) {
            let folder = context.scope.skill(target, name);
            let on_disk = OnDisk::read(&folder)?;
            if let Some(reason) = no_files(&context.scope, name, &on_disk) {
                report.not_compared.push(LeftAlone {
                    name: name.to_string(),
                    place: context.scope.display(&folder),
                    reason,
                    files: Vec::new(),
                });
                continue;
            }
            if on_disk.is(entry.digest) {
                report.unedited += 1;
                continue;
            }
            let repository = locked(context, entry).await?;
            let objects = repository.objects();
            let before = GitFiles::at(objects, entry.tree, "", name.as_str(), entry.tree)?;
            let after = DiskFiles::open(&folder, None)?;
            let place = context.scope.display(&folder);
            report.skills.push(Edited {
                name: name.to_string(),
                is_kept: entry.edits.is_some_and(|edits| on_disk.is(edits)),
                diff: compare(Some(&before), &after),
                unified: unified(Some(&before), &after, &place),
                place,
            });
        }
    }
    Ok(report)
}

/// Opens the source of an entry with the files that it locks.
async fn locked<'a>(context: &'a Context<'_>, entry: &Entry) -> Result<Repository<'a>, OpError> {
    let mut repository = context.fetcher()?.open(&entry.source)?;
    if SkillTree::read(repository.objects(), entry.tree).is_err() {
        repository.discover(&[entry.commit], &[]).await?;
    }
    let blobs = GitFiles::blobs_of(repository.objects(), entry.tree)?;
    let commits: Vec<_> = entry.commit.into_iter().collect();
    repository.fetch_blobs(blobs, &commits).await?;
    Ok(repository)
}
