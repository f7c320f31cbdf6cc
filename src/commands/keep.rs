//! `mdskill keep`.

use clap::Args;

use super::{Session, names};
use crate::operations::{self, OpError};
use crate::output::exit_status::ExitStatus;
use crate::output::render;

/// Arguments of `keep`.
#[derive(Debug, Args)]
pub struct KeepArgs {
    /// Names of installed skills
    #[arg(required = true, value_name = "NAME")]
    pub names: Vec<String>,
    /// Accept files with conflict markers, too
    #[arg(short, long)]
    pub force: bool,
}

pub(super) fn keep(session: &Session<'_>, arguments: &KeepArgs) -> Result<ExitStatus, OpError> {
    let options = operations::keep::Options {
        names: names(session, &arguments.names)?,
        force: arguments.force,
    };
    let report = operations::keep::keep(&session.context, &options)?;
    session.printer.show("keep", &report, render::keep);
    Ok(ExitStatus::Failed.when(!report.left_alone.is_empty()))
}
