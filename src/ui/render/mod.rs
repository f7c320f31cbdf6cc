//! Reports for people.

mod add;
mod edits;
mod import;
mod inspect;
mod lock;
mod policy;
mod update;

use std::collections::BTreeSet;

use super::phrase::{self, count};
use super::printer::Printer;
use crate::fetch::history::Lineage;
use crate::ops::change::{Action, Change, LeftAlone, Problem};
use crate::ops::findings::Found;
use crate::ops::{install, remove};
use mdskill_lint::diagnostic::Severity;

pub use add::{add, siblings};
pub use edits::{keep, local_diff};
pub use import::import;
pub use inspect::{browse, cache, list, show, verify};
pub use lock::lock;
pub use policy::{policy, refused};
pub use update::{diff, outdated, update};

/// Digits of a commit that people look at.
const SHORT: usize = 7;
/// Most errors of what is installed that are shown one by one.
const MAX_ERRORS: usize = 20;

fn short(commit: Option<&String>) -> &str {
    commit.map_or("", |commit| commit.get(..SHORT).unwrap_or(commit))
}

/// `owner/repo@abc1234`, as people know a source.
fn origin(change: &Change) -> String {
    let source = phrase::source(&change.source);
    match change.commit {
        Some(_) => format!("{source}@{}", short(change.commit.as_ref())),
        None => source.to_owned(),
    }
}

fn print_change(printer: &Printer, change: &Change, dry_run: bool) {
    let moved = change
        .from
        .as_ref()
        .map(|from| format!("{} -> ", short(Some(from))))
        .unwrap_or_default();
    let places = change.places.join(", ");
    let changed = change.diff.as_ref().filter(|diff| !diff.files.is_empty());
    let lines = changed.map_or_else(String::new, |diff| format!("  {}", edits::lines(diff)));
    let name = &change.name;
    let sentence = match change.action {
        Action::Updated | Action::Relocked => format!(
            "{name}  {}  {moved}{}{lines}",
            phrase::source(&change.source),
            short(change.commit.as_ref())
        ),
        Action::Removed => format!("{name}  from {places}"),
        _ => format!("{name}  {}  {places}", origin(change)),
    };
    let is_back = matches!(change.lineage, Some(Lineage::Back));
    let verb = match (change.action, dry_run) {
        (Action::Updated, false) if is_back => "Set back",
        (Action::Added, false) => "Added",
        (Action::Added, true) => "Would add",
        (Action::Updated, false) => "Updated",
        (Action::Updated | Action::Relocked, true) => "Would move",
        (Action::Relocked, false) => "Relocked",
        (Action::Restored, false) => "Installed",
        (Action::Restored, true) => "Would put",
        (Action::Removed, _) => "Removed",
        (Action::Unchanged, _) => "Unchanged",
    };
    match change.action {
        Action::Unchanged => printer.note(verb, &sentence),
        _ => printer.status(verb, &sentence),
    }
    for note in &change.notes {
        printer.note("", note);
    }
}

fn print_trashed(printer: &Printer, trashed: &[String]) {
    for path in trashed {
        printer.note("Trash", &format!("what was there is now in {path}"));
    }
}

fn print_left_alone(printer: &Printer, left_alone: &[LeftAlone]) {
    for left in left_alone {
        printer.error(&format!("{} is left alone: {}", left.place, left.reason));
        for file in &left.files {
            printer.item(file);
        }
    }
}

fn print_problems(printer: &Printer, problems: &[Problem]) {
    for problem in problems {
        printer.error(&format!("`{}`: {}", problem.name, problem.reason));
    }
}

/// Prints what validating found in what is installed: each error, and how many warnings there are.
fn findings<'a>(printer: &Printer, found: impl Iterator<Item = &'a Found>) {
    let (errors, others): (Vec<_>, Vec<_>) = found.partition(|found| found.is_error());
    for found in errors.iter().take(MAX_ERRORS) {
        let diagnostic = &found.diagnostic;
        printer.warn(&format!(
            "{}:{}: {} [{}]",
            diagnostic.file, diagnostic.start.line, diagnostic.message, diagnostic.code
        ));
    }
    let mut counts = Vec::new();
    let mut skills = BTreeSet::new();
    let mut tally = |number: usize, noun: &str, of: &[&'a Found]| {
        if number > 0 {
            counts.push(count(number, noun));
            skills.extend(of.iter().map(|found| found.skill.as_str()));
        }
    };
    let hidden = errors.get(MAX_ERRORS..).unwrap_or_default();
    tally(hidden.len(), "more error", hidden);
    let is_warning = |found: &&'a Found| found.diagnostic.severity == Severity::Warning;
    let warnings: Vec<_> = others.into_iter().filter(is_warning).collect();
    tally(warnings.len(), "warning", &warnings);
    if counts.is_empty() {
        return;
    }
    let (number, name) = (skills.len(), skills.first().copied().unwrap_or_default());
    let name = if number == 1 { name } else { "NAME" };
    let counts = counts.join(" and ");
    printer.note(
        "Validated",
        &format!(
            "{counts} in {}; {} shows them",
            count(number, "skill"),
            printer.command_line(&format!("validate {name}"))
        ),
    );
}

/// A commit as a ref is long; its first digits say it.
fn git_ref(text: &str) -> &str {
    let is_commit = text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_commit { &text[..SHORT] } else { text }
}

/// Prints what `install` did.
pub fn install(printer: &Printer, report: &install::Report) {
    for change in &report.skills {
        print_change(printer, change, report.dry_run);
    }
    print_trashed(printer, &report.trashed);
    print_left_alone(printer, &report.left_alone);
    refused(printer, &report.refused);
    if !report.left_alone.is_empty() || !report.refused.is_empty() {
        printer.error("nothing was changed");
        return;
    }
    let verb = if report.dry_run {
        "would be installed"
    } else {
        "installed"
    };
    let (done, unchanged) = (report.skills.len(), report.unchanged);
    printer.status("Finished", &format!("{done} {verb}, {unchanged} as locked"));
}

/// Prints what `remove` did.
pub fn remove(printer: &Printer, report: &remove::Report) {
    for change in &report.skills {
        print_change(printer, change, false);
    }
    print_trashed(printer, &report.trashed);
    print_left_alone(printer, &report.left_alone);
    if !report.left_alone.is_empty() {
        printer.error("nothing was changed");
    }
}
