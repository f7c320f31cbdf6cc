//! `mdskill verify`.

use clap::Args;

use super::{Session, names};
use crate::operations::{self, OpError};
use crate::output::exit_status::ExitStatus;
use crate::output::render;

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Names of installed skills [default: all]
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
}

pub(super) fn verify(session: &Session<'_>, arguments: &VerifyArgs) -> Result<ExitStatus, OpError> {
    let report = operations::verify::verify(&session.context, &names(session, &arguments.names)?)?;
    session.printer.show("verify", &report, render::verify);
    Ok(ExitStatus::Found.when(!report.drift.is_empty()))
}
