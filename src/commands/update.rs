//! `mdskill update`.

use super::github_actions::{self, Summary};
use super::{Session, names, with_allowed};
use crate::cli::{ConflictWinner, UpdateArgs};
use crate::merge::OnConflict;
use crate::operations::{self, OpError};
use crate::output::error::{ExitStatus, status_of_failures};
use crate::output::render;

pub(super) fn update(session: &Session<'_>, arguments: &UpdateArgs) -> Result<ExitStatus, OpError> {
    github_actions::hide_tokens(session);
    let summary = Summary::from_flags(session, &arguments.summary)?;
    let options = operations::update::Options {
        names: names(&arguments.names)?,
        dry_run: arguments.dry_run || arguments.check,
        force: arguments.force,
        on_conflict: match arguments.conflict {
            None => OnConflict::Stop,
            Some(ConflictWinner::Markers) => OnConflict::Markers,
            Some(ConflictWinner::Ours) => OnConflict::Ours,
            Some(ConflictWinner::Theirs) => OnConflict::Theirs,
        },
        with_differences: summary.wants_differences(session),
        accept_moved_tag: arguments.accept_moved_tag,
        settings: with_allowed(session, &arguments.allow)?,
    };
    let mut report = session.wait(operations::update::update(&session.context, &options))?;
    // The JSON report has no diffs, with or without a summary.
    let differences = std::mem::take(&mut report.differences);
    session.printer.show("update", &report, render::update);
    summary.write(session, &report, &differences)?;
    Ok(status(&report, arguments.check))
}

pub(super) fn status(report: &operations::update::Report, is_check: bool) -> ExitStatus {
    let would_change = !report.skills.is_empty() || !report.deleted.is_empty();
    let needs_somebody = !report.refused.is_empty()
        || !report.left_alone.is_empty()
        || !report.conflicts.is_empty()
        || !report.stuck.is_empty();
    match status_of_failures(&report.failed) {
        Some(failed) => failed,
        None if needs_somebody || is_check && would_change => ExitStatus::Found,
        None => ExitStatus::Done,
    }
}
