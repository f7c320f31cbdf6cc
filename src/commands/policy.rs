//! `mdskill policy`.

use super::Session;
use crate::cli::PolicyArgs;
use crate::operations::OpError;
use crate::operations::policy::{self, Subject};
use crate::output::error::ExitStatus;
use crate::output::render;
use mdskill_lint::name::SkillName;

pub(super) fn policy(session: &Session<'_>, arguments: &PolicyArgs) -> Result<ExitStatus, OpError> {
    let subject = |typed: &String| -> Result<Subject, OpError> {
        Ok(match typed.contains(['/', '\\']) || typed == "." {
            true => Subject::Spec(typed.parse()?),
            false => Subject::Installed(SkillName::from_folder(typed)?),
        })
    };
    let subjects: Vec<Subject> = arguments
        .subjects
        .iter()
        .map(subject)
        .collect::<Result<_, _>>()?;
    let report = session.wait(policy::explain(&session.context, &subjects))?;
    session.printer.show("policy", &report, render::policy);
    // Without arguments, the command only prints the policy.
    let is_refused = report.skills.iter().any(|skill| !skill.is_allowed);
    Ok(match is_refused && !subjects.is_empty() {
        true => ExitStatus::Found,
        false => ExitStatus::Done,
    })
}
