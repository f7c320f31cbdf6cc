//! `mdskill diff`.

use clap::Args;

use super::update::status;
use super::{Session, names, with_allowed};
use crate::operations::{self, OpError};
use crate::output::exit_status::ExitStatus;
use crate::output::render::{self, DiffForm};

/// Arguments of `diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// Names of installed skills [default: all]
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Show local edits: compare the installed files with the locked upstream version
    #[arg(long)]
    pub local: bool,
    /// Print the number of added and removed lines of each file
    #[arg(long, conflicts_with = "name_only")]
    pub stat: bool,
    /// Print only the paths of the changed files
    #[arg(long)]
    pub name_only: bool,
}

pub(super) fn diff(session: &Session<'_>, arguments: &DiffArgs) -> Result<ExitStatus, OpError> {
    let names = names(session, &arguments.names)?;
    let form = match (arguments.stat, arguments.name_only) {
        (true, _) => DiffForm::Stat,
        (_, true) => DiffForm::Names,
        _ => DiffForm::Lines,
    };
    if arguments.local {
        let report = session.wait(operations::diff::local(&session.context, &names))?;
        session.printer.show("diff", &report, |printer, report| {
            render::local_diff(printer, report, form);
        });
        return Ok(ExitStatus::Done);
    }
    let options = operations::update::Options {
        names,
        dry_run: true,
        with_differences: true,
        rules: with_allowed(session, &[])?,
        ..operations::update::Options::default()
    };
    let report = session.wait(operations::update::update(&session.context, &options))?;
    session.printer.show("diff", &report, |printer, report| {
        render::diff(printer, report, form);
    });
    Ok(status(&report, false))
}
