//! `mdskill show`.

use clap::Args;

use super::{Session, prompt};
use crate::operations::resolve::Subject;
use crate::operations::{self, OpError};
use crate::output::exit_status::ExitStatus;
use crate::output::render;
use crate::spec::Spec;

/// Arguments of `show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The name of an installed skill, or a spec
    #[arg(value_name = "NAME|SPEC")]
    pub subject: String,
}

pub(super) fn show(session: &Session<'_>, arguments: &ShowArgs) -> Result<ExitStatus, OpError> {
    let subject = Subject::find(&session.context, &arguments.subject)?;
    let shown = |subject: &Subject| session.wait(operations::show::show(&session.context, subject));
    let report = match (shown(&subject), &subject) {
        (Err(error), Subject::Spec(spec)) => {
            let Some(mut paths) = prompt::among_several(session, spec, "show", error)? else {
                return Ok(prompt::cancelled(session));
            };
            shown(&Subject::Spec(Spec {
                skill: paths.pop(),
                ..spec.clone()
            }))?
        }
        (report, _) => report?,
    };
    session.printer.show("show", &report, render::show);
    Ok(ExitStatus::Done)
}
