//! Prints the report of `verify`.

use std::collections::BTreeSet;

use super::conflicts::unresolved_hint;
use super::join_names;
use crate::hint::{CommandLine, Hint, mdskill};
use crate::operations::state::State;
use crate::operations::verify;
use crate::output::printer::Printer;
use crate::output::text::count;

/// The most files in a hint.
const MAX_TRACKED: usize = 5;

pub(crate) fn verify(printer: &Printer, report: &verify::Report) {
    for place in &report.unmanaged {
        printer.warn(&format!("{place} is a skill that is not in mdskill.lock"));
    }
    for drift in &report.drift {
        printer.error(&format!("{} {}", drift.place, drift.problem));
        for file in &drift.files {
            printer.item(file);
        }
        for cause in &drift.causes {
            printer.item(cause);
        }
    }
    if report.drift.is_empty() {
        printer.status("Verified", &count(report.skills, "skill"));
    } else {
        let all = |is: fn(&verify::Drift) -> bool| report.drift.iter().all(is);
        let hint = if all(|drift| drift.is_missing) {
            Hint::command("install").then(" restores the missing files")
        } else if all(|drift| drift.is_leftovers) {
            let tracked = report.drift.iter().flat_map(|drift| &drift.tracked);
            let tracked: Vec<&str> = tracked.map(String::as_str).collect();
            let delete = Hint::text("delete these files");
            if tracked.is_empty() {
                delete
            } else {
                // A line in .gitignore has no effect on a file that git tracks.
                let (shown, more) = tracked.split_at(tracked.len().min(MAX_TRACKED));
                let others = if more.is_empty() {
                    ""
                } else {
                    " (and the others)"
                };
                delete
                    .then(", or keep them out of git: ")
                    .then_command(CommandLine::git("rm --cached").words(shown.iter().copied()))
                    .then(others)
                    .then("; then add them to .gitignore")
            }
        } else if all(|drift| drift.state == State::Conflict) {
            let names: BTreeSet<&str> = report.drift.iter().map(|one| one.name.as_str()).collect();
            let names: Vec<&str> = names.into_iter().collect();
            unresolved_hint(&names)
        } else if all(|drift| !drift.causes.is_empty()) {
            Hint::text("change git's rules as shown; then ")
                .then_command("install --force")
                .then(" restores the files")
        } else {
            let mut names: Vec<&str> = report
                .drift
                .iter()
                .map(|drift| drift.name.as_str())
                .collect();
            names.dedup();
            let (names, others) = join_names(&names);
            Hint::command("diff --local")
                .then(" shows the edits; ")
                .then_command(mdskill("keep").words(names))
                .then(" accepts them, and ")
                .then_command(mdskill("install").words(names).then("--force"))
                .then(" discards them")
                .then(others)
        };
        printer.hint(&hint);
    }
}
