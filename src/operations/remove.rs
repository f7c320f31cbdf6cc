//! `remove`: delete installed skills and their lockfile entries.

use std::collections::BTreeSet;

use serde::Serialize;

use super::OpError;
use super::git_notes;
use super::install_steps::{self, Verdict};
use super::installed::InstalledSkill;
use super::own_source::is_own_source;
use super::report::{Action, Change, LeftAlone, refusal_reason};
use crate::context::Context;
use crate::fs::tree::OnDisk;
use crate::install::plan::{Step, decide};
use crate::target::Target;
use mdskill_lint::name::SkillName;

/// The arguments of `remove`.
#[derive(Debug, Default)]
pub(crate) struct Options {
    /// The skills to remove.
    pub(crate) names: Vec<SkillName>,
    /// Whether modified folders are moved to the trash.
    pub(crate) force: bool,
}

/// The result of `remove`.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    /// The removed skills.
    pub(crate) skills: Vec<Change>,
    /// The folders that can not be removed. If there is one, nothing was removed.
    pub(crate) left_alone: Vec<LeftAlone>,
    /// The paths in the trash that folders were moved to.
    pub(crate) trashed: Vec<String>,
}

/// Removes the named skills: all of them, or none.
pub(crate) fn remove(context: &Context<'_>, options: &Options) -> Result<Report, OpError> {
    // Before the transaction, because it creates the state folder.
    let lockfile = context.lockfile()?.unwrap_or_default();
    let skills = InstalledSkill::named(&context.scope, &lockfile, &options.names)?;
    let targets = skills
        .iter()
        .flat_map(|skill| skill.targets.iter().cloned());
    let targets: BTreeSet<Target> = targets.collect();
    let (report, trashed) = install_steps::in_transaction(context, |transaction, lockfile| {
        let mut report = Report::default();
        let before = lockfile.clone();
        for skill in InstalledSkill::named(&context.scope, &before, &options.names)? {
            lockfile.skills.remove(skill.name);
            let mut change = skill.change(Action::Removed);
            for folder in skill.folders() {
                if is_own_source(&context.scope, skill.entry, &folder.path) {
                    change.notes.push(format!(
                        "{} was not removed: it is its own source in the lockfile",
                        folder.place()
                    ));
                    continue;
                }
                let on_disk = skill.read(context, &folder)?;
                match decide(&on_disk, &[skill.entry.digest], None, options.force) {
                    Ok(Step::Keep | Step::Place) => {}
                    // Files that only this machine has are not deleted.
                    Ok(Step::Replace) if has_own_files(&on_disk) => {
                        transaction.remove(folder.target, skill.name, Step::Trash, on_disk)?;
                    }
                    Ok(step) => transaction.remove(folder.target, skill.name, step, on_disk)?,
                    Err(refusal) => {
                        let files = skill.changed_files(context, &on_disk);
                        let left_alone = folder.left_alone(refusal_reason(refusal), files);
                        report.left_alone.push(left_alone);
                    }
                }
            }
            report.skills.push(change);
        }
        if report.left_alone.is_empty() {
            return Ok((report, Verdict::Commit));
        }
        report.skills.clear();
        Ok((report, Verdict::Abandon))
    })?;
    let lockfile = context.lockfile()?.unwrap_or_default();
    let used: BTreeSet<&Target> = InstalledSkill::all(&context.scope, &lockfile)
        .flat_map(|skill| skill.targets)
        .collect();
    let unused = targets.into_iter().filter(|target| !used.contains(target));
    git_notes::unprotect(context, &unused.collect::<Vec<_>>())?;
    Ok(Report { trashed, ..report })
}

/// Whether a folder has files of the user, apart from caches that tools make again.
fn has_own_files(on_disk: &OnDisk) -> bool {
    on_disk.private().iter().any(|path| {
        let name = path.rsplit('/').next().unwrap_or(path);
        !matches!(
            name,
            "__pycache__"
                | ".pytest_cache"
                | ".mypy_cache"
                | ".ruff_cache"
                | ".DS_Store"
                | "Thumbs.db"
                | "desktop.ini"
        )
    })
}
