//! Prints the report of `list`.

use crate::operations::{list, list_remote};
use crate::output::printer::Printer;
use crate::output::sanitize;
use crate::output::table::Table;
use crate::output::text::{self, count, short};

/// Prints the installed skills.
pub(crate) fn list(printer: &Printer, report: &list::Report, names_only: bool) {
    if names_only {
        for skill in &report.skills {
            printer.data(&sanitize::line(&skill.name));
        }
        return;
    }
    if report.skills.is_empty() {
        let add = printer.command_line("add owner/repo/skill");
        printer.note(
            "Finished",
            &format!("no skills are installed; add one with {add}"),
        );
        return;
    }
    let mut table = Table::new(&["NAME", "STATE", "REF", "COMMIT", "SOURCE", "PLACE"]);
    for skill in &report.skills {
        let source = skill.source.as_deref().unwrap_or("");
        table.row(&[
            &skill.name,
            skill.state.word(),
            skill.git_ref.as_deref().map_or("", short),
            skill.commit.as_deref().map_or("", short),
            text::source(source),
            &skill.place,
        ]);
    }
    printer.table(&table);
}

/// Prints the skills of a repository.
pub(crate) fn browse(printer: &Printer, report: &list_remote::Report, names_only: bool) {
    if names_only {
        for skill in &report.skills {
            printer.data(&sanitize::line(&skill.name));
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
    printer.table(&table);
    let place = text::source(&report.source);
    printer.note(
        "Found",
        &format!(
            "{} in {place}; add one with {}",
            count(report.skills.len(), "skill"),
            printer.command_line(&format!("add {}", report.skills[0].spec))
        ),
    );
}
