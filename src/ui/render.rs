//! Reports for people.

use std::collections::BTreeSet;

use super::clean;
use super::phrase::{self, count};
use super::printer::Printer;
use super::table::Table;
use crate::diagnostic::Severity;
use crate::ops::change::{Action, Change, LeftAlone, Problem};
use crate::ops::findings::Found;
use crate::ops::{add, browse, cache, install, list, remove, show, update, verify};

/// Digits of a commit that people look at.
const SHORT: usize = 7;
/// Most errors of what is installed that are shown one by one.
const MAX_ERRORS: usize = 20;
/// Most skills that a hint names.
const MAX_SIBLINGS: usize = 10;

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
    let name = &change.name;
    let sentence = match change.action {
        Action::Updated => format!(
            "{name}  {}  {moved}{}",
            phrase::source(&change.source),
            short(change.commit.as_ref())
        ),
        Action::Removed => format!("{name}  from {places}"),
        _ => format!("{name}  {}  {places}", origin(change)),
    };
    let verb = match (change.action, dry_run) {
        (Action::Added, false) => "Added",
        (Action::Added, true) => "Would add",
        (Action::Updated, false) => "Updated",
        (Action::Updated, true) => "Would move",
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

/// Prints what `add` did.
pub fn add(printer: &Printer, report: &add::Report) {
    for change in &report.skills {
        print_change(printer, change, report.dry_run);
    }
    print_trashed(printer, &report.trashed);
    let is_stopped = |found: &Found| {
        report
            .stopped
            .iter()
            .any(|stopped| stopped.place == found.skill)
    };
    let told = report.diagnostics.iter();
    findings(printer, told.filter(|found| !is_stopped(found)));
    for stopped in &report.stopped {
        let why = match stopped.is_unloadable {
            true => "no client would load it",
            false => "it has errors",
        };
        printer.error(&format!("`{}` was not added, for {why}:", stopped.name));
        for reason in &stopped.reasons {
            printer.item(reason);
        }
    }
    if !report.stopped.is_empty() {
        printer.hint("--allow CODE installs it all the same; better tell its author");
    }
    print_problems(printer, &report.left_out);
    print_left_alone(printer, &report.left_alone);
    if !report.left_alone.is_empty() || report.is_refused {
        printer.error("nothing was changed");
        return;
    }
    let done = report
        .skills
        .iter()
        .filter(|change| change.action != Action::Unchanged)
        .count();
    if report.skills.len() > 1 {
        let kept = report.skills.len() - done;
        let tail = if kept > 0 {
            format!(", {kept} unchanged")
        } else {
            String::new()
        };
        printer.status("Finished", &format!("{}{tail}", count(done, "skill")));
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
            "{counts} in {}; `mdskill validate {name}` shows them",
            count(number, "skill")
        ),
    );
}

/// Says how the skills that others link to can be added.
#[must_use]
pub fn siblings(siblings: &[add::Sibling], is_personal: bool) -> String {
    let specs = siblings.iter().take(MAX_SIBLINGS);
    let specs: Vec<_> = specs
        .map(|sibling| clean::for_shell(&sibling.spec))
        .collect();
    let personal = if is_personal { "-g " } else { "" };
    let command = format!("mdskill {personal}add {}", specs.join(" "));
    match siblings {
        [only] => format!(
            "{} links to {}, which is not installed; `{command}` adds it",
            only.linked_from.join(", "),
            only.name
        ),
        several if several.len() > MAX_SIBLINGS => format!(
            "{} skills that these link to are not installed; `{command}` adds the first of them",
            several.len()
        ),
        several => format!(
            "{} skills that these link to are not installed; `{command}` adds them",
            several.len()
        ),
    }
}

/// Prints what `update` would do, as a table.
pub fn outdated(printer: &Printer, report: &update::Report) {
    if !report.skills.is_empty() {
        let mut table = Table::new(&["NAME", "INSTALLED", "NEW", "REF", "SOURCE"]);
        for change in &report.skills {
            table.row(&[
                &change.name,
                short(change.from.as_ref()),
                short(change.commit.as_ref()),
                change.reference.as_deref().map_or("", reference),
                phrase::source(&change.source),
            ]);
        }
        printer.table(&table.lines(printer.width()));
    }
    print_what_stays(printer, report);
}

/// Prints what `update` did.
pub fn update(printer: &Printer, report: &update::Report) {
    for change in &report.skills {
        print_change(printer, change, report.dry_run);
    }
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
    print_left_alone(printer, &report.left_alone);
    for failed in &report.failed {
        printer.error(&format!(
            "{} ({}) was not asked: {}",
            failed.place,
            count(failed.skills, "skill"),
            failed.error
        ));
        if let Some(hint) = super::error::hint_for(&failed.error) {
            printer.hint(&hint);
        }
    }
    let is_quiet = report.skills.is_empty()
        && report.left_alone.is_empty()
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
    let verb = if report.dry_run {
        "would move"
    } else {
        "moved"
    };
    let mut parts = vec![format!("{} {verb}", count(report.skills.len(), "skill"))];
    let mut part = |number: usize, what: &str| {
        if number > 0 {
            parts.push(format!("{number} {what}"));
        }
    };
    part(report.unchanged, "unchanged");
    part(report.left_alone.len(), "left alone");
    part(report.deleted.len(), "gone upstream");
    part(report.stuck.len(), "stuck");
    part(
        report.failed.iter().map(|failed| failed.skills).sum(),
        "not asked",
    );
    printer.status("Finished", &parts.join(", "));
}

