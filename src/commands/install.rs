//! `mdskill install`.

use super::{Session, names};
use crate::cli::InstallArgs;
use crate::operations::{self, OpError};
use crate::output::error::ExitStatus;
use crate::output::render;

pub(super) fn install(
    session: &Session<'_>,
    arguments: &InstallArgs,
) -> Result<ExitStatus, OpError> {
    let options = operations::install::Options {
        names: names(&arguments.names)?,
        frozen: arguments.frozen || session.context.env.ci,
        force: arguments.force,
        dry_run: arguments.dry_run,
    };
    let report = session.wait(operations::install::install(&session.context, &options))?;
    session.printer.show("install", &report, render::install);
    if !report.refused.is_empty() {
        return Ok(ExitStatus::Found);
    }
    Ok(if report.left_alone.is_empty() {
        ExitStatus::Done
    } else {
        ExitStatus::Failed
    })
}
