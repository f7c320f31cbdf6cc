//! Prints merge conflicts.

use crate::hint::Hint;
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
    if let Some(name) = one_name(&names(false)) {
        let marked = format!("update {name} --conflict=markers");
        printer.hint(&Hint::command(marked).then(
            " writes conflict markers to the files; `--conflict=ours` and `--conflict=theirs` choose one side",
        ));
    }
    let unresolved = conflicts.iter().filter(|conflict| conflict.is_unresolved);
    let unresolved: Vec<&str> = unresolved.map(|one| one.name.as_str()).collect();
    if let Some(name) = one_name(&unresolved) {
        printer.hint(&unresolved_hint(name));
    }
    if let (Some(name), false) = (one_name(&names(true)), dry_run) {
        let kept = format!("keep {name}");
        printer.hint(
            &Hint::text("resolve the conflict markers and check the other files, which are unchanged; then run ")
                .then_command(kept),
        );
    }
}

/// Returns the next step for a skill with conflict markers from before.
pub(super) fn unresolved_hint(name: &str) -> Hint {
    Hint::text("edit the files to resolve the conflict, then run ")
        .then_command(format!("keep {name}"))
}

/// Prints the first lines of the conflicts of a file.
fn print_hunks(printer: &Printer, hunks: &[String]) {
    let lines = || hunks.iter().flat_map(|hunk| hunk.lines());
    for line in lines().take(MAX_LINES) {
        printer.item(&format!("  {line}"));
    }
    let hidden = lines().count().saturating_sub(MAX_LINES);
    if hidden > 0 {
        let more = count(hidden, "more line");
        printer.item(&format!("  … {more}; `--json` prints all"));
    }
}

/// Returns the name for a command that applies to all: the only name, or a placeholder.
pub(super) fn one_name<'n>(names: &[&'n str]) -> Option<&'n str> {
    match names {
        [] => None,
        [only] => Some(only),
        _ => Some("NAME"),
    }
}
