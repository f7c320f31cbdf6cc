//! `mdskill policy`.

use clap::Args;

use super::Session;
use crate::operations::OpError;
use crate::operations::policy;
use crate::operations::resolve::Subject;
use crate::output::exit_status::ExitStatus;
use crate::output::render;

/// Arguments of `policy`.
#[derive(Debug, Args)]
pub struct PolicyArgs {
    /// Names of installed skills, or specs [default: all installed skills]
    #[arg(value_name = "NAME|SPEC")]
    pub subjects: Vec<String>,
}

pub(super) fn policy(session: &Session<'_>, arguments: &PolicyArgs) -> Result<ExitStatus, OpError> {
    let subjects = arguments.subjects.iter();
    let subjects: Vec<_> = subjects
        .map(|typed| Subject::find(&session.context, typed))
        .collect::<Result<_, _>>()?;
    let report = session.wait(policy::explain(&session.context, &subjects))?;
    session.printer.show("policy", &report, render::policy);
    let is_refused = report.skills.iter().any(|skill| !skill.is_allowed);
    Ok(ExitStatus::Found.when(is_refused))
}
