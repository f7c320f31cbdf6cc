//! `mdskill diff`.

use clap::Args;

use super::update::status;
use super::{Session, names, with_allowed};
use crate::operations::{self, OpError};
use crate::output::exit_status::ExitStatus;
use crate::output::render;

/// Arguments of `diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// Names of installed skills [default: all]
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Show local edits: compare the installed files with the locked upstream version
    #[arg(long)]
    pub local: bool,
}

pub(super) fn diff(session: &Session<'_>, arguments: &DiffArgs) -> Result<ExitStatus, OpError> {
    let names = names(session, &arguments.names)?;
    if arguments.local {
        let report = session.wait(operations::diff::local(&session.context, &names))?;
        session.printer.show("diff", &report, render::local_diff);
        return Ok(ExitStatus::Done);
    }
    let options = operations::update::Options {
        names,
        dry_run: true,
        with_differences: true,
        settings: with_allowed(session, &[])?,
        ..operations::update::Options::default()
    };
    let report = session.wait(operations::update::update(&session.context, &options))?;
    session.printer.show("diff", &report, render::diff);
    Ok(status(&report, false))
}
