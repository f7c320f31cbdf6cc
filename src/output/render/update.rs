//! Prints the report of `update`.

use std::collections::{BTreeMap, BTreeSet};

use super::change::{print_change, print_left_alone, print_problems, print_trashed};
use super::change_details::meaning;
use super::conflicts::print_conflicts;
use super::installed_findings::findings;
use super::{join_names, refused};
use crate::hint::{HasHint, Hint, mdskill};
use crate::operations::report::{Action, Gone};
use crate::operations::update::{self, Failed};
use crate::output::exit_status::{ExitStatus, status_of};
use crate::output::printer::Printer;
use crate::output::text::{count, not_updated, totals};

/// The maximum number of sources with one exit code that can't be fetched and whose reasons are printed.
const MAX_FAILED: usize = 10;

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
    print_gone(printer, &report.deleted);
    print_problems(printer, &report.stuck);
    refused(printer, &report.refused);
    print_left_alone(printer, &report.left_alone, Some("update"));
    print_conflicts(printer, &report.conflicts, report.dry_run);
    print_failed(printer, &report.failed);
    print_newer(printer, report);
    if report.is_up_to_date() {
        printer.status("Finished", &up_to_date(report));
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

/// Prints the first sources that can't be fetched, and the number of the others: if a server is down, there
/// may be thousands.
fn print_failed(printer: &Printer, failed: &[Failed]) {
    let mut by_code: BTreeMap<ExitStatus, usize> = BTreeMap::new();
    let (shown, others): (Vec<&Failed>, Vec<&Failed>) = failed.iter().partition(|failed| {
        let number = by_code.entry(status_of(&failed.error)).or_default();
        *number += 1;
        *number <= MAX_FAILED
    });
    for failed in shown {
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
    if !others.is_empty() {
        let skills = others.iter().map(|failed| failed.skills).sum();
        printer.error(&format!(
            "{} ({}) could not be checked either",
            count(others.len(), "more source"),
            count(skills, "skill")
        ));
        let command = Hint::command(mdskill("outdated").then("--json"));
        printer.hint(&command.then(" prints all of them with their reasons"));
    }
}

/// Returns the sentence for skills without updates, which claims no more than was asked.
fn up_to_date(report: &update::Report) -> String {
    let skills = count(report.unchanged, "skill");
    let as_of = report.as_of.as_deref();
    let as_of = as_of.map_or_else(String::new, |time| format!(" as of the last fetch, {time}"));
    if report.newer.is_empty() {
        return format!("all skills are up to date{as_of} ({skills})");
    }
    let newer = count(report.newer.len(), "newer version");
    format!("nothing to update{as_of} ({skills}); {newer} outside of the refs")
}

/// Prints the versions that the refs of skills exclude, and how to get them.
fn print_newer(printer: &Printer, report: &update::Report) {
    for newer in &report.newer {
        let follows = if newer.git_ref == newer.compatible {
            format!("pinned to {}", newer.git_ref)
        } else {
            format!("follows {}", newer.git_ref)
        };
        printer.note(
            "Newer",
            &format!("{}  {follows}; {} is out", newer.name, newer.newest),
        );
    }
    let names: Vec<&str> = report.newer.iter().map(|newer| &*newer.name).collect();
    if !names.is_empty() {
        let (names, others) = join_names(&names);
        printer.hint(
            &Hint::command(mdskill("update").words(names).then("--latest"))
                .then(" updates to the newest version")
                .then(others),
        );
    }
}

/// Prints the skills that are gone upstream, and the commands that end the report.
fn print_gone(printer: &Printer, deleted: &[Gone]) {
    for gone in deleted {
        printer.error(&format!("`{}`: {}", gone.name, gone.reason));
        let remove = mdskill("remove").word(&gone.name);
        let hint = match &gone.successor {
            Some(spec) => Hint::command(mdskill("add").word(spec))
                .then(" and ")
                .then_command(remove)
                .then(" replace it; "),
            None => Hint::command(remove).then(" removes it; "),
        };
        let accept = mdskill("update").word(&gone.name).then("--accept-gone");
        printer.hint(
            &hint
                .then_command(accept)
                .then(" keeps it without another report"),
        );
    }
}
