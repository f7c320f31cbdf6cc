//! `mdskill import`.

use std::path::PathBuf;

use clap::Args;

use super::Session;
use crate::operations::{self, OpError};
use crate::output::exit_status::{ExitStatus, status_of};
use crate::output::render;

/// Arguments of `import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Lockfiles of other tools, or a SKILL.md that gh skill installed [default: all]
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Restore files that the other tool changed or omitted
    #[arg(long)]
    pub restore: bool,
    /// Lock modified skills at the current version, with the differences as recorded edits
    #[arg(long, conflicts_with = "restore")]
    pub keep_edits: bool,
    /// Print the changes without making them
    #[arg(short = 'n', long)]
    pub dry_run: bool,
}

pub(super) fn import(session: &Session<'_>, arguments: &ImportArgs) -> Result<ExitStatus, OpError> {
    let options = operations::import::Options {
        files: arguments.files.clone(),
        restore: arguments.restore,
        keep_edits: arguments.keep_edits,
        dry_run: arguments.dry_run,
    };
    let report = session.wait(operations::import::import(&session.context, &options))?;
    session.printer.show("import", &report, render::import);
    let failed = report.failures.iter().map(status_of).max();
    Ok(failed.unwrap_or(ExitStatus::Found.when(!report.not_taken.is_empty())))
}
