//! `mdskill list`.

use super::{Session, outdated};
use crate::cli::{ListArgs, OutdatedArgs};
use crate::operations::{self, OpError, list_remote};
use crate::output::error::ExitStatus;
use crate::output::render;
use crate::spec::Spec;

pub(super) fn list(session: &Session<'_>, arguments: &ListArgs) -> Result<ExitStatus, OpError> {
    let printer = session.printer;
    if arguments.outdated {
        return outdated::outdated(session, &OutdatedArgs::default());
    }
    let Some(spec) = &arguments.spec else {
        let report = operations::list::list(&session.context)?;
        printer.show("list", &report, |printer, report| {
            render::list(printer, report, arguments.names);
        });
        return Ok(ExitStatus::Done);
    };
    let spec: Spec = spec.parse()?;
    let report = session.wait(list_remote::browse(
        &session.context,
        &spec,
        !arguments.names,
    ))?;
    printer.show("list", &report, |printer, report| {
        render::browse(printer, report, arguments.names);
    });
    Ok(ExitStatus::Done)
}
