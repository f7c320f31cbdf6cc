//! The prompt for the skills of a repository.

use std::io::ErrorKind;

use super::Session;
use crate::install::InstallError;
use crate::operations::OpError;
use crate::operations::add::{Options, refused_unfetched};
use crate::operations::list_remote::{self, Listed};
use crate::output::picker::{self, Item, Picked};
use crate::output::text;

/// The details of the skills to choose from.
const BROWSED: list_remote::Options = list_remote::Options {
    descriptions: true,
    capabilities: true,
    hidden: false,
};

/// The answer to the prompt.
pub(super) enum Answer {
    /// No question was needed, or none could be asked.
    NotAsked,
    /// The paths of the picked skills.
    Picked(Vec<String>),
    /// The user cancelled.
    Cancelled,
}

/// Asks for the skills of a repository, if the spec names none and a terminal is available.
pub(super) fn among_many(session: &Session<'_>, options: &Options) -> Result<Answer, OpError> {
    let [spec] = options.specs.as_slice() else {
        return Ok(Answer::NotAsked);
    };
    let names_none = spec.skill.is_none() && !options.all && options.skills.is_empty();
    if !names_none || !session.printer.can_draw() {
        return Ok(Answer::NotAsked);
    }
    // If the policy refuses the source, nothing is fetched, and `add` reports the refusal.
    if !refused_unfetched(&session.context, options)?.is_empty() {
        return Ok(Answer::NotAsked);
    }
    let report = session.wait(list_remote::browse(&session.context, spec, BROWSED))?;
    if report.skills.len() < 2 {
        return Ok(Answer::NotAsked);
    }
    let lockfile = session.context.lockfile()?.unwrap_or_default();
    let is_installed = |skill: &Listed| {
        let mut entries = lockfile.skills.values();
        entries.any(|entry| entry.source.to_string() == report.source && entry.path == skill.path)
    };
    let items = report.skills.iter().map(|skill| Item {
        name: skill.name.clone(),
        group: skill.plugin.clone(),
        description: skill.description.clone().unwrap_or_default(),
        mark: is_installed(skill).then_some("installed"),
        preview: text::capability_lines(&skill.capabilities),
    });
    let items: Vec<Item> = items.collect();
    let title = format!("Add skills of {spec}");
    let interrupt = &session.context.interrupt;
    match picker::pick(session.printer, &title, &items, || interrupt.is_raised()) {
        Ok(Picked::Items(picked)) => {
            let path = |at: &usize| report.skills[*at].path.clone();
            Ok(Answer::Picked(picked.iter().map(path).collect()))
        }
        Ok(Picked::Cancelled) => Ok(Answer::Cancelled),
        Ok(Picked::Interrupted) => Err(InstallError::Interrupted.into()),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
            Err(InstallError::Interrupted.into())
        }
        Err(error) => Err(OpError::Usage(format!(
            "cannot show the list ({error}); use --skill NAME or --all"
        ))),
    }
}
