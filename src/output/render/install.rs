//! Prints the report of `install`.

use super::change::{print_change, print_left_alone, print_trashed};
use super::refused;
use crate::operations::install;
use crate::output::printer::Printer;

pub(crate) fn install(printer: &Printer, report: &install::Report) {
    for change in &report.skills {
        print_change(printer, change, report.dry_run);
    }
    print_trashed(printer, &report.trashed);
    print_left_alone(printer, &report.left_alone, Some("install"));
    refused(printer, &report.refused);
    if !report.left_alone.is_empty() || !report.refused.is_empty() {
        printer.error("nothing was changed");
        return;
    }
    let verb = if report.dry_run {
        "to install"
    } else {
        "installed"
    };
    let (done, unchanged) = (report.skills.len(), report.unchanged);
    printer.status("Finished", &format!("{done} {verb}, {unchanged} unchanged"));
}
