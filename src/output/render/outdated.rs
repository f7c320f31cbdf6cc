//! Prints the report of `outdated`.

use super::change_details::{lines, meaning};
use super::update::print_not_updated;
use crate::diff::SkillDiff;
use crate::operations::report::{Change, Newer};
use crate::operations::update;
use crate::output::printer::Printer;
use crate::output::table::Table;
use crate::output::text::{self, short};

/// Prints the available updates as a table.
pub(crate) fn outdated(printer: &Printer, report: &update::Report) {
    let rows = rows(report);
    if !rows.is_empty() {
        let mut table = Table::new(&[
            "NAME",
            "INSTALLED",
            "NEW",
            "NEWEST",
            "CHANGES",
            "REF",
            "SOURCE",
        ]);
        for row in &rows {
            table.row(&row.each_ref().map(String::as_str));
        }
        table.drop_empty_columns();
        printer.table(&table);
    }
    for change in report.skills.iter().filter(|change| has_details(change)) {
        printer.status("Would update", &change.name);
        for note in &change.notes {
            printer.note("", note);
        }
        meaning(printer, change, false);
    }
    print_not_updated(printer, report);
}

/// Returns the rows of the table: the new version that the ref gives, and the newest version.
fn rows(report: &update::Report) -> Vec<[String; 7]> {
    let newer = |name: &str| report.newer.iter().find(|newer| newer.name == name);
    let moved = report.skills.iter().map(|change| {
        let newer = newer(&change.name);
        [
            change.name.clone(),
            change.from.as_deref().map_or("", short).to_owned(),
            match newer {
                Some(newer) => newer.compatible.clone(),
                None => change.commit.as_deref().map_or("", short).to_owned(),
            },
            newer.map(|newer| newer.newest.clone()).unwrap_or_default(),
            change.diff.as_ref().map(lines).unwrap_or_default(),
            change.git_ref.as_deref().map_or("", short).to_owned(),
            text::source(&change.source).to_owned(),
        ]
    });
    let is_moved = |newer: &&Newer| report.skills.iter().any(|moved| moved.name == newer.name);
    let stays = report.newer.iter().filter(|newer| !is_moved(newer));
    let stays = stays.map(|newer| {
        [
            newer.name.clone(),
            newer.compatible.clone(),
            String::new(),
            newer.newest.clone(),
            String::new(),
            newer.git_ref.clone(),
            text::source(&newer.source).to_owned(),
        ]
    });
    let in_conflict = report.conflicts.iter().map(|conflict| {
        let new = conflict.commit.as_deref().map_or("", short);
        [&conflict.name, "", new, "", "conflict", "", ""].map(str::to_owned)
    });
    let mut rows: Vec<[String; 7]> = moved.chain(stays).chain(in_conflict).collect();
    rows.sort();
    rows
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
