//! `mdskill show`.

use super::Session;
use crate::cli::ShowArgs;
use crate::operations::{self, OpError};
use crate::output::error::ExitStatus;
use crate::output::render;

pub(super) fn show(session: &Session<'_>, arguments: &ShowArgs) -> Result<ExitStatus, OpError> {
    let subject = arguments.subject.parse()?;
    let report = session.wait(operations::show::show(&session.context, &subject))?;
    session.printer.show("show", &report, render::show);
    Ok(ExitStatus::Done)
}
