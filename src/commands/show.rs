//! `mdskill show`.

use clap::Args;

use super::Session;
use crate::operations::show::Subject;
use crate::operations::{self, OpError};
use crate::output::error::ExitStatus;
use crate::output::render;
use mdskill_lint::name::SkillName;

/// Arguments of `show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The name of an installed skill, or a spec
    #[arg(value_name = "NAME|SPEC")]
    pub subject: String,
}

pub(super) fn show(session: &Session<'_>, arguments: &ShowArgs) -> Result<ExitStatus, OpError> {
    let subject = subject(&arguments.subject)?;
    let report = session.wait(operations::show::show(&session.context, &subject))?;
    session.printer.show("show", &report, render::show);
    Ok(ExitStatus::Done)
}

/// Parses an argument: a spec has a slash, a name of an installed skill does not.
pub(super) fn subject(typed: &str) -> Result<Subject, OpError> {
    if typed.contains(['/', '\\']) || typed == "." {
        Ok(Subject::Spec(typed.parse()?))
    } else {
        Ok(Subject::Installed(SkillName::from_folder(typed)?))
    }
}
