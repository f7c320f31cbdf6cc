//! `mdskill remove`.

use clap::Args;

use super::agents::targets;
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
    /// Remove the skill only from this folder
    #[arg(short, long, value_name = "DIR")]
    pub target: Vec<String>,
    /// Remove the skill only from the folder of this agent
    #[arg(short, long, value_name = "AGENT", value_delimiter = ',')]
    pub agent: Vec<String>,
    /// Accepted for scripts; `remove` never asks
    #[arg(short, long)]
    pub yes: bool,
    /// Print the changes without making them
    #[arg(short = 'n', long)]
    pub dry_run: bool,
}

pub(super) fn remove(session: &Session<'_>, arguments: &RemoveArgs) -> Result<ExitStatus, OpError> {
    let options = operations::remove::Options {
        names: names(session, &arguments.names)?,
        force: arguments.force,
        dry_run: arguments.dry_run,
        targets: targets(session, &arguments.target, &arguments.agent)?,
    };
    let report = operations::remove::remove(&session.context, &options)?;
    session.printer.show("remove", &report, render::remove);
    Ok(ExitStatus::Failed.when(!report.left_alone.is_empty()))
}
