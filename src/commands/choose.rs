//! Asking which of a repository's skills are meant: a list that filters as one types.

use inquire::{InquireError, MultiSelect};

use super::Session;
use crate::install::InstallError;
use crate::ops::OpError;
use crate::ops::add::Options;
use crate::ops::browse::{self, Listed};
use crate::ui::clean;

/// Lines of the list that are shown at once.
const PAGE: usize = 15;

/// Asks, when one repository without a skill's name was typed on a terminal.
///
/// Returns the chosen paths; nothing when there is nothing to ask.
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
    let report = session.wait(browse::browse(&session.context, spec, true))?;
    if report.skills.len() < 2 {
        return Ok(None);
    }
    let choices: Vec<String> = report.skills.iter().map(choice).collect();
    let question = format!("Which of the {} skills of {spec}?", report.skills.len());
    let asked = MultiSelect::new(&question, choices)
        .with_page_size(PAGE)
        .with_help_message(
            "type to filter, space to tick, enter to install what is ticked, esc to leave",
        )
        .with_formatter(&|chosen| {
            let name = |at: usize| report.skills[at].name.clone();
            clean::line(
                &chosen
                    .iter()
                    .map(|chosen| name(chosen.index))
                    .collect::<Vec<_>>()
                    .join(", "),
            )
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
        Err(error) => Err(OpError::Usage(format!(
            "the list can't be shown ({error}); use --skill NAME or --all"
        ))),
    }
}

fn choice(skill: &Listed) -> String {
    let description = skill.description.as_deref().unwrap_or_default();
    let line = clean::line(&format!("{}  {description}", skill.name));
    let width = terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0));
    clean::cut(&line, width.saturating_sub(8))
}
