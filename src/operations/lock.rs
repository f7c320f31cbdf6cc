//! `lock`: write the lockfile in the current form, and resolve a merge conflict in it.

use serde::Serialize;

use super::OpError;
use super::installed::InstalledSkill;
use crate::context::Context;
use crate::install::InstallError;
use crate::lockfile::merge::{Difference, Side};
use crate::lockfile::{Lockfile, LockfileError};
use mdskill_lint::name::SkillName;
use mdskill_lint::path::fold;

/// The arguments of `lock`.
#[derive(Debug, Default)]
pub(crate) struct Options {
    /// Whether to resolve a conflict; else it is an error.
    pub(crate) resolve: bool,
    /// The skills whose side the user chose, with that side.
    pub(crate) chosen: Vec<(String, Side)>,
    /// The side of everything that both sides changed and the user did not choose by name.
    pub(crate) rest: Option<Side>,
}

impl Options {
    fn side_of(&self, name: &str) -> Option<Side> {
        let mut chosen = self.chosen.iter();
        let (_, side) = chosen.find(|(chosen, _)| fold(chosen) == fold(name))?;
        Some(*side)
    }

    fn check_names(&self, differences: &[Difference]) -> Result<(), OpError> {
        for (name, _) in &self.chosen {
            let mut names = differences.iter().map(|difference| &difference.name);
            if !names.any(|found| fold(found.as_str()) == fold(name)) {
                return Err(OpError::NotInConflict(name.clone()));
            }
        }
        Ok(())
    }
}

/// The resolved differences, and whether the lockfile was written.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    /// git's names of the sides, when there was a conflict.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) labels: Option<Labels>,
    /// The differences with the chosen side. If one has no side, nothing was written.
    pub(crate) differences: Vec<Difference>,
    /// Whether the lockfile was written, because of a conflict or an older form.
    pub(crate) is_written: bool,
    /// The path of the lockfile, as shown to the user.
    #[serde(skip)]
    pub(crate) lockfile: String,
    /// The number of skills in the lockfile.
    pub(crate) skills: usize,
    /// The number of folders that differ from the lockfile.
    pub(crate) to_install: usize,
    /// The skills with such folders.
    #[serde(skip)]
    pub(crate) differing: Vec<SkillName>,
}

impl Report {
    /// Whether nothing is left for the user to choose.
    pub(crate) fn is_resolved(&self) -> bool {
        self.differences
            .iter()
            .all(|difference| difference.side.is_some())
    }
}

/// git's names of the sides.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Labels {
    /// For example `HEAD`.
    pub(crate) ours: String,
    /// A branch or a commit.
    pub(crate) theirs: String,
}

impl Labels {
    fn of(text: &str) -> Self {
        let label = |marker: &str| {
            let found = text.lines().find_map(|line| line.strip_prefix(marker));
            found.unwrap_or_default().trim().to_owned()
        };
        Self {
            ours: label("<<<<<<< "),
            theirs: label(">>>>>>> "),
        }
    }
}

/// Writes the lockfile in the current form; with `resolve`, resolves a conflict in it first.
pub(crate) fn lock(context: &Context<'_>, options: &Options) -> Result<Report, OpError> {
    context.recover()?;
    let text = Lockfile::read_text(&context.scope.lockfile)?;
    let text = text.ok_or_else(|| OpError::no_lockfile(context))?;
    let conflict = if options.resolve {
        context.lockfile_in_conflict(&text)?
    } else {
        None
    };
    let mut report = Report {
        lockfile: context.scope.display(&context.scope.lockfile),
        ..Report::default()
    };
    let lockfile = match conflict {
        Some((_, sides)) => {
            let (lockfile, differences) = sides.merge(|name| options.side_of(name), options.rest);
            report.labels = Some(Labels::of(&text));
            report.differences = differences;
            lockfile
        }
        None => context.read_lockfile()?.unwrap_or_default(),
    };
    options.check_names(&report.differences)?;
    report.skills = lockfile.skills.len();
    if report.is_resolved() {
        report.is_written = write(context, &text, &lockfile)?;
        find_differing(context, &lockfile, &mut report)?;
    }
    Ok(report)
}

/// Resolves a conflict before a command that writes, if both sides changed different skills only.
///
/// Returns the names of the skills; `None` when nothing was resolved.
pub(crate) fn resolve_clear_conflict(
    context: &Context<'_>,
) -> Result<Option<Vec<String>>, OpError> {
    let is_in_conflict = matches!(
        context.lockfile(),
        Err(InstallError::Lockfile(LockfileError::Conflict { .. }))
    );
    if !is_in_conflict {
        return Ok(None);
    }
    let options = Options {
        resolve: true,
        ..Options::default()
    };
    let report = lock(context, &options)?;
    let names = report.differences.into_iter();
    let names = names
        .map(|difference| difference.name.to_string())
        .collect();
    Ok(report.is_written.then_some(names))
}

/// Writes the lockfile if it is still `before`; `false` when it has the current form already.
fn write(context: &Context<'_>, before: &str, lockfile: &Lockfile) -> Result<bool, OpError> {
    let checkpoint = || context.interrupt.is_raised();
    let transaction = context.begin(&checkpoint)?;
    if Lockfile::read_text(&context.scope.lockfile)?.as_deref() != Some(before) {
        return Err(OpError::LockfileChanged);
    }
    let text = lockfile.to_checked_text()?;
    transaction.commit(&text)?;
    Ok(text != before)
}

fn find_differing(
    context: &Context<'_>,
    lockfile: &Lockfile,
    report: &mut Report,
) -> Result<(), OpError> {
    for skill in InstalledSkill::all(&context.scope, lockfile) {
        for folder in skill.folders() {
            if !folder
                .read_own(skill.entry)?
                .is(skill.entry.digest_on_disk())
            {
                report.to_install += 1;
                report.differing.push(skill.name.clone());
            }
        }
    }
    report.differing.dedup();
    Ok(())
}
