//! `diff --local`: the local edits of installed skills.

use serde::Serialize;

use super::OpError;
use super::installed::{InstalledSkill, required_lockfile};
use super::report::LeftAlone;
use crate::context::Context;
use crate::diff::{SkillDiff, compare, unified};
use crate::fetch::Repository;
use crate::lockfile::Entry;
use crate::skill::tree::SkillTree;
use crate::skill::{DiskFiles, GitFiles};
use mdskill_lint::name::SkillName;

/// The differences between the installed files and the locked ones.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    /// The folders that differ, sorted by skill.
    pub(crate) skills: Vec<Edited>,
    /// The number of folders that are as locked.
    pub(crate) unedited: usize,
    /// The folders that can't be compared.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) not_compared: Vec<LeftAlone>,
}

/// A folder that differs.
#[derive(Debug, Serialize)]
pub(crate) struct Edited {
    /// The skill.
    pub(crate) name: SkillName,
    /// The folder, as shown to the user.
    pub(crate) place: String,
    /// Whether the lockfile records exactly these edits.
    pub(crate) is_kept: bool,
    /// The differences of its files, and their meaning.
    pub(crate) diff: SkillDiff,
    /// The differences in git's unified format.
    pub(crate) unified: String,
}

/// Compares the installed skills with the locked version, which is fetched if it is not cached.
pub(crate) async fn local(context: &Context<'_>, names: &[SkillName]) -> Result<Report, OpError> {
    let lockfile = required_lockfile(context)?;
    let mut report = Report::default();
    for skill in InstalledSkill::named(&context.scope, &lockfile, names)? {
        let InstalledSkill { name, entry, .. } = skill;
        for folder in skill.folders() {
            let on_disk = skill.read(context, &folder)?;
            if let Err(reason) = skill.comparable(&on_disk) {
                let left_alone = folder.left_alone(reason, Vec::new());
                report.not_compared.push(left_alone);
                continue;
            }
            if on_disk.is(entry.digest) {
                report.unedited += 1;
                continue;
            }
            let repository = locked(context, name, entry).await?;
            let place = repository.place(entry.commit, &entry.path, entry.tree);
            let before = GitFiles::at(repository.objects(), place, name.as_str())?;
            let after = DiskFiles::installed(&folder.path, on_disk.private())?;
            let place = folder.place();
            report.skills.push(Edited {
                name: name.clone(),
                is_kept: entry.edits.is_some_and(|edits| on_disk.is(edits)),
                diff: compare(Some(&before), &after),
                unified: unified(Some(&before), &after, &place),
                place,
            });
        }
    }
    Ok(report)
}

/// Opens the source of an entry, and fetches the locked files.
async fn locked<'a>(
    context: &'a Context<'_>,
    name: &SkillName,
    entry: &Entry,
) -> Result<Repository<'a>, OpError> {
    let mut repository = context.fetcher()?.open(&entry.source)?;
    repository.download_locked(name, entry).await?;
    let place = repository.place(entry.commit, &entry.path, entry.tree);
    if SkillTree::read(repository.objects(), place).is_err() {
        repository.discover(&[entry.commit], &[]).await?;
    }
    let commits: Vec<_> = entry.commit.into_iter().collect();
    let place = repository.place(entry.commit, &entry.path, entry.tree);
    repository.fetch_links(&[place], &commits).await?;
    let blobs = GitFiles::blobs_of(repository.objects(), place)?;
    repository.fetch_blobs(blobs, &commits).await?;
    Ok(repository)
}
