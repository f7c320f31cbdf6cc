//! Prints merge conflicts.

use crate::hint::Hint;
use crate::ops::change::Conflicted;
use crate::ui::printer::Printer;
use crate::ui::text::count;

/// Most lines of a file's conflicts that are shown.
const MAX_LINES: usize = 40;

/// Prints what is in conflict, and the ways out.
pub(super) fn print_conflicts(printer: &Printer, conflicts: &[Conflicted], dry_run: bool) {
    for conflict in conflicts {
        let sentence = match (conflict.is_marked, dry_run) {
            (true, false) => "what is in conflict is marked in its files",
            (true, true) => "what is in conflict would be marked in its files",
            (false, _) => "your edits and the new version are in conflict",
        };
        printer.error(&format!("{}: {sentence}", conflict.place));
        for file in &conflict.files {
            printer.item(&format!("{}: {}", file.path, file.reason));
            print_hunks(printer, &file.hunks);
        }
    }
    let names = |is_marked: bool| -> Vec<&str> {
        let of_kind = conflicts
            .iter()
            .filter(|conflict| conflict.is_marked == is_marked);
        of_kind.map(|conflict| conflict.name.as_str()).collect()
    };
    if let Some(name) = one_name(&names(false)) {
        let marked = format!("update {name} --conflict=markers");
        printer.hint(&Hint::command(marked).then(
            " writes both into the file, to be resolved; --conflict=ours and --conflict=theirs take one side",
        ));
    }
    if let (Some(name), false) = (one_name(&names(true)), dry_run) {
        let kept = format!("keep {name}");
        printer.hint(
            &Hint::text("a text has both versions between markers, other files are as you had them: resolve them, then run ")
                .then_command(kept),
        );
    }
}

/// Prints what is in conflict in a file, as far as somebody reads it in a log.
fn print_hunks(printer: &Printer, hunks: &[String]) {
    let lines = || hunks.iter().flat_map(|hunk| hunk.lines());
    for line in lines().take(MAX_LINES) {
        printer.item(&format!("  {line}"));
    }
    let hidden = lines().count().saturating_sub(MAX_LINES);
    if hidden > 0 {
        let more = count(hidden, "more line");
        printer.item(&format!("  … {more}; --json has them all"));
    }
}

/// Returns the name for a command that is about all of them: theirs, or one to be filled in.
pub(super) fn one_name<'n>(names: &[&'n str]) -> Option<&'n str> {
    match names {
        [] => None,
        [only] => Some(only),
        _ => Some("NAME"),
    }
}
