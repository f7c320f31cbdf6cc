//! What the commands tell that only look.

use super::{reference, short};
use crate::hint::Hint;
use crate::ops::{browse, cache, list, show, verify};
use crate::ui::clean;
use crate::ui::phrase::{self, count};
use crate::ui::printer::Printer;
use crate::ui::table::Table;

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
        let all = |is: fn(&verify::Drift) -> bool| report.drift.iter().all(is);
        let hint = if all(|drift| drift.is_missing) {
            Hint::command("install").then(" restores what is missing")
        } else if all(|drift| drift.is_leftovers) {
            Hint::text(
                "programs make such files when a skill is used: delete them, or list their names in .gitignore; `verify` accepts files that git ignores and does not track",
            )
        } else {
            Hint::command("diff --local")
                .then(" shows the edits; ")
                .then_command("keep NAME")
                .then(" records them, and ")
                .then_command("install NAME --force")
                .then(" restores what is locked")
        };
        printer.hint(&hint);
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
        let add = printer.command_line("add owner/repo/skill");
        printer.note("Nothing", &format!("is installed; {add} adds a skill"));
        return;
    }
    let mut table = Table::new(&["NAME", "STATE", "REF", "COMMIT", "SOURCE", "PLACE"]);
    for skill in &report.skills {
        let source = skill.source.as_deref().unwrap_or("");
        table.row(&[
            &skill.name,
            skill.state.word(),
            skill.git_ref.as_deref().map_or("", reference),
            short(skill.commit.as_ref()),
            phrase::source(source),
            &skill.place,
        ]);
    }
    printer.table(&table.lines(printer.width()));
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
    let headings: &[&str] = if has_plugins {
        &["NAME", "PLUGIN", "DESCRIPTION"]
    } else {
        &["NAME", "DESCRIPTION"]
    };
    let mut table = Table::new(headings);
    for skill in &report.skills {
        let description = skill.description.as_deref().unwrap_or("(no description)");
        if has_plugins {
            let plugin = skill.plugin.as_deref().unwrap_or("");
            table.row(&[&skill.name, plugin, description]);
        } else {
            table.row(&[&skill.name, description]);
        }
    }
    printer.table(&table.lines(printer.width()));
    let place = phrase::source(&report.source);
    printer.note(
        "Found",
        &format!(
            "{} in {place}; {} adds one",
            count(report.skills.len(), "skill"),
            printer.command_line(&format!("add {}", report.skills[0].spec))
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
