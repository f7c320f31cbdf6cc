//! `mdskill outdated`.

use clap::Args;

use super::update::SummaryArgs;
use super::{Session, names, update, with_allowed};
use crate::operations::OpError;
use crate::operations::update::Options;
use crate::output::exit_status::ExitStatus;
use crate::output::render;

/// Arguments of `outdated`.
#[derive(Debug, Default, Args)]
pub struct OutdatedArgs {
    /// Names of installed skills [default: all]
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// The summary file
    #[command(flatten)]
    pub summary: SummaryArgs,
}

pub(super) fn outdated(
    session: &Session<'_>,
    arguments: &OutdatedArgs,
) -> Result<ExitStatus, OpError> {
    let options = Options {
        names: names(session, &arguments.names)?,
        dry_run: true,
        rules: with_allowed(session, &[])?,
        ..Options::default()
    };
    let report = update::report(
        session,
        options,
        update::Asks::default(),
        &arguments.summary,
        "outdated",
        render::outdated,
    )?;
    Ok(update::status(&report, true))
}
