//! Prompts for the selection of skills.

use std::io::ErrorKind;

use inquire::{InquireError, MultiSelect};

use super::Session;
use crate::install::InstallError;
use crate::operations::OpError;
use crate::operations::add::{Options, Sibling, refused_unfetched};
use crate::operations::list_remote::{self, Listed};
use crate::output::sanitize;

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
    let report = session.wait(list_remote::browse(&session.context, spec, true))?;
    if report.skills.len() < 2 {
        return Ok(None);
    }
    let choices: Vec<String> = report.skills.iter().map(choice).collect();
    let question = format!(
        "Select skills of {spec} ({} available)",
        report.skills.len()
    );
    let names: Vec<&str> = report
        .skills
        .iter()
        .map(|skill| skill.name.as_str())
        .collect();
    let chosen = ask(&question, choices, &names, &[], "use --skill NAME or --all")?;
    let path = |at: usize| report.skills[at].path.clone();
    Ok(Some(chosen.into_iter().map(path).collect()))
}

/// Asks which of the linked skills to add.
pub(super) fn siblings<'a>(
    session: &Session<'_>,
    siblings: &'a [Sibling],
) -> Result<Vec<&'a Sibling>, OpError> {
    let names: Vec<&str> = siblings
        .iter()
        .map(|sibling| sibling.name.as_str())
        .collect();
    let choice = |sibling: &Sibling| {
        let from = sibling.linked_from.join(", ");
        fitted(&format!("{}  linked from {from}", sibling.name))
    };
    let choices: Vec<String> = siblings.iter().map(choice).collect();
    let question = match names.as_slice() {
        [only] => format!("Also add the linked skill {only}?"),
        several => format!("Also add {} linked skills?", several.len()),
    };
    let selected: Vec<usize> = (0..siblings.len()).collect();
    session.context.progress.end();
    let question = sanitize::line(&question);
    let chosen = ask(
        &question,
        choices,
        &names,
        &selected,
        "name them as arguments of `add`",
    )?;
    Ok(chosen.into_iter().map(|at| &siblings[at]).collect())
}

/// Asks for a selection, and returns the indices; empty if the user cancels.
fn ask(
    question: &str,
    choices: Vec<String>,
    names: &[&str],
    selected: &[usize],
    instead: &str,
) -> Result<Vec<usize>, OpError> {
    let asked = MultiSelect::new(question, choices)
        .with_page_size(PAGE)
        .with_default(selected)
        .with_help_message(
            "type to filter, space to select, enter to install the selection, esc to cancel",
        )
        .with_formatter(&|chosen| {
            let chosen: Vec<&str> = chosen.iter().map(|chosen| names[chosen.index]).collect();
            sanitize::line(&chosen.join(", "))
        })
        .raw_prompt();
    match asked {
        Ok(chosen) => Ok(chosen.into_iter().map(|chosen| chosen.index).collect()),
        Err(InquireError::OperationCanceled) => Ok(Vec::new()),
        Err(InquireError::OperationInterrupted) => Err(InstallError::Interrupted.into()),
        Err(InquireError::IO(error)) if error.kind() == ErrorKind::Interrupted => {
            Err(InstallError::Interrupted.into())
        }
        Err(error) => Err(OpError::Usage(format!(
            "cannot show the list ({error}); {instead}"
        ))),
    }
}

fn choice(skill: &Listed) -> String {
    let description = skill.description.as_deref().unwrap_or_default();
    fitted(&format!("{}  {description}", skill.name))
}

/// Returns a line that fits next to the check box.
fn fitted(text: &str) -> String {
    let line = sanitize::line(text);
    let width = terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0));
    sanitize::cut(&line, width.saturating_sub(8))
}
