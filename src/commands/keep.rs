//! `mdskill keep`.

use super::{Session, names};
use crate::cli::KeepArgs;
use crate::operations::{self, OpError};
use crate::output::error::ExitStatus;
use crate::output::render;

pub(super) fn keep(session: &Session<'_>, arguments: &KeepArgs) -> Result<ExitStatus, OpError> {
    let options = operations::keep::Options {
        names: names(&arguments.names)?,
        force: arguments.force,
    };
    let report = operations::keep::keep(&session.context, &options)?;
    session.printer.show("keep", &report, render::keep);
    Ok(ExitStatus::Failed.when(!report.left_alone.is_empty()))
}
