//! What differs: between versions, and between a version and what somebody made of it.

use super::print_left_alone;
use crate::diff::{FileChange, FileDiff, SkillDiff};
use crate::fetch::history::Lineage;
use crate::hint::Hint;
use crate::ops::change::{Change, Conflicted};
use crate::ops::{diff as ops_diff, keep as ops_keep};
use crate::ui::phrase::count;
use crate::ui::printer::Printer;
use mdskill_lint::capability::Capability;

/// Most lines of a file's conflicts that are shown.
const MAX_LINES: usize = 40;
/// Most capabilities of one kind that are told one by one.
const MAX_GAINED: usize = 8;

/// Says below a skill's line what its new version changes, and what it means.
pub(super) fn meaning(printer: &Printer, change: &Change, with_files: bool) {
    let Some(diff) = &change.diff else {
        return;
    };
    if with_files {
        let size = size(diff, change.lineage.as_ref());
        if !size.is_empty() {
            printer.note("", &size);
        }
        for file in &diff.files {
            printer.note("", &format!("  {}", file_line(file)));
        }
    }
    if diff.description.is_some() {
        printer.note("", "its description has changed");
    }
    for of_kind in diff.gained.chunk_by(|one, other| one.kind == other.kind) {
        printer.note("", &format!("new {}: {}", of_kind[0].kind, listed(of_kind)));
    }
    if !diff.changed_scripts.is_empty() {
        let scripts = diff.changed_scripts.join(", ");
        printer.note("", &format!("changed scripts: {scripts}"));
    }
    if !change.edited.is_empty() {
        let files = change.edited.join(", ");
        printer.note("", &format!("your edits are kept in {files}"));
    }
}

/// Returns how much changes: `2 files, +10 -3; 4 commits upstream`.
#[must_use]
pub(super) fn size(diff: &SkillDiff, lineage: Option<&Lineage>) -> String {
    let mut parts = Vec::new();
    if !diff.files.is_empty() {
        parts.push(format!(
            "{}, {}",
            count(diff.files.len(), "file"),
            lines(diff)
        ));
    }
    match lineage {
        Some(Lineage::Forward { commits }) => {
            parts.push(format!("{} upstream", count(commits.len(), "commit")));
        }
        Some(Lineage::Far) => parts.push("many commits upstream".to_owned()),
        Some(Lineage::Back | Lineage::Rewritten) | None => {}
    }
    parts.join("; ")
}

/// Returns the lines that are new and gone: `+10 -3`.
#[must_use]
pub(super) fn lines(diff: &SkillDiff) -> String {
    let added: usize = diff.files.iter().filter_map(|file| file.added).sum();
    let removed: usize = diff.files.iter().filter_map(|file| file.removed).sum();
    format!("+{added} -{removed}")
}

fn file_line(file: &FileDiff) -> String {
    let letter = match file.change {
        FileChange::Added => 'A',
        FileChange::Changed => 'M',
        FileChange::Renamed => 'R',
        FileChange::Removed => 'D',
    };
    let from = file.from.as_ref();
    let from = from.map_or_else(String::new, |from| format!("{from} -> "));
    let lines = match (file.added, file.removed) {
        (Some(added), Some(removed)) => format!("  +{added} -{removed}"),
        _ => "  (no text)".to_owned(),
    };
    let mode = match file.executable {
        Some(true) => "  now executable",
        Some(false) => "  no longer executable",
        None => "",
    };
    format!("{letter} {from}{}{lines}{mode}", file.path)
}

/// Returns capabilities of one kind, each with where it is seen.
fn listed(capabilities: &[Capability]) -> String {
    let shown = capabilities.iter().take(MAX_GAINED).map(|one| {
        let place = match one.line {
            Some(line) => format!("{}:{line}", one.file),
            None => one.file.clone(),
        };
        if one.what == one.file {
            one.what.clone()
        } else {
            format!("{} ({place})", one.what)
        }
    });
    let mut shown: Vec<String> = shown.collect();
    if let Some(more) = capabilities
        .len()
        .checked_sub(MAX_GAINED)
        .filter(|more| *more > 0)
    {
        shown.push(format!("and {more} more, which --json lists"));
    }
    shown.join(", ")
}

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
fn one_name<'n>(names: &[&'n str]) -> Option<&'n str> {
    match names {
        [] => None,
        [only] => Some(only),
        _ => Some("NAME"),
    }
}

/// Prints what was edited, as git writes it.
pub fn local_diff(printer: &Printer, report: &ops_diff::Report) {
    let unified = report.skills.iter().map(|skill| skill.unified.as_str());
    printer.diff(&unified.collect::<String>());
    let mut open: Vec<&str> = report
        .skills
        .iter()
        .filter(|skill| !skill.is_kept)
        .map(|skill| skill.name.as_str())
        .collect();
    open.dedup();
    for left in &report.not_compared {
        printer.warn(&format!("{} was not compared: {}", left.place, left.reason));
    }
    match (report.skills.len(), one_name(&open)) {
        (0, _) => printer.status("Finished", "nothing is edited"),
        (_, Some(name)) => printer.hint(
            &Hint::command(format!("keep {name}"))
                .then(" records the edits, ")
                .then_command(format!("install {name} --force"))
                .then(" removes all of them"),
        ),
        (edited, None) => {
            printer.status(
                "Finished",
                &format!("{} edited and kept", count(edited, "folder")),
            );
        }
    }
}

/// Prints what `keep` recorded.
pub fn keep(printer: &Printer, report: &ops_keep::Report) {
    for kept in &report.kept {
        printer.status(
            "Kept",
            &format!("{}  {}", kept.name, kept.places.join(", ")),
        );
        for file in &kept.files {
            printer.note("", file);
        }
    }
    for name in &report.unedited {
        printer.note("Unedited", &format!("{name}  there is nothing to keep"));
    }
    print_left_alone(printer, &report.left_alone);
    if !report.left_alone.is_empty() {
        printer.error("nothing was recorded");
    }
}
