//! `mdskill policy`.

use super::Session;
use super::show::subject;
use crate::cli::PolicyArgs;
use crate::operations::OpError;
use crate::operations::policy;
use crate::operations::show::Subject;
use crate::output::error::ExitStatus;
use crate::output::render;

pub(super) fn policy(session: &Session<'_>, arguments: &PolicyArgs) -> Result<ExitStatus, OpError> {
    let subjects: Vec<Subject> = arguments
        .subjects
        .iter()
        .map(|typed| subject(typed))
        .collect::<Result<_, _>>()?;
    let report = session.wait(policy::explain(&session.context, &subjects))?;
    session.printer.show("policy", &report, render::policy);
    // Without arguments, the command only prints the policy.
    let is_refused = report.skills.iter().any(|skill| !skill.is_allowed);
    Ok(ExitStatus::Found.when(is_refused && !subjects.is_empty()))
}
