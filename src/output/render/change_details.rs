//! Prints what a new version of a skill changes.

use super::capabilities::{by_kind, kind_line};
use crate::diff::{FileChange, FileDiff, SkillDiff};
use crate::fetch::history::Lineage;
use crate::operations::report::Change;
use crate::output::printer::Printer;
use crate::output::text::{changed_lines, count};

/// A line about a new version.
pub(super) struct Detail {
    pub(super) text: String,
    /// Whether it has the color of warnings.
    pub(super) is_alert: bool,
}

/// Prints the changes of a new version below the line of the skill.
pub(super) fn meaning(printer: &Printer, change: &Change, with_files: bool) {
    for detail in details(change, with_files) {
        if detail.is_alert {
            printer.alert(&detail.text);
        } else {
            printer.note("", &detail.text);
        }
    }
}

/// Returns the changes of a new version.
pub(super) fn details(change: &Change, with_files: bool) -> Vec<Detail> {
    let Some(diff) = &change.diff else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    if with_files {
        let size = size(diff, change.lineage.as_ref());
        lines.extend(Some(size).filter(|size| !size.is_empty()));
        let files = diff.files.iter();
        lines.extend(files.map(|file| format!("  {}", file_line(file))));
    }
    if diff.description.is_some() {
        lines.push("description changed".to_owned());
    }
    let mut details: Vec<Detail> = lines.into_iter().map(Detail::from).collect();
    details.extend(by_kind(&diff.gained).map(|of_kind| Detail {
        text: kind_line("new ", of_kind),
        is_alert: of_kind[0].kind.is_severe(),
    }));
    if !diff.changed_scripts.is_empty() {
        let scripts = diff.changed_scripts.join(", ");
        details.push(format!("changed scripts: {scripts}").into());
    }
    if !change.edited.is_empty() {
        let files = change.edited.join(", ");
        details.push(format!("kept your edits in {files}").into());
    }
    details
}

impl From<String> for Detail {
    fn from(text: String) -> Self {
        Self {
            text,
            is_alert: false,
        }
    }
}

/// Returns the size of a change: `2 files, +10 -3; 4 commits in the repository`.
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
            parts.push(format!(
                "{} in the repository",
                count(commits.len(), "commit")
            ));
        }
        Some(Lineage::Far) => parts.push("many commits in the repository".to_owned()),
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
