//! Prints the report of `update`.

use std::collections::BTreeSet;

use super::change::{print_change, print_left_alone, print_problems, print_trashed};
use super::change_details::meaning;
use super::conflicts::print_conflicts;
use super::installed_findings::findings;
use super::refused;
use crate::hint::HasHint;
use crate::operations::report::Action;
use crate::operations::update;
use crate::output::printer::Printer;
use crate::output::text::{count, not_updated, totals};

pub(crate) fn update(printer: &Printer, report: &update::Report) {
    for change in &report.skills {
        print_change(printer, change, report.dry_run);
        meaning(printer, change, report.dry_run);
    }
    print_not_updated(printer, report);
}

/// Prints the skills that were not updated, and the totals.
pub(super) fn print_not_updated(printer: &Printer, report: &update::Report) {
    print_trashed(printer, &report.trashed);
    let moved = report.skills.iter().flat_map(|moved| &moved.places);
    let moved: BTreeSet<&String> = moved.collect();
    let found = report.diagnostics.iter();
    findings(
        printer,
        found.filter(|found| moved.contains(&found.skill)),
        report.skills.iter(),
        report.dry_run,
    );
    for problem in &report.deleted {
        printer.warn(&format!("`{}`: {}", problem.name, problem.reason));
    }
    print_problems(printer, &report.stuck);
    refused(printer, &report.refused);
    print_left_alone(printer, &report.left_alone, Some("update"));
    print_conflicts(printer, &report.conflicts, report.dry_run);
    for failed in &report.failed {
        printer.error(&format!(
            "{} ({}) could not be checked: {}",
            failed.place,
            count(failed.skills, "skill"),
            failed.error
        ));
        if let Some(hint) = failed.error.hint() {
            printer.hint(&hint);
        }
    }
    if report.is_up_to_date() {
        let skills = count(report.unchanged, "skill");
        printer.status("Finished", &format!("all skills are up to date ({skills})"));
        return;
    }
    let marked = report.conflicts.iter().filter(|one| one.is_marked).count();
    let relocked = report.skills.iter();
    let relocked = relocked.filter(|change| change.action == Action::Relocked);
    let relocked = relocked.count();
    let verb = if report.dry_run {
        "to update"
    } else {
        "updated"
    };
    let to_resolve = match marked {
        0 => String::new(),
        marked => format!(" ({marked} to resolve)"),
    };
    let moved = report.skills.len() - relocked;
    let mut parts = vec![format!("{moved} {verb}{to_resolve}")];
    parts.extend(totals([
        (relocked, "locked without changes"),
        (report.unchanged, "unchanged"),
    ]));
    parts.extend(not_updated(report, report.conflicts.len() - marked));
    printer.status("Finished", &parts.join(", "));
}
