//! The questions that a list of skills answers.

use std::io::ErrorKind;

use super::Session;
use crate::install::InstallError;
use crate::operations::OpError;
use crate::operations::add::{Options, refused_unfetched};
use crate::operations::list_remote::{self, Listed};
use crate::operations::resolve::{exact_spec, source_of};
use crate::output::exit_status::ExitStatus;
use crate::output::picker::{Fact, Item, Picked, Picker, capability_facts};
use crate::spec::{ROOT, Spec};

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
    if !names_none || !session.printer.can_ask() {
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
    let items = items(session, &report)?;
    let title = format!("Select skills to add from {spec}");
    let picked = choose(session, &Picker::new(title, "add", &items))?;
    Ok(picked.map_or(Answer::Cancelled, |picked| {
        Answer::Picked(paths(&report, &picked))
    }))
}

/// Asks which skill is meant, after `error` said that a spec means several. Returns the paths of the
/// picked skills, or `None` if the user cancelled, or the error if it is another one or nothing can be
/// asked.
pub(super) fn among_several(
    session: &Session<'_>,
    spec: &Spec,
    verb: &'static str,
    error: OpError,
) -> Result<Option<Vec<String>>, OpError> {
    let is_single = verb != "add" || matches!(error, OpError::Ambiguous { .. });
    let (place, options, title) = match &error {
        OpError::SeveralSkills { place, .. } => {
            let noun = if is_single { "a skill" } else { "skills" };
            let title = format!("Select {noun} to {verb} from {place}");
            (spec.clone(), BROWSED, title)
        }
        OpError::Ambiguous { wanted, specs } => {
            let all = Spec {
                skill: None,
                ..spec.clone()
            };
            let hidden = list_remote::Options {
                hidden: true,
                ..BROWSED
            };
            let count = specs.len();
            let title = format!("{count} skills are called {wanted}: select the one to {verb}");
            (all, hidden, title)
        }
        _ => return Err(error),
    };
    if !session.printer.can_ask() {
        return Err(error);
    }
    session.context.progress.end();
    let mut report = session.wait(list_remote::browse(&session.context, &place, options))?;
    if let OpError::Ambiguous { specs, .. } = &error {
        let source = source_of(&session.context, spec)?;
        let is_meant = |skill: &Listed| specs.contains(&exact_spec(&source, &skill.path));
        report.skills.retain(is_meant);
    }
    if report.skills.len() < 2 {
        return Err(error);
    }
    let mut items = items(session, &report)?;
    if matches!(error, OpError::Ambiguous { .. }) {
        // Only the paths differ.
        for (item, skill) in items.iter_mut().zip(&report.skills) {
            item.detail.clone_from(&skill.path);
        }
    }
    let picker = Picker::new(title, verb, &items);
    let picker = if is_single { picker.single() } else { picker };
    let chosen = choose(session, &picker)?;
    Ok(chosen.map(|chosen| paths(&report, &chosen)))
}

/// Returns the paths of skills as specs name them.
fn paths(report: &list_remote::Report, picked: &[usize]) -> Vec<String> {
    let path = |at: &usize| match &*report.skills[*at].path {
        "" => ROOT.to_owned(),
        path => path.to_owned(),
    };
    picked.iter().map(path).collect()
}

/// Returns the items for the skills of a repository.
fn items(session: &Session<'_>, report: &list_remote::Report) -> Result<Vec<Item>, OpError> {
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
        facts: facts(skill),
        ..Item::default()
    });
    Ok(items.collect())
}

/// Returns what is known about a skill of a repository without its other files.
fn facts(skill: &Listed) -> Vec<Fact> {
    let mut facts = capability_facts(&skill.capabilities);
    let path = [&*skill.path].into_iter().filter(|path| !path.is_empty());
    facts.extend(path.map(|path| Fact::new("path", path)));
    let license = skill.license.as_deref();
    facts.extend(license.map(|license| Fact::new("license", license)));
    facts
}

/// Reports that the user cancelled.
pub(super) fn cancelled(session: &Session<'_>) -> ExitStatus {
    session.printer.note("Cancelled", "nothing was changed");
    ExitStatus::Interrupted
}

/// Asks the user to pick items. Returns their indexes, or `None` if the user cancelled.
pub(super) fn choose(
    session: &Session<'_>,
    picker: &Picker<'_>,
) -> Result<Option<Vec<usize>>, OpError> {
    let interrupt = &session.context.interrupt;
    // A signal must not end the program before the terminal is as before.
    interrupt.handle();
    match picker.pick(session.printer, || interrupt.is_raised()) {
        Ok(Picked::Items(items)) => Ok(Some(items)),
        Ok(Picked::Cancelled) => Ok(None),
        Ok(Picked::Interrupted) => Err(InstallError::Interrupted.into()),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
            Err(InstallError::Interrupted.into())
        }
        Err(error) => Err(OpError::Usage(format!("cannot show the list: {error}"))),
    }
}
