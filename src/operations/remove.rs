//! `remove`: delete installed skills and their lockfile entries.

use serde::Serialize;

use super::OpError;
use super::install_steps::{self, Verdict};
use super::installed::{check_installed, stored_difference};
use super::own_source::is_own_source;
use super::report::{Action, Change, LeftAlone, refusal_reason};
use crate::context::Context;
use crate::fs::tree::OnDisk;
use crate::install::plan::{Step, decide};
use mdskill_lint::name::SkillName;

/// The arguments of `remove`.
#[derive(Debug, Default)]
pub struct Options {
    /// The skills to remove.
    pub names: Vec<SkillName>,
    /// Whether modified folders are moved to the trash.
    pub force: bool,
}

/// The result of `remove`.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// The removed skills.
    pub skills: Vec<Change>,
    /// The folders that can not be removed. If there is one, nothing was removed.
    pub left_alone: Vec<LeftAlone>,
    /// The paths in the trash that folders were moved to.
    pub trashed: Vec<String>,
}

/// Removes the named skills: all of them, or none.
///
/// # Errors
/// If one is not installed, or a file system operation fails.
pub fn remove(context: &Context<'_>, options: &Options) -> Result<Report, OpError> {
    let lockfile = context.lockfile()?.unwrap_or_default();
    check_installed(&lockfile, &options.names)?;
    let (report, trashed) = install_steps::in_transaction(context, |transaction, lockfile| {
        let mut report = Report::default();
        for name in &options.names {
            let Some(entry) = lockfile.skills.remove(name) else {
                continue;
            };
            let targets = lockfile.targets_of(&entry).to_vec();
            let mut notes = Vec::new();
            for target in &targets {
                let place = context.scope.skill(target, name);
                if is_own_source(&context.scope, &entry, &place) {
                    let place = context.scope.display(&place);
                    notes.push(format!(
                        "{place} was not removed: it is its own source in the lockfile"
                    ));
                    continue;
                }
                let on_disk = OnDisk::read(&place)?;
                match decide(&on_disk, &[entry.digest], None, options.force) {
                    Ok(Step::Keep | Step::Place) => {}
                    Ok(step) => transaction.remove(target, name, step, on_disk)?,
                    Err(refusal) => report.left_alone.push(LeftAlone {
                        name: name.to_string(),
                        place: context.scope.display(&place),
                        reason: refusal_reason(refusal).to_owned(),
                        files: stored_difference(context, &entry, &on_disk),
                    }),
                }
            }
            let places = install_steps::places(&context.scope, name, &targets);
            report.skills.push(Change {
                notes,
                ..Change::of(name, &entry, Action::Removed, places)
            });
        }
        if report.left_alone.is_empty() {
            return Ok((report, Verdict::Commit));
        }
        report.skills.clear();
        Ok((report, Verdict::Abandon))
    })?;
    Ok(Report { trashed, ..report })
}
