//! `mdskill verify`.

use super::{Session, names};
use crate::cli::VerifyArgs;
use crate::ops::{OpError, verify as ops_verify};
use crate::ui::error::ExitStatus;
use crate::ui::render;

pub(super) fn verify(session: &Session<'_>, arguments: &VerifyArgs) -> Result<ExitStatus, OpError> {
    let report = ops_verify::verify(&session.context, &names(&arguments.names)?)?;
    session.printer.show("verify", &report, render::verify);
    Ok(if report.drift.is_empty() {
        ExitStatus::Done
    } else {
        ExitStatus::Found
    })
}
