//! What `update` did or would do.

use std::collections::BTreeSet;

use super::{
    findings, print_change, print_left_alone, print_problems, print_trashed, reference, short,
};
use crate::ops::update;
use crate::ui::phrase::{self, count};
use crate::ui::printer::Printer;
use crate::ui::table::Table;

/// Prints what `update` would do, as a table.
pub fn outdated(printer: &Printer, report: &update::Report) {
    if !report.skills.is_empty() {
        let mut table = Table::new(&["NAME", "INSTALLED", "NEW", "REF", "SOURCE"]);
        for change in &report.skills {
            table.row(&[
                &change.name,
                short(change.from.as_ref()),
                short(change.commit.as_ref()),
                change.reference.as_deref().map_or("", reference),
                phrase::source(&change.source),
            ]);
        }
        printer.table(&table.lines(printer.width()));
    }
    print_what_stays(printer, report);
}

/// Prints what `update` did.
pub fn update(printer: &Printer, report: &update::Report) {
    for change in &report.skills {
        print_change(printer, change, report.dry_run);
    }
    print_what_stays(printer, report);
}

/// What did not move, and the sum of it all.
fn print_what_stays(printer: &Printer, report: &update::Report) {
    print_trashed(printer, &report.trashed);
    let moved: BTreeSet<&String> = report
        .skills
        .iter()
        .flat_map(|moved| &moved.places)
        .collect();
    let told = report.diagnostics.iter();
    findings(printer, told.filter(|found| moved.contains(&found.skill)));
    for problem in &report.deleted {
        printer.warn(&format!("`{}`: {}", problem.name, problem.reason));
    }
    print_problems(printer, &report.stuck);
    print_left_alone(printer, &report.left_alone);
    for failed in &report.failed {
        printer.error(&format!(
            "{} ({}) was not asked: {}",
            failed.place,
            count(failed.skills, "skill"),
            failed.error
        ));
        if let Some(hint) = crate::ui::error::hint_for(&failed.error) {
            printer.hint(&hint);
        }
    }
    let is_quiet = report.skills.is_empty()
        && report.left_alone.is_empty()
        && report.deleted.is_empty()
        && report.stuck.is_empty()
        && report.failed.is_empty();
    if is_quiet {
        let everything = format!(
            "everything is up to date ({})",
            count(report.unchanged, "skill")
        );
        printer.status("Finished", &everything);
        return;
    }
    let verb = if report.dry_run {
        "would move"
    } else {
        "moved"
    };
    let mut parts = vec![format!("{} {verb}", count(report.skills.len(), "skill"))];
    let mut part = |number: usize, what: &str| {
        if number > 0 {
            parts.push(format!("{number} {what}"));
        }
    };
    part(report.unchanged, "unchanged");
    part(report.left_alone.len(), "left alone");
    part(report.deleted.len(), "gone upstream");
    part(report.stuck.len(), "stuck");
    part(
        report.failed.iter().map(|failed| failed.skills).sum(),
        "not asked",
    );
    printer.status("Finished", &parts.join(", "));
}
