//! Prints the report of `verify`.

use crate::hint::Hint;
use crate::ops::verify;
use crate::ui::printer::Printer;
use crate::ui::text::count;

/// Prints what `verify` found.
pub fn verify(printer: &Printer, report: &verify::Report) {
    for drift in &report.drift {
        printer.error(&format!("{} {}", drift.place, drift.problem));
        for file in &drift.files {
            printer.item(file);
        }
    }
    if report.drift.is_empty() {
        printer.status(
            "Verified",
            &format!("{} as locked", count(report.intact, "folder")),
        );
    } else {
        let all = |is: fn(&verify::Drift) -> bool| report.drift.iter().all(is);
        let hint = if all(|drift| drift.is_missing) {
            Hint::command("install").then(" restores what is missing")
        } else if all(|drift| drift.is_leftovers) {
            Hint::text(
                "programs make such files when a skill is used: delete them, or list their names in .gitignore; `verify` accepts files that git ignores and does not track",
            )
        } else {
            Hint::command("diff --local")
                .then(" shows the edits; ")
                .then_command("keep NAME")
                .then(" records them, and ")
                .then_command("install NAME --force")
                .then(" restores what is locked")
        };
        printer.hint(&hint);
    }
}
