//! The prompt for the skills of a repository.

use std::io::ErrorKind;

use inquire::{InquireError, MultiSelect};

use super::Session;
use crate::install::InstallError;
use crate::operations::OpError;
use crate::operations::add::{Options, refused_unfetched};
use crate::operations::list_remote::{self, Listed};
use crate::output::sanitize;

/// The details of the skills to choose from.
const BROWSED: list_remote::Options = list_remote::Options {
    descriptions: true,
    hidden: false,
};

/// Number of lines that are visible at once.
const PAGE: usize = 15;

/// Asks for the skills of a repository, if the spec names none and a terminal is available.
///
/// Returns the selected paths, or `None` if no question was needed.
pub(super) fn among_many(
    session: &Session<'_>,
    options: &Options,
) -> Result<Option<Vec<String>>, OpError> {
    let [spec] = options.specs.as_slice() else {
        return Ok(None);
    };
    let names_none = spec.skill.is_none() && !options.all && options.skills.is_empty();
    if !names_none || !session.printer.can_ask() {
        return Ok(None);
    }
    // If the policy refuses the source, nothing is fetched, and `add` reports the refusal.
    if !refused_unfetched(&session.context, options)?.is_empty() {
        return Ok(None);
    }
    let report = session.wait(list_remote::browse(&session.context, spec, BROWSED))?;
    if report.skills.len() < 2 {
        return Ok(None);
    }
    let choices: Vec<String> = report.skills.iter().map(choice).collect();
    let question = format!(
        "Select skills of {spec} ({} available)",
        report.skills.len()
    );
    let asked = MultiSelect::new(&question, choices)
        .with_page_size(PAGE)
        .with_help_message(
            "type to filter, space to select, enter to install the selection, esc to cancel",
        )
        .with_formatter(&|chosen| {
            let chosen = chosen
                .iter()
                .map(|chosen| &*report.skills[chosen.index].name);
            sanitize::line(&chosen.collect::<Vec<_>>().join(", "))
        })
        .raw_prompt();
    match asked {
        Ok(chosen) => {
            let path = |at: usize| report.skills[at].path.clone();
            Ok(Some(
                chosen
                    .into_iter()
                    .map(|chosen| path(chosen.index))
                    .collect(),
            ))
        }
        Err(InquireError::OperationCanceled) => Ok(Some(Vec::new())),
        Err(InquireError::OperationInterrupted) => Err(InstallError::Interrupted.into()),
        Err(InquireError::IO(error)) if error.kind() == ErrorKind::Interrupted => {
            Err(InstallError::Interrupted.into())
        }
        Err(error) => Err(OpError::Usage(format!(
            "cannot show the list ({error}); use --skill NAME or --all"
        ))),
    }
}

/// Returns a line that fits next to the check box.
fn choice(skill: &Listed) -> String {
    let description = skill.description.as_deref().unwrap_or_default();
    let line = sanitize::line(&format!("{}  {description}", skill.name));
    let width = terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0));
    sanitize::cut(&line, width.saturating_sub(8))
}
