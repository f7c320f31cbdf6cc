//! `mdskill import`.

use super::Session;
use crate::cli::ImportArgs;
use crate::operations::{self, OpError};
use crate::output::error::{ExitStatus, status_of};
use crate::output::render;

pub(super) fn import(session: &Session<'_>, arguments: &ImportArgs) -> Result<ExitStatus, OpError> {
    let options = operations::import::Options {
        files: arguments.files.clone(),
        restore: arguments.restore,
        dry_run: arguments.dry_run,
    };
    let report = session.wait(operations::import::import(&session.context, &options))?;
    session.printer.show("import", &report, render::import);
    let failed = report.failures.iter().map(status_of).max();
    Ok(failed.unwrap_or(ExitStatus::Found.when(!report.not_taken.is_empty())))
}
