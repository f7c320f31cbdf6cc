//! Prints the report of `add`.

use super::change::{print_change, print_left_alone, print_problems, print_trashed};
use super::installed_findings::findings;
use super::refused;
use crate::hint::{Hint, for_shell};
use crate::operations::add;
use crate::operations::report::{Action, Change};
use crate::output::printer::Printer;
use crate::output::text::{count, totals};

/// Maximum number of skills in a hint.
const MAX_SIBLINGS: usize = 10;

pub(crate) fn add(printer: &Printer, report: &add::Report) {
    for change in &report.skills {
        print_change(printer, change, report.dry_run);
    }
    print_trashed(printer, &report.trashed);
    let stopped: Vec<&String> = report.stopped.iter().map(|one| &one.place).collect();
    let found = report.diagnostics.iter();
    findings(
        printer,
        found.filter(|found| !stopped.contains(&&found.skill)),
        &report.skills,
        report.dry_run,
    );
    for stopped in &report.stopped {
        let why = if stopped.is_unloadable {
            "no client can load it"
        } else {
            "it has errors"
        };
        printer.error(&format!("`{}` was not added: {why}", stopped.name));
        for reason in &stopped.reasons {
            printer.item(reason);
        }
    }
    if !report.stopped.is_empty() {
        printer.hint(&Hint::text(
            "use `--allow CODE` to install it anyway; consider reporting it to the author",
        ));
    }
    print_problems(printer, &report.left_out);
    print_left_alone(printer, &report.left_alone, None);
    refused(printer, &report.refused);
    if !report.left_alone.is_empty() || report.is_refused {
        printer.error("nothing was changed");
        return;
    }
    let kept = |change: &&Change| change.action == Action::Unchanged;
    let kept = report.skills.iter().filter(kept).count();
    if report.skills.len() > 1 {
        let mut parts = vec![count(report.skills.len() - kept, "skill")];
        parts.extend(totals([(kept, "unchanged")]));
        printer.status("Finished", &parts.join(", "));
    }
    let is_complete =
        report.refused.is_empty() && report.stopped.is_empty() && report.left_out.is_empty();
    if is_complete && !report.siblings.is_empty() {
        printer.hint(&siblings(&report.siblings));
    }
}

/// Returns the hint to add the skills that are linked to.
fn siblings(siblings: &[add::Sibling]) -> Hint {
    let specs = siblings.iter().take(MAX_SIBLINGS);
    let specs: Vec<_> = specs.map(|sibling| for_shell(&sibling.spec)).collect();
    let (missing, adds) = match siblings {
        [only] => (
            format!(
                "{} links to {}, which is not installed; ",
                only.linked_from.join(", "),
                only.name
            ),
            " adds it",
        ),
        several => (
            format!("{} linked skills are not installed; ", several.len()),
            if several.len() > MAX_SIBLINGS {
                " adds the first of them"
            } else {
                " adds them"
            },
        ),
    };
    Hint::text(missing)
        .then_command(format!("add {}", specs.join(" ")))
        .then(adds)
}
