//! Prints the report of `diff`.

use super::join_names;
use super::update::print_not_updated;
use crate::hint::Hint;
use crate::operations::report::NextStep;
use crate::operations::{self, update};
use crate::output::printer::Printer;
use crate::output::text::count;

/// Prints the changes of `update` in git's format.
pub(crate) fn diff(printer: &Printer, report: &update::Report) {
    let all: String = report.differences.values().map(String::as_str).collect();
    printer.diff(&all);
    print_not_updated(printer, report);
}

/// Prints local edits in git's format.
pub(crate) fn local_diff(printer: &Printer, report: &operations::diff::Report) {
    let unified = report.skills.iter().map(|skill| skill.unified.as_str());
    printer.diff(&unified.collect::<String>());
    let mut open: Vec<&str> = report
        .skills
        .iter()
        .filter(|skill| !skill.is_kept)
        .map(|skill| skill.name.as_str())
        .collect();
    open.dedup();
    for left in &report.not_compared {
        printer.warn(&format!("{} was not compared: {}", left.place, left.reason));
        if let Some(NextStep::Hint(hint)) = &left.next {
            printer.hint(hint);
        }
    }
    match (report.skills.len(), open.is_empty()) {
        (0, _) => printer.status("Finished", "no local edits"),
        (_, false) => {
            let (names, others) = join_names(&open);
            printer.hint(
                &Hint::command(format!("keep {names}"))
                    .then(" accepts the edits, ")
                    .then_command(format!("install {names} --force"))
                    .then(" discards them")
                    .then(others),
            );
        }
        (edited, true) => {
            printer.status(
                "Finished",
                &format!("{} modified, kept", count(edited, "folder")),
            );
        }
    }
}
