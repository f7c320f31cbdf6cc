//! Prints what a new version of a skill changes.

use super::capabilities::{by_kind, print_kind};
use crate::diff::{FileChange, FileDiff, SkillDiff};
use crate::fetch::history::Lineage;
use crate::operations::report::Change;
use crate::output::printer::Printer;
use crate::output::text::{changed_lines, count};

/// Prints the changes of a new version below the line of the skill.
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
        printer.note("", "description changed");
    }
    for of_kind in by_kind(&diff.gained) {
        print_kind(printer, "new ", of_kind);
    }
    if !diff.changed_scripts.is_empty() {
        let scripts = diff.changed_scripts.join(", ");
        printer.note("", &format!("changed scripts: {scripts}"));
    }
    if !change.edited.is_empty() {
        let files = change.edited.join(", ");
        printer.note("", &format!("kept your edits in {files}"));
    }
}

/// Returns the size of a change: `2 files, +10 -3; 4 commits upstream`.
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

/// Returns the numbers of added and removed lines: `+10 -3`.
pub(super) fn lines(diff: &SkillDiff) -> String {
    let (added, removed) = changed_lines(diff);
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
        _ => "  (binary)".to_owned(),
    };
    let mode = match file.executable {
        Some(true) => "  now executable",
        Some(false) => "  no longer executable",
        None => "",
    };
    format!("{letter} {from}{}{lines}{mode}", file.path)
}
