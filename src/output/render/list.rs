//! Prints the report of `list`.

use super::hidden::print_hidden;
use crate::hint::Hint;
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
        if report.personal > 0 {
            let skills = count(report.personal, "user skill");
            printer.hint(&Hint::text(format!("`mdskill -g list` lists {skills}")));
        }
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
    if let Some(other) = report.other_lockfiles.first() {
        printer.hint(&Hint::command("import").then(format!(" adopts the skills of {other}")));
    }
}

/// Prints the skills of a repository.
pub(crate) fn browse(printer: &Printer, report: &list_remote::Report, names_only: bool) {
    if names_only {
        for skill in &report.skills {
            printer.data(&sanitize::line(&skill.name));
        }
        return;
    }
    let mut table = Table::new(&["NAME", "PLUGIN", "DESCRIPTION"]);
    for skill in &report.skills {
        let plugin = skill.plugin.as_deref().unwrap_or("");
        let description = skill.description.as_deref().unwrap_or("(no description)");
        table.row(&[&skill.name, plugin, description]);
    }
    table.drop_empty_columns();
    printer.table(&table);
    let place = text::source(&report.source);
    let number = count(report.skills.len(), "skill");
    match report.skills.first() {
        Some(first) => {
            let add = printer.command_line(&format!("add {}", first.spec));
            printer.note("Found", &format!("{number} in {place}; add one with {add}"));
        }
        None => printer.note("Found", &format!("{number} in {place}")),
    }
    print_hidden(printer, &report.hidden);
}
