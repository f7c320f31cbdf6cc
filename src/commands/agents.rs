//! `mdskill agents`.

use clap::Args;

use super::Session;
use crate::operations::{self, OpError};
use crate::output::exit_status::ExitStatus;
use crate::output::render;
use crate::target::Target;

/// Arguments of `agents`.
#[derive(Debug, Args)]
pub struct AgentsArgs {
    /// Names of agents [default: all]
    #[arg(value_name = "AGENT")]
    pub agents: Vec<String>,
    /// List the folders of all agents
    #[arg(short, long, conflicts_with = "agents")]
    pub list: bool,
}

pub(super) fn agents(session: &Session<'_>, arguments: &AgentsArgs) -> Result<ExitStatus, OpError> {
    let report = operations::agents::agents(&session.context, &arguments.agents)?;
    session.printer.show("agents", &report, |printer, report| {
        render::agents(printer, report, arguments.list);
    });
    Ok(ExitStatus::Done)
}

/// Returns the folders that `--target` and `--agent` name, each once.
pub(super) fn targets(
    session: &Session<'_>,
    folders: &[String],
    agents: &[String],
) -> Result<Vec<Target>, OpError> {
    let mut targets: Vec<Target> = Vec::new();
    for folder in folders {
        targets.push(folder.parse()?);
    }
    for name in agents {
        let agent = operations::agents::find(name)?;
        targets.push(operations::agents::target_of(&session.context, agent)?);
    }
    let mut seen = std::collections::HashSet::new();
    targets.retain(|target| seen.insert(target.clone()));
    Ok(targets)
}
