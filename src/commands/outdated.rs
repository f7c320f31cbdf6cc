//! `mdskill outdated`.

use super::github_actions::{self, Summary};
use super::update::status;
use super::{Session, names, with_allowed};
use crate::cli::OutdatedArgs;
use crate::operations::{self, OpError};
use crate::output::error::ExitStatus;
use crate::output::render;

pub(super) fn outdated(
    session: &Session<'_>,
    arguments: &OutdatedArgs,
) -> Result<ExitStatus, OpError> {
    github_actions::hide_tokens(session);
    let summary = Summary::from_flags(session, &arguments.summary)?;
    let options = operations::update::Options {
        names: names(&arguments.names)?,
        dry_run: true,
        with_differences: summary.wants_differences(session),
        settings: with_allowed(session, &[])?,
        ..operations::update::Options::default()
    };
    let mut report = session.wait(operations::update::update(&session.context, &options))?;
    // The JSON report has no diffs, with or without a summary.
    let differences = std::mem::take(&mut report.differences);
    session.printer.show("outdated", &report, render::outdated);
    summary.write(session, &report, &differences)?;
    Ok(status(&report, true))
}
