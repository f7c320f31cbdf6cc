//! Prints the report of `install`.

use std::collections::BTreeSet;

use super::change::{print_change, print_left_alone, print_trashed};
use super::{join_names, refused};
use crate::hint::{Hint, mdskill};
use crate::operations::install;
use crate::output::printer::Printer;
use crate::output::text::totals;

pub(crate) fn install(printer: &Printer, report: &install::Report) {
    for change in &report.skills {
        print_change(printer, change, report.dry_run);
    }
    print_trashed(printer, &report.trashed);
    print_left_alone(printer, &report.left_alone, Some("install"));
    refused(printer, &report.refused);
    if !report.refused.is_empty() {
        printer.error("nothing was changed");
        return;
    }
    let left_alone = report.left_alone.iter().map(|left| &*left.name);
    let left_alone: BTreeSet<&str> = left_alone.collect();
    // The others have a step of their own.
    let edited = report.left_alone.iter().filter(|left| left.next.is_none());
    let edited: BTreeSet<&str> = edited.map(|left| &*left.name).collect();
    if !edited.is_empty() {
        let edited: Vec<&str> = edited.into_iter().collect();
        let (names, others) = join_names(&edited);
        printer.hint(
            &Hint::command(mdskill("keep").words(names))
                .then(" accepts the edits; ")
                .then_command(mdskill("install").words(names).then("--force"))
                .then(" moves them to the trash and installs the locked files")
                .then(others),
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
