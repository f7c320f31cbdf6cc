//! `mdskill verify`.

use super::{Session, names};
use crate::cli::VerifyArgs;
use crate::operations::{self, OpError};
use crate::output::error::ExitStatus;
use crate::output::render;

pub(super) fn verify(session: &Session<'_>, arguments: &VerifyArgs) -> Result<ExitStatus, OpError> {
    let report = operations::verify::verify(&session.context, &names(&arguments.names)?)?;
    session.printer.show("verify", &report, render::verify);
    Ok(ExitStatus::Found.when(!report.drift.is_empty()))
}
