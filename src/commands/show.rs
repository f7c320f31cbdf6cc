//! `mdskill show`.

use clap::Args;

use super::{Session, prompt};
use crate::operations::resolve::Subject;
use crate::operations::resolve::typed::{spec_of, spec_of_installed};
use crate::operations::show::Options;
use crate::operations::{self, OpError, list_versions};
use crate::output::exit_status::ExitStatus;
use crate::output::printer::Printer;
use crate::output::render;
use crate::spec::Spec;
use mdskill_lint::SKILL_FILE;

/// Arguments of `show`.
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub struct ShowArgs {
    /// The name of an installed skill, or a spec
    #[arg(value_name = "NAME|SPEC")]
    pub subject: String,
    /// Print the bytes of SKILL.md, or of the file, as they are
    #[arg(long, conflicts_with_all = ["versions", "more", "npx"])]
    pub raw: bool,
    /// Show this file of the skill, such as references/details.md
    #[arg(long, value_name = "PATH", conflicts_with_all = ["versions", "more", "npx"])]
    pub file: Option<String>,
    /// List the version tags, like `list --versions`
    #[arg(long, conflicts_with_all = ["more", "npx"])]
    pub versions: bool,
    /// List all other skills of the repository, not only ten
    #[arg(long)]
    pub more: bool,
    /// Show the command that installs the skill with npx
    #[arg(long)]
    pub npx: bool,
}

pub(super) fn show(session: &Session<'_>, arguments: &ShowArgs) -> Result<ExitStatus, OpError> {
    let (context, printer) = (&session.context, session.printer);
    let typed = &arguments.subject;
    if arguments.versions {
        return versions(session, typed);
    }
    let subject = Subject::find(context, typed)?;
    if arguments.raw || arguments.file.is_some() {
        let path = arguments.file.as_deref().unwrap_or(SKILL_FILE);
        let read =
            |subject: &Subject| session.wait(operations::show::file(context, subject, typed, path));
        let Some(file) = of_one_skill(session, &subject, read)? else {
            return Ok(prompt::cancelled(session));
        };
        if file.text.is_none() && !printer.json && Printer::width().is_some() {
            return Err(OpError::BinaryFile {
                path: file.path,
                argument: typed.clone(),
            });
        }
        printer.show("show", &file, |printer, file| {
            render::file(printer, file, arguments.raw);
        });
        return Ok(ExitStatus::Done);
    }
    let options = Options {
        all_others: arguments.more,
    };
    let show = |subject: &Subject| session.wait(operations::show::show(context, subject, options));
    let Some(report) = of_one_skill(session, &subject, show)? else {
        return Ok(prompt::cancelled(session));
    };
    printer.show("show", &report, |printer, report| {
        render::show(printer, report, arguments.npx);
    });
    Ok(ExitStatus::Done)
}

/// Reads a skill. If the spec means several, asks which one; returns `None` if the user cancelled.
fn of_one_skill<T>(
    session: &Session<'_>,
    subject: &Subject,
    read: impl Fn(&Subject) -> Result<T, OpError>,
) -> Result<Option<T>, OpError> {
    let (error, spec) = match (read(subject), subject) {
        (Err(error), Subject::Spec(spec)) => (error, spec),
        (read, _) => return read.map(Some),
    };
    let Some(mut paths) = prompt::among_several(session, spec, "show", error)? else {
        return Ok(None);
    };
    let spec = Spec {
        skill: paths.pop(),
        ..spec.clone()
    };
    read(&Subject::Spec(spec)).map(Some)
}

fn versions(session: &Session<'_>, typed: &str) -> Result<ExitStatus, OpError> {
    let context = &session.context;
    let spec = match spec_of_installed(context, typed)? {
        Some(spec) => spec,
        None => spec_of(context, typed)?,
    };
    let report = session.wait(list_versions::list(context, &spec))?;
    session.printer.show("list", &report, render::versions);
    Ok(ExitStatus::Done)
}
