//! Prints the report of `remove`.

use super::change::{print_change, print_left_alone, print_trashed};
use crate::operations::remove;
use crate::output::printer::Printer;

pub(crate) fn remove(printer: &Printer, report: &remove::Report) {
    for change in &report.skills {
        print_change(printer, change, report.dry_run);
    }
    print_trashed(printer, &report.trashed);
    print_left_alone(printer, &report.left_alone, Some("remove"));
    if !report.left_alone.is_empty() {
        printer.error("nothing was changed");
    }
}
