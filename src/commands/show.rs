//! `mdskill show`.

use super::Session;
use crate::cli::ShowArgs;
use crate::operations::show::Subject;
use crate::operations::{self, OpError};
use crate::output::error::ExitStatus;
use crate::output::render;
use mdskill_lint::name::SkillName;

pub(super) fn show(session: &Session<'_>, arguments: &ShowArgs) -> Result<ExitStatus, OpError> {
    let subject = match arguments.subject.contains(['/', '\\']) || arguments.subject == "." {
        true => Subject::Spec(arguments.subject.parse()?),
        false => Subject::Installed(SkillName::from_folder(&arguments.subject)?),
    };
    let report = session.wait(operations::show::show(&session.context, &subject))?;
    session.printer.show("show", &report, render::show);
    Ok(ExitStatus::Done)
}