/// Prints what `install` did.
pub fn install(printer: &Printer, report: &install::Report) {
    for change in &report.skills {
        print_change(printer, change, report.dry_run);
    }
    print_trashed(printer, &report.trashed);
    print_left_alone(printer, &report.left_alone);
    if !report.left_alone.is_empty() {
        printer.error("nothing was changed");
        return;
    }
    printer.status(
        "Finished",
        &format!(
            "{} installed, {} as locked",
            report.skills.len(),
            report.unchanged
        ),
    );
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

/// Prints what `verify` found.
pub fn verify(printer: &Printer, report: &verify::Report) {
    for drift in &report.drift {
        printer.error(&format!("{} {}", drift.place, drift.problem));
        for file in &drift.files {
            printer.item(file);
        }
    }
    if report.drift.is_empty() {
        printer.status(
            "Verified",
            &format!("{} as locked", count(report.intact, "folder")),
        );
    } else {
        let only_missing = report.drift.iter().all(|drift| drift.is_missing);
        printer.hint(match only_missing {
            true => "`mdskill install` puts back what is missing",
            false => "`mdskill install --force` puts back what is locked, and moves what is there to the trash folder",
        });
    }
}

/// Prints what is installed.
pub fn list(printer: &Printer, report: &list::Report, names_only: bool) {
    if names_only {
        for skill in &report.skills {
            printer.data(&clean::line(&skill.name));
        }
        return;
    }
    if report.skills.is_empty() {
        printer.note(
            "Nothing",
            "is installed; `mdskill add owner/repo/skill` adds a skill",
        );
        return;
    }
    let mut table = Table::new(&["NAME", "STATE", "REF", "COMMIT", "SOURCE", "PLACE"]);
    for skill in &report.skills {
        let source = skill.source.as_deref().unwrap_or("");
        table.row(&[
            &skill.name,
            skill.state.word(),
            skill.reference.as_deref().map_or("", reference),
            short(skill.commit.as_ref()),
            phrase::source(source),
            &skill.place,
        ]);
    }
    printer.table(&table.lines(printer.width()));
}

/// A commit as a ref is long; its first digits say it.
fn reference(text: &str) -> &str {
    let is_commit = text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_commit { &text[..SHORT] } else { text }
}

/// Prints the skills of a repository.
pub fn browse(printer: &Printer, report: &browse::Report, names_only: bool) {
    if names_only {
        for skill in &report.skills {
            printer.data(&clean::line(&skill.name));
        }
        return;
    }
    let has_plugins = report.skills.iter().any(|skill| skill.plugin.is_some());
    let headings: &[&str] = match has_plugins {
        true => &["NAME", "PLUGIN", "DESCRIPTION"],
        false => &["NAME", "DESCRIPTION"],
    };
    let mut table = Table::new(headings);
    for skill in &report.skills {
        let description = skill.description.as_deref().unwrap_or("(no description)");
        match has_plugins {
            true => table.row(&[
                &skill.name,
                skill.plugin.as_deref().unwrap_or(""),
                description,
            ]),
            false => table.row(&[&skill.name, description]),
        }
    }
    printer.table(&table.lines(printer.width()));
    let place = phrase::source(&report.source);
    printer.note(
        "Found",
        &format!(
            "{} in {place}; `mdskill add {}` adds one",
            count(report.skills.len(), "skill"),
            report.skills[0].spec
        ),
    );
}

/// Prints a skill's page.
pub fn show(printer: &Printer, report: &show::Report) {
    let field = |name: &str, text: &str| {
        if !text.is_empty() {
            printer.data(&format!("{name:<13}{}", clean::line(text)));
        }
    };
    field("name", &report.name);
    field("description", report.description.as_deref().unwrap_or(""));
    field("install", &format!("mdskill add {}", report.spec));
    field("source", &report.source);
    field("path", &report.path);
    field("commit", report.commit.as_deref().unwrap_or(""));
    field("installed", &report.places.join(", "));
    for (at, file) in report.files.iter().enumerate() {
        field(if at == 0 { "files" } else { "" }, file);
    }
    printer.data("");
    printer.data(clean::block(&report.body).trim_matches('\n'));
}

/// Prints what the store holds, or what was removed of it.
pub fn cache(printer: &Printer, report: &cache::Report, removed: bool) {
    let size = |bytes: u64| indicatif::HumanBytes(bytes).to_string();
    if removed {
        printer.status(
            "Removed",
            &format!(
                "{}, {}",
                count(report.sources.len(), "source"),
                size(report.bytes)
            ),
        );
        return;
    }
    let mut table = Table::new(&["SOURCE", "SIZE", "LAST FETCH"]);
    for cached in &report.sources {
        let age = match cached.days {
            0 => "today".to_owned(),
            days => format!(
                "{} ago",
                count(usize::try_from(days).unwrap_or(usize::MAX), "day")
            ),
        };
        table.row(&[&cached.source, &size(cached.bytes), &age]);
    }
    printer.table(&table.lines(printer.width()));
    printer.note(
        "Store",
        &format!("{} in {}", size(report.bytes), report.folder),
    );
}
