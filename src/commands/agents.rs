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
    let scope = &session.context.scope;
    // A folder is relative to the current one, or with `-g` to the home.
    let current = if scope.is_personal {
        &scope.root
    } else {
        &session.context.env.current_dir
    };
    let mut targets: Vec<Target> = Vec::new();
    for typed in folders {
        targets.push(Target::resolve(typed, current, &scope.root)?);
    }
    for name in agents {
        let agent = operations::agents::find(name)?;
        targets.push(operations::agents::target_of(&session.context, agent)?);
    }
    let mut distinct: Vec<Target> = Vec::new();
    for target in targets {
        match distinct
            .iter()
            .find(|other| scope.is_same_target(other, &target))
        {
            None => distinct.push(target),
            Some(same) if *same == target => {}
            Some(same) => session
                .printer
                .warn(&format!("{target} and {same} are the same folder")),
        }
    }
    Ok(distinct)
}
