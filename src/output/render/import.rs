//! Prints the report of `import`.

use super::change::{print_problems, print_trashed};
use super::origin;
use crate::operations::import::Report;
use crate::output::printer::Printer;
use crate::output::text::totals;

pub(crate) fn import(printer: &Printer, report: &Report) {
    let (verb, done) = if report.dry_run {
        ("Would import", "would be imported")
    } else {
        ("Imported", "imported")
    };
    for change in &report.skills {
        let places = change.places.join(", ");
        printer.status(
            verb,
            &format!("{}  {}  {places}", change.name, origin(change)),
        );
        for note in &change.notes {
            printer.note("", note);
        }
        for file in &change.edited {
            printer.item(file);
        }
    }
    for kept in &report.kept {
        printer.note("Kept", &format!("{}  {}", kept.name, kept.reason));
    }
    for link in &report.links {
        printer.note("Skipped", &format!("{link}, which is a symbolic link"));
    }
    print_trashed(printer, &report.trashed);
    print_problems(printer, &report.not_taken);
    let imported = report.skills.len();
    let mut parts = vec![format!("{imported} {done}")];
    parts.extend(totals([
        (report.kept.len(), "already locked"),
        (report.not_taken.len(), "not imported"),
    ]));
    printer.status("Finished", &parts.join(", "));
    if !report.skills.is_empty() && !report.dry_run {
        let validate = printer.command_line("validate");
        printer.note("Next", &format!("{validate} checks the imported skills"));
    }
}
