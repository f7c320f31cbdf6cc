//! `mdskill verify`.

use super::{Session, names};
use crate::cli::VerifyArgs;
use crate::operations::{OpError, verify as ops_verify};
use crate::output::error::ExitStatus;
use crate::output::render;

pub(super) fn verify(session: &Session<'_>, arguments: &VerifyArgs) -> Result<ExitStatus, OpError> {
    let report = ops_verify::verify(&session.context, &names(&arguments.names)?)?;
    session.printer.show("verify", &report, render::verify);
    Ok(if report.drift.is_empty() {
        ExitStatus::Done
    } else {
        ExitStatus::Found
    })
}
