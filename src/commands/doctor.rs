//! `mdskill doctor`.

use clap::Args;

use super::Session;
use crate::operations::{self, OpError};
use crate::output::exit_status::ExitStatus;
use crate::output::render;

/// Arguments of `doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {}

pub(super) fn doctor(session: &Session<'_>, _: &DoctorArgs) -> Result<ExitStatus, OpError> {
    let checks = async { Ok(operations::doctor::doctor(&session.context).await) };
    let report = session.wait(checks)?;
    let has_unicode = session.context.env.is_utf8 && !session.printer.is_dumb;
    session.printer.show("doctor", &report, |printer, report| {
        render::doctor(printer, report, has_unicode);
    });
    Ok(ExitStatus::Found.when(report.problems > 0))
}
