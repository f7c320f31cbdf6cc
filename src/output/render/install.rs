//! Prints the report of `install`.

use std::collections::BTreeSet;

use super::change::{print_change, print_left_alone, print_trashed};
use super::conflicts::one_name;
use super::refused;
use crate::hint::Hint;
use crate::operations::install;
use crate::output::printer::Printer;
use crate::output::text::totals;

pub(crate) fn install(printer: &Printer, report: &install::Report) {
    for change in &report.skills {
        print_change(printer, change, report.dry_run);
    }
    print_trashed(printer, &report.trashed);
    print_left_alone(printer, &report.left_alone);
    refused(printer, &report.refused);
    if !report.refused.is_empty() {
        printer.error("nothing was changed");
        return;
    }
    let left_alone = report.left_alone.iter().map(|left| &*left.name);
    let left_alone: BTreeSet<&str> = left_alone.collect();
    let names: Vec<&str> = left_alone.iter().copied().collect();
    if let Some(name) = one_name(&names) {
        printer.hint(
            &Hint::command(format!("keep {name}"))
                .then(" accepts the edits; ")
                .then_command(format!("install {name} --force"))
                .then(" moves them to the trash and installs the locked files"),
        );
    }
    let verb = if report.dry_run {
        "to install"
    } else {
        "installed"
    };
    let (done, unchanged) = (report.skills.len(), report.unchanged);
    let mut parts = vec![format!("{done} {verb}"), format!("{unchanged} unchanged")];
    parts.extend(totals([(left_alone.len(), "not changed")]));
    printer.status("Finished", &parts.join(", "));
}
