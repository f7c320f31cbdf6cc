//! What `update` did or would do.

use std::collections::BTreeSet;

use super::edits::{lines, meaning, print_conflicts};
use super::{
    findings, git_ref, print_change, print_left_alone, print_problems, print_trashed, refused,
    short,
};
use crate::diff::SkillDiff;
use crate::hint::HasHint;
use crate::ops::change::{Action, Change, Conflicted, Newer};
use crate::ops::update;
use crate::ui::phrase::{self, count};
use crate::ui::printer::Printer;
use crate::ui::table::Table;

/// Prints what `update` would do, as a table.
pub fn outdated(printer: &Printer, report: &update::Report) {
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
        printer.table(&table.lines(printer.width()));
    }
    for change in report.skills.iter().filter(|change| is_telling(change)) {
        printer.status("Would move", &change.name);
        for note in &change.notes {
            printer.note("", note);
        }
        meaning(printer, change, false);
    }
    print_what_stays(printer, report);
}

/// Returns what `outdated` has in its table, with the newest version beside what a ref gives.
fn rows(report: &update::Report) -> Vec<[String; 7]> {
    let newer = |name: &str| report.newer.iter().find(|newer| newer.name == name);
    let moved = report.skills.iter().map(|change| {
        let newer = newer(&change.name);
        [
            change.name.clone(),
            short(change.from.as_ref()).to_owned(),
            match newer {
                Some(newer) => newer.compatible.clone(),
                None => short(change.commit.as_ref()).to_owned(),
            },
            newer.map(|newer| newer.newest.clone()).unwrap_or_default(),
            change.diff.as_ref().map(lines).unwrap_or_default(),
            change.git_ref.as_deref().map_or("", git_ref).to_owned(),
            phrase::source(&change.source).to_owned(),
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
            phrase::source(&newer.source).to_owned(),
        ]
    });
    let in_conflict = report.conflicts.iter().map(|conflict| {
        let new = short(conflict.commit.as_ref());
        [&conflict.name, "", new, "", "conflict", "", ""].map(str::to_owned)
    });
    let mut rows: Vec<[String; 7]> = moved.chain(stays).chain(in_conflict).collect();
    rows.sort();
    rows
}

/// Whether there is more to say than fits into a row.
fn is_telling(change: &Change) -> bool {
    let has_news = |diff: &SkillDiff| {
        !diff.gained.is_empty() || !diff.changed_scripts.is_empty() || diff.description.is_some()
    };
    !change.notes.is_empty()
        || !change.edited.is_empty()
        || change.diff.as_ref().is_some_and(has_news)
}

/// Prints what `update` did.
pub fn update(printer: &Printer, report: &update::Report) {
    for change in &report.skills {
        print_change(printer, change, report.dry_run);
        meaning(printer, change, report.dry_run);
    }
    print_what_stays(printer, report);
}

/// Prints what `update` would change, as git writes it.
pub fn diff(printer: &Printer, report: &update::Report) {
    let all: String = report.differences.values().map(String::as_str).collect();
    printer.diff(&all);
    print_what_stays(printer, report);
}

/// What did not move, and the sum of it all.
fn print_what_stays(printer: &Printer, report: &update::Report) {
    print_trashed(printer, &report.trashed);
    let moved: BTreeSet<&String> = report
        .skills
        .iter()
        .flat_map(|moved| &moved.places)
        .collect();
    let told = report.diagnostics.iter();
    findings(printer, told.filter(|found| moved.contains(&found.skill)));
    for problem in &report.deleted {
        printer.warn(&format!("`{}`: {}", problem.name, problem.reason));
    }
    print_problems(printer, &report.stuck);
    refused(printer, &report.refused);
    print_left_alone(printer, &report.left_alone);
    print_conflicts(printer, &report.conflicts, report.dry_run);
    for failed in &report.failed {
        printer.error(&format!(
            "{} ({}) was not asked: {}",
            failed.place,
            count(failed.skills, "skill"),
            failed.error
        ));
        if let Some(hint) = failed.error.hint() {
            printer.hint(&hint);
        }
    }
    let is_quiet = report.skills.is_empty()
        && report.left_alone.is_empty()
        && report.conflicts.is_empty()
        && report.refused.is_empty()
        && report.deleted.is_empty()
        && report.stuck.is_empty()
        && report.failed.is_empty();
    if is_quiet {
        let everything = format!(
            "everything is up to date ({})",
            count(report.unchanged, "skill")
        );
        printer.status("Finished", &everything);
        return;
    }
    let is_marked = |conflict: &&Conflicted| conflict.is_marked;
    let marked = report.conflicts.iter().filter(is_marked).count();
    let is_relocked = |change: &&Change| change.action == Action::Relocked;
    let relocked = report.skills.iter().filter(is_relocked).count();
    let verb = if report.dry_run {
        "would move"
    } else {
        "moved"
    };
    let to_resolve = match marked {
        0 => String::new(),
        marked => format!(" ({marked} to be resolved)"),
    };
    let moved = report.skills.len() - relocked;
    let mut parts = vec![format!("{} {verb}{to_resolve}", count(moved, "skill"))];
    let mut part = |number: usize, what: &str| {
        if number > 0 {
            parts.push(format!("{number} {what}"));
        }
    };
    part(relocked, "relocked");
    part(report.unchanged, "unchanged");
    part(report.conflicts.len() - marked, "in conflict");
    let refused: BTreeSet<&String> = report.refused.iter().map(|refusal| &refusal.name).collect();
    part(refused.len(), "refused");
    // A skill may have several folders.
    let left_alone: BTreeSet<&String> = report.left_alone.iter().map(|left| &left.name).collect();
    part(left_alone.len(), "left alone");
    part(report.deleted.len(), "gone upstream");
    part(report.stuck.len(), "stuck");
    part(
        report.failed.iter().map(|failed| failed.skills).sum(),
        "not asked",
    );
    printer.status("Finished", &parts.join(", "));
}
