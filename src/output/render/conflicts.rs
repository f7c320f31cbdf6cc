//! Prints merge conflicts.

use super::join_names;
use crate::hint::{Hint, mdskill};
use crate::operations::report::Conflicted;
use crate::output::printer::Printer;
use crate::output::text::count;

/// Maximum number of lines that are printed for the conflicts of a file.
const MAX_LINES: usize = 40;

/// Prints the conflicts, and how to resolve them.
pub(super) fn print_conflicts(printer: &Printer, conflicts: &[Conflicted], dry_run: bool) {
    for conflict in conflicts {
        let sentence = match (conflict.is_marked, dry_run) {
            _ if conflict.is_unresolved => "an earlier conflict is not resolved",
            (true, false) => "the conflicts are marked in the files",
            (true, true) => "the conflicts would be marked in the files",
            (false, _) => "your edits conflict with the new version",
        };
        printer.error(&format!("{}: {sentence}", conflict.place));
        for file in &conflict.files {
            printer.item(&format!("{}: {}", file.path, file.kind));
            print_hunks(printer, &file.hunks);
        }
    }
    let names = |is_marked: bool| -> Vec<&str> {
        let of_kind = conflicts
            .iter()
            .filter(|conflict| !conflict.is_unresolved && conflict.is_marked == is_marked);
        of_kind.map(|conflict| conflict.name.as_str()).collect()
    };
    let stopped = names(false);
    if !stopped.is_empty() {
        let (names, others) = join_names(&stopped);
        printer.hint(
            &Hint::command(mdskill("update").words(names).then("--conflict=markers"))
                .then(" writes conflict markers to the files; ")
                .then("`--conflict=ours` keeps your lines, and `--conflict=theirs` takes the new ones")
                .then(others),
        );
    }
    let unresolved = conflicts.iter().filter(|conflict| conflict.is_unresolved);
    let unresolved: Vec<&str> = unresolved.map(|one| one.name.as_str()).collect();
    if !unresolved.is_empty() {
        printer.hint(&unresolved_hint(&unresolved));
    }
    let marked = names(true);
    if !marked.is_empty() && !dry_run {
        let (names, others) = join_names(&marked);
        printer.hint(
            &Hint::text(
                "resolve the conflict markers and check the other changed files; then run ",
            )
            .then_command(mdskill("keep").words(names))
            .then(others),
        );
    }
}

/// Returns the next step for a skill with conflict markers from before.
pub(super) fn unresolved_hint(names: &[&str]) -> Hint {
    let (names, others) = join_names(names);
    Hint::text("edit the files to resolve the conflict, then run ")
        .then_command(mdskill("keep").words(names))
        .then(others)
}

/// Prints the first lines of the conflicts of a file.
fn print_hunks(printer: &Printer, hunks: &[String]) {
    let lines = || hunks.iter().flat_map(|hunk| hunk.lines());
    for line in lines().take(MAX_LINES) {
        printer.hunk_line(line);
    }
    let hidden = lines().count().saturating_sub(MAX_LINES);
    if hidden > 0 {
        let more = count(hidden, "more line");
        printer.item(&format!("  … {more}; `--json` prints all"));
    }
}
