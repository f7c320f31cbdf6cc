//! `mdskill show`.

use clap::Args;

use super::Session;
use crate::operations::resolve::Subject;
use crate::operations::{self, OpError};
use crate::output::exit_status::ExitStatus;
use crate::output::render;

/// Arguments of `show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The name of an installed skill, or a spec
    #[arg(value_name = "NAME|SPEC")]
    pub subject: String,
}

pub(super) fn show(session: &Session<'_>, arguments: &ShowArgs) -> Result<ExitStatus, OpError> {
    let subject = Subject::find(&session.context, &arguments.subject)?;
    let report = session.wait(operations::show::show(&session.context, &subject))?;
    session.printer.show("show", &report, render::show);
    Ok(ExitStatus::Done)
}
