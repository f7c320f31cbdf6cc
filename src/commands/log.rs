//! `mdskill log`.

use clap::Args;

use super::Session;
use crate::operations::OpError;
use crate::operations::log::{self, Options};
use crate::operations::resolve::Subject;
use crate::output::exit_status::ExitStatus;
use crate::output::render;

/// Arguments of `log`.
#[derive(Debug, Args)]
pub struct LogArgs {
    /// The name of an installed skill, or a spec
    #[arg(value_name = "NAME|SPEC")]
    pub subject: String,
    /// The most commits to list
    #[arg(short = 'n', long, value_name = "NUMBER", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..))]
    pub limit: u16,
    /// Show the differences of each commit
    #[arg(short, long)]
    pub patch: bool,
}

pub(super) fn log(session: &Session<'_>, arguments: &LogArgs) -> Result<ExitStatus, OpError> {
    let subject = Subject::find(&session.context, &arguments.subject)?;
    let options = Options {
        limit: arguments.limit.into(),
        with_patches: arguments.patch,
    };
    let report = session.wait(log::log(&session.context, &subject, options))?;
    session.printer.show("log", &report, render::log);
    Ok(ExitStatus::Done)
}
