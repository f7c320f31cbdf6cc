//! Asking which of a repository's skills are meant: a list that filters as one types.

use inquire::{InquireError, MultiSelect};

use super::Session;
use crate::install::InstallError;
use crate::ops::OpError;
use crate::ops::add::{Options, Sibling, refused_unfetched};
use crate::ops::browse::{self, Listed};
use crate::ui::sanitize;

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
    // Of what the policy refuses, no list is fetched either; `add` then says why.
    if !refused_unfetched(&session.context, options)?.is_empty() {
        return Ok(None);
    }
    let report = session.wait(browse::browse(&session.context, spec, true))?;
    if report.skills.len() < 2 {
        return Ok(None);
    }
    let choices: Vec<String> = report.skills.iter().map(choice).collect();
    let question = format!("Which of the {} skills of {spec}?", report.skills.len());
    let names: Vec<&str> = report
        .skills
        .iter()
        .map(|skill| skill.name.as_str())
        .collect();
    let chosen = ask(&question, choices, &names, &[], "use --skill NAME or --all")?;
    let path = |at: usize| report.skills[at].path.clone();
    Ok(Some(chosen.into_iter().map(path).collect()))
}

/// Asks which of the skills that the added ones link to shall be added as well.
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
        [only] => format!("Also add {only}, which is linked to?"),
        several => format!("Also add these {}, which are linked to?", several.len()),
    };
    let ticked: Vec<usize> = (0..siblings.len()).collect();
    session.context.progress.end();
    let question = sanitize::line(&question);
    let chosen = ask(
        &question,
        choices,
        &names,
        &ticked,
        "name them behind `add`",
    )?;
    Ok(chosen.into_iter().map(|at| &siblings[at]).collect())
}

/// Asks which of the choices are meant, and returns their places; none, when nobody wants to say.
fn ask(
    question: &str,
    choices: Vec<String>,
    names: &[&str],
    ticked: &[usize],
    instead: &str,
) -> Result<Vec<usize>, OpError> {
    let asked = MultiSelect::new(question, choices)
        .with_page_size(PAGE)
        .with_default(ticked)
        .with_help_message(
            "type to filter, space to tick, enter to install what is ticked, esc to leave",
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
        Err(error) => Err(OpError::Usage(format!(
            "the list can't be shown ({error}); {instead}"
        ))),
    }
}

fn choice(skill: &Listed) -> String {
    let description = skill.description.as_deref().unwrap_or_default();
    fitted(&format!("{}  {description}", skill.name))
}

/// Returns a line that fits beside the tick.
fn fitted(text: &str) -> String {
    let line = sanitize::line(text);
    let width = terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0));
    sanitize::cut(&line, width.saturating_sub(8))
}
