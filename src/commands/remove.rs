//! `mdskill remove`.

use clap::Args;

use super::{Session, names};
use crate::operations::{self, OpError};
use crate::output::exit_status::ExitStatus;
use crate::output::render;

/// Arguments of `remove`.
#[derive(Debug, Args)]
pub struct RemoveArgs {
    /// Names of installed skills
    #[arg(required = true, value_name = "NAME")]
    pub names: Vec<String>,
    /// Also remove edited skills; their folders are moved to the trash
    #[arg(short, long)]
    pub force: bool,
    /// Do not ask for confirmation; `remove` never does
    #[arg(short, long)]
    pub yes: bool,
}

pub(super) fn remove(session: &Session<'_>, arguments: &RemoveArgs) -> Result<ExitStatus, OpError> {
    let options = operations::remove::Options {
        names: names(&arguments.names)?,
        force: arguments.force,
    };
    let report = operations::remove::remove(&session.context, &options)?;
    session.printer.show("remove", &report, render::remove);
    Ok(ExitStatus::Failed.when(!report.left_alone.is_empty()))
}
