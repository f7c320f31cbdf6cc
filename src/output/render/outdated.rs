//! Prints the report of `outdated`.

use super::change_details::{lines, meaning};
use super::update::print_not_updated;
use crate::diff::SkillDiff;
use crate::operations::report::{Change, Revision};
use crate::operations::update;
use crate::output::printer::Printer;
use crate::output::table::Table;
use crate::output::text::{self, short};

/// Prints the available updates as a table.
pub(crate) fn outdated(printer: &Printer, report: &update::Report) {
    if !report.versions.is_empty() {
        let mut table = Table::new(&[
            "NAME", "CURRENT", "WANTED", "LATEST", "CHANGES", "REF", "SOURCE",
        ]);
        for row in &report.versions {
            let wanted = row.wanted.as_ref().map_or("", version);
            table.row(&[
                &row.name,
                version(&row.current),
                wanted,
                row.latest.as_deref().unwrap_or(""),
                &changes(report, &row.name),
                row.git_ref.as_deref().map_or("", short),
                text::source(&row.source),
            ]);
        }
        table.drop_empty_columns();
        printer.table(&table);
    }
    for change in report.skills.iter().filter(|change| has_details(change)) {
        printer.note("Note", &change.name);
        for note in &change.notes {
            printer.note("", note);
        }
        meaning(printer, change, false);
    }
    print_not_updated(printer, report);
}

fn version(revision: &Revision) -> &str {
    text::version(revision.version.as_deref(), revision.commit.as_deref())
}

/// Returns the number of changed lines, or why a skill is not updated.
fn changes(report: &update::Report, name: &str) -> String {
    if report
        .conflicts
        .iter()
        .any(|conflict| conflict.name == name)
    {
        return "conflict".to_owned();
    } else if report.deleted.iter().any(|deleted| deleted.name == name) {
        return "gone upstream".to_owned();
    } else if report.refused.iter().any(|refused| refused.name == name) {
        return "refused".to_owned();
    } else if report.left_alone.iter().any(|left| left.name == name) {
        return "not changed".to_owned();
    } else if report.stuck.iter().any(|stuck| stuck.name == name) {
        return "blocked".to_owned();
    }
    let change = report.skills.iter().find(|change| change.name == name);
    let diff = change.and_then(|change| change.diff.as_ref());
    diff.map(lines).unwrap_or_default()
}

/// Whether a change has details that do not fit into a row.
fn has_details(change: &Change) -> bool {
    let has_news = |diff: &SkillDiff| {
        !diff.gained.is_empty() || !diff.changed_scripts.is_empty() || diff.description.is_some()
    };
    !change.notes.is_empty()
        || !change.edited.is_empty()
        || change.diff.as_ref().is_some_and(has_news)
}
