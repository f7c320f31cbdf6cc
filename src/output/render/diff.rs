//! Prints the report of `diff`.

use unicode_width::UnicodeWidthStr;

use super::join_names;
use super::update::print_not_updated;
use crate::diff::{FileDiff, SkillDiff};
use crate::hint::{Hint, mdskill};
use crate::operations::report::NextStep;
use crate::operations::{self, update};
use crate::output::printer::Printer;
use crate::output::sanitize;
use crate::output::text::count;

/// The form of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DiffForm {
    /// All lines, in git's format.
    Lines,
    /// The number of changed lines of each file.
    Stat,
    /// The paths.
    Names,
}

/// Prints the changes of `update`.
pub(crate) fn diff(printer: &Printer, report: &update::Report, form: DiffForm) {
    if form == DiffForm::Lines {
        let all: String = report.differences.values().map(String::as_str).collect();
        printer.diff(&all);
    } else {
        let changed = report.skills.iter().filter_map(|change| {
            let place = change.places.first()?;
            Some((place.as_str(), change.diff.as_ref()?))
        });
        files(printer, changed, form);
    }
    print_not_updated(printer, report);
}

/// Prints the files of each folder that differ, as `git diff --stat` and `--name-only` do.
fn files<'a>(
    printer: &Printer,
    changed: impl Iterator<Item = (&'a str, &'a SkillDiff)>,
    form: DiffForm,
) {
    let of_folder = |(place, diff): (&'a str, &'a SkillDiff)| {
        let files = diff.files.iter();
        files.map(move |file| (format!("{place}/{}", file.path), file))
    };
    let files: Vec<(String, &FileDiff)> = changed.flat_map(of_folder).collect();
    let widest = files.iter().map(|(path, _)| path.width()).max();
    for (path, file) in &files {
        let path = sanitize::line(path);
        let space = " ".repeat(widest.unwrap_or_default().saturating_sub(path.width()));
        printer.data(&match (form, file.added, file.removed) {
            (DiffForm::Names, ..) => path,
            (_, Some(added), Some(removed)) => format!("{path}{space} | +{added} -{removed}"),
            _ => format!("{path}{space} | binary"),
        });
    }
}

/// Prints local edits.
pub(crate) fn local_diff(printer: &Printer, report: &operations::diff::Report, form: DiffForm) {
    if form == DiffForm::Lines {
        let unified = report.skills.iter().map(|skill| skill.unified.as_str());
        printer.diff(&unified.collect::<String>());
    } else {
        let edited = report.skills.iter();
        files(
            printer,
            edited.map(|skill| (skill.place.as_str(), &skill.diff)),
            form,
        );
    }
    let mut open: Vec<&str> = report
        .skills
        .iter()
        .filter(|skill| !skill.is_kept)
        .map(|skill| skill.name.as_str())
        .collect();
    open.dedup();
    for left in &report.not_compared {
        printer.warn(&format!("{} was not compared: {}", left.place, left.reason));
        if let Some(NextStep::Hint(hint)) = &left.next {
            printer.hint(hint);
        }
    }
    match (report.skills.len(), open.is_empty()) {
        (0, _) => printer.status("Found", "no local edits"),
        (_, false) => {
            let (names, others) = join_names(&open);
            printer.hint(
                &Hint::command(mdskill("keep").words(names))
                    .then(" accepts the edits, ")
                    .then_command(mdskill("install").words(names).then("--force"))
                    .then(" discards them")
                    .then(others),
            );
        }
        (edited, true) => {
            printer.status(
                "Found",
                &format!("{} with edits that are kept", count(edited, "folder")),
            );
        }
    }
}
