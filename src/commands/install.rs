//! `mdskill install`.

use clap::Args;

use super::{Session, names};
use crate::operations::{self, OpError};
use crate::output::exit_status::ExitStatus;
use crate::output::render;

/// Arguments of `install`.
#[derive(Debug, Args)]
pub struct InstallArgs {
    /// Names of installed skills [default: all]
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Fail if there is no lockfile; always the case
    #[arg(long, hide = true)]
    pub frozen: bool,
    /// Print the changes without making them
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Move conflicting folders to the trash
    #[arg(short, long)]
    pub force: bool,
}

pub(super) fn install(
    session: &Session<'_>,
    arguments: &InstallArgs,
) -> Result<ExitStatus, OpError> {
    let options = operations::install::Options {
        names: names(&arguments.names)?,
        force: arguments.force,
        dry_run: arguments.dry_run,
    };
    let report = session.wait(operations::install::install(&session.context, &options))?;
    session.printer.show("install", &report, render::install);
    if !report.refused.is_empty() {
        return Ok(ExitStatus::Found);
    }
    Ok(ExitStatus::Failed.when(!report.left_alone.is_empty()))
}
