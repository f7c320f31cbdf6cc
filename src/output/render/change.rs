//! Prints the lines that the reports of several commands have in common.

use std::collections::{BTreeMap, BTreeSet};

use super::change_details::lines;
use super::origin;
use crate::fetch::history::Lineage;
use crate::hint::{Hint, mdskill};
use crate::operations::report::{Action, Change, LeftAlone, NextStep, Problem};
use crate::output::printer::Printer;
use crate::output::text;

pub(super) fn print_change(printer: &Printer, change: &Change, dry_run: bool) {
    let new = text::version(change.version.as_deref(), change.commit.as_deref());
    let old = text::version(change.from_version.as_deref(), change.from.as_deref());
    let moved = if old.is_empty() || old == new {
        String::new()
    } else {
        format!("{old} -> ")
    };
    let places: Vec<_> = change
        .places
        .iter()
        .map(|place| printer.path(place))
        .collect();
    let places = places.join(", ");
    let changed = change.diff.as_ref().filter(|diff| !diff.files.is_empty());
    let lines = changed.map_or_else(String::new, |diff| format!("  {}", lines(diff)));
    let name = &change.name;
    let sentence = match change.action {
        Action::Updated | Action::Relocked => format!(
            "{name}  {}  {moved}{new}{lines}",
            text::source(&change.source)
        ),
        Action::Removed => format!("{name}  from {places}"),
        _ => format!("{name}  {}  {places}", origin(change)),
    };
    let is_back = matches!(change.lineage, Some(Lineage::Back));
    let verb = match (change.action, dry_run) {
        (Action::Updated, false) if is_back => "Downgraded",
        (Action::Added, false) => "Added",
        (Action::Added, true) => "Would add",
        (Action::Updated, false) => "Updated",
        (Action::Updated | Action::Relocked, true) => "Would update",
        (Action::Relocked, false) => "Locked",
        (Action::Restored, false) => "Installed",
        (Action::Restored, true) => "Would install",
        (Action::Removed, false) => "Removed",
        (Action::Removed, true) => "Would remove",
        (Action::Unchanged, _) => "Unchanged",
    };
    match change.action {
        Action::Unchanged => printer.note(verb, &sentence),
        _ => printer.status(verb, &sentence),
    }
    for note in &change.notes {
        printer.note("", note);
    }
}

pub(super) fn print_trashed(printer: &Printer, trashed: &[String]) {
    for path in trashed {
        printer.note("Moved", &format!("your old copy to {path}"));
    }
}

/// Prints the folders that were not changed, and the next steps. `command` is the command that does
/// the same again if it needs only names; otherwise the user knows the arguments.
pub(super) fn print_left_alone(
    printer: &Printer,
    left_alone: &[LeftAlone],
    command: Option<&'static str>,
) {
    let mut forced: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut hints = Vec::new();
    for left in left_alone {
        printer.error(&format!("{} was not changed: {}", left.place, left.reason));
        for file in &left.files {
            printer.item(file);
        }
        match &left.next {
            Some(NextStep::Force(effect)) => {
                forced.entry(effect).or_default().insert(&left.name);
            }
            Some(NextStep::Hint(hint)) if !hints.contains(&hint) => hints.push(hint),
            _ => {}
        }
    }
    for hint in hints {
        printer.hint(hint);
    }
    for (effect, names) in forced {
        printer.hint(
            &match command {
                Some(command) => Hint::command(mdskill(command).words(names).then("--force")),
                None => Hint::text("the same command with `--force`"),
            }
            .then(format!(" {effect}")),
        );
    }
}

pub(super) fn print_problems(printer: &Printer, problems: &[Problem]) {
    for problem in problems {
        printer.error(&format!("`{}`: {}", problem.name, problem.reason));
    }
}
