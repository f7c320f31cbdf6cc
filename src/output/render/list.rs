//! Prints the report of `list`.

use crate::hint::for_shell;
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
    let mut table = Table::new(&["NAME", "PLUGIN", "DESCRIPTION"]);
    for skill in &report.skills {
        let plugin = skill.plugin.as_deref().unwrap_or("");
        let description = skill.description.as_deref().unwrap_or("(no description)");
        table.row(&[&skill.name, plugin, description]);
    }
    table.drop_empty_columns();
    printer.table(&table);
    let place = text::source(&report.source);
    printer.note(
        "Found",
        &format!(
            "{} in {place}; add one with {}",
            count(report.skills.len(), "skill"),
            printer.command_line(&format!("add {}", for_shell(&report.skills[0].spec)))
        ),
    );
}
