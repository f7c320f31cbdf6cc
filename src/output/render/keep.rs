//! Prints the report of `keep`.

use super::change::print_left_alone;
use crate::operations::keep;
use crate::output::printer::Printer;

pub(crate) fn keep(printer: &Printer, report: &keep::Report) {
    for kept in &report.kept {
        printer.status(
            "Kept",
            &format!("{}  {}", kept.name, kept.places.join(", ")),
        );
        for file in &kept.files {
            printer.note("", file);
        }
    }
    for name in &report.unedited {
        printer.note("Unchanged", &format!("{name}  no local edits"));
    }
    print_left_alone(printer, &report.left_alone, Some("keep"));
    if !report.left_alone.is_empty() {
        printer.error("nothing was changed");
    }
}
