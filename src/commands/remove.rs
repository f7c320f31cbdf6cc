//! `mdskill remove`.

use super::{Session, names};
use crate::cli::RemoveArgs;
use crate::operations::{self, OpError};
use crate::output::error::ExitStatus;
use crate::output::render;

pub(super) fn remove(session: &Session<'_>, arguments: &RemoveArgs) -> Result<ExitStatus, OpError> {
    let options = operations::remove::Options {
        names: names(&arguments.names)?,
        force: arguments.force,
    };
    let report = operations::remove::remove(&session.context, &options)?;
    session.printer.show("remove", &report, render::remove);
    Ok(ExitStatus::Failed.when(!report.left_alone.is_empty()))
}
