//! `mdskill update`.

use super::github_actions::{self, Summary};
use super::{Session, names, with_allowed};
use crate::cli::{ConflictWinner, SummaryArgs, UpdateArgs};
use crate::merge::OnConflict;
use crate::operations::OpError;
use crate::operations::update::{self, Options, Report};
use crate::output::error::{ExitStatus, status_of};
use crate::output::printer::Printer;
use crate::output::render;

pub(super) fn update(session: &Session<'_>, arguments: &UpdateArgs) -> Result<ExitStatus, OpError> {
    let options = Options {
        names: names(&arguments.names)?,
        dry_run: arguments.dry_run || arguments.check,
        force: arguments.force,
        on_conflict: match arguments.conflict {
            None => OnConflict::Stop,
            Some(ConflictWinner::Markers) => OnConflict::Markers,
            Some(ConflictWinner::Ours) => OnConflict::Ours,
            Some(ConflictWinner::Theirs) => OnConflict::Theirs,
        },
        with_differences: false,
        accept_moved_tag: arguments.accept_moved_tag,
        settings: with_allowed(session, &arguments.allow)?,
    };
    let report = report(
        session,
        options,
        &arguments.summary,
        "update",
        render::update,
    )?;
    Ok(status(&report, arguments.check))
}

/// Updates, and prints the report and the summary.
pub(super) fn report(
    session: &Session<'_>,
    mut options: Options,
    summary: &SummaryArgs,
    command: &str,
    render: fn(&Printer, &Report),
) -> Result<Report, OpError> {
    github_actions::hide_tokens(session);
    let summary = Summary::from_flags(session, summary)?;
    options.with_differences = summary.wants_differences(session);
    let mut report = session.wait(update::update(&session.context, &options))?;
    // The JSON report has no diffs, with or without a summary.
    let differences = std::mem::take(&mut report.differences);
    session.printer.show(command, &report, render);
    summary.write(session, &report, &differences)?;
    Ok(report)
}

pub(super) fn status(report: &Report, is_check: bool) -> ExitStatus {
    let would_change = !report.skills.is_empty() || !report.deleted.is_empty();
    let needs_decision = !report.refused.is_empty()
        || !report.left_alone.is_empty()
        || !report.conflicts.is_empty()
        || !report.stuck.is_empty();
    let failed = report.failed.iter().map(|failed| status_of(&failed.error));
    let found = ExitStatus::Found.when(needs_decision || is_check && would_change);
    failed.max().unwrap_or(found)
}
