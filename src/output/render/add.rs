//! Prints the report of `add`.

use super::change::{print_change, print_left_alone, print_problems, print_trashed};
use super::installed_findings::findings;
use super::refused;
use crate::hint::Hint;
use crate::operations::add;
use crate::operations::findings::Found;
use crate::operations::report::Action;
use crate::output::printer::Printer;
use crate::output::sanitize;
use crate::output::text::count;

/// Maximum number of skills in a hint.
const MAX_SIBLINGS: usize = 10;

/// Prints the result of `add`.
pub fn add(printer: &Printer, report: &add::Report) {
    for change in &report.skills {
        print_change(printer, change, report.dry_run);
    }
    print_trashed(printer, &report.trashed);
    let is_stopped = |found: &Found| {
        report
            .stopped
            .iter()
            .any(|stopped| stopped.place == found.skill)
    };
    let told = report.diagnostics.iter();
    findings(printer, told.filter(|found| !is_stopped(found)));
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
    print_left_alone(printer, &report.left_alone);
    refused(printer, &report.refused);
    if !report.left_alone.is_empty() || report.is_refused {
        printer.error("nothing was changed");
        return;
    }
    let done = report
        .skills
        .iter()
        .filter(|change| change.action != Action::Unchanged)
        .count();
    if report.skills.len() > 1 {
        let kept = report.skills.len() - done;
        let tail = if kept > 0 {
            format!(", {kept} unchanged")
        } else {
            String::new()
        };
        printer.status("Finished", &format!("{}{tail}", count(done, "skill")));
    }
}

/// Returns the hint to add the skills that are linked to.
#[must_use]
pub fn siblings(siblings: &[add::Sibling]) -> Hint {
    let specs = siblings.iter().take(MAX_SIBLINGS);
    let specs: Vec<_> = specs
        .map(|sibling| sanitize::for_shell(&sibling.spec))
        .collect();
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
