//! `mdskill list`.

use clap::Args;

use super::Session;
use super::outdated::{OutdatedArgs, outdated};
use crate::operations::resolve::typed::spec_of;
use crate::operations::{self, OpError, list_remote, list_versions};
use crate::output::exit_status::ExitStatus;
use crate::output::render;

/// Arguments of `list`.
#[derive(Debug, Default, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub struct ListArgs {
    /// List the skills of this repository, or of a folder in it
    #[arg(value_name = "SPEC")]
    pub spec: Option<String>,
    /// List only the skills whose name or description contains all of these words
    #[arg(value_name = "WORD", requires = "spec", conflicts_with = "versions")]
    pub words: Vec<String>,
    /// Print only names; descriptions of a repository are then not fetched
    #[arg(long)]
    pub names: bool,
    /// List hidden skills, too: inside other skills, of tests or dependencies, and internal ones
    #[arg(long, requires = "spec")]
    pub hidden: bool,
    /// List the version tags of the repository, or of one skill in it, the newest first
    #[arg(long, requires = "spec", conflicts_with = "names")]
    pub versions: bool,
    /// List available updates, like `outdated`
    #[arg(long, conflicts_with_all = ["spec", "names"])]
    pub outdated: bool,
}

pub(super) fn list(session: &Session<'_>, arguments: &ListArgs) -> Result<ExitStatus, OpError> {
    let printer = session.printer;
    if arguments.outdated {
        return outdated(session, &OutdatedArgs::default());
    }
    let Some(spec) = &arguments.spec else {
        let report = operations::list::list(&session.context)?;
        printer.show("list", &report, |printer, report| {
            render::list(printer, report, arguments.names);
        });
        return Ok(ExitStatus::Done);
    };
    let spec = spec_of(&session.context, spec)?;
    if arguments.versions {
        let report = session.wait(list_versions::list(&session.context, &spec))?;
        printer.show("list", &report, render::versions);
        return Ok(ExitStatus::Done);
    }
    let mut report = session.wait(list_remote::browse(
        &session.context,
        &spec,
        list_remote::Options {
            descriptions: !arguments.names,
            capabilities: false,
            hidden: arguments.hidden,
        },
    ))?;
    report.retain_matching(&arguments.words);
    printer.show("list", &report, |printer, report| {
        render::browse(printer, report, arguments.names, &arguments.words);
    });
    Ok(ExitStatus::Done)
}
