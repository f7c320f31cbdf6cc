//! Prints the report of `search`.

use crate::hint::{Hint, mdskill};
use crate::operations::search::{Report, Skill};
use crate::output::printer::Printer;
use crate::output::table::Table;
use crate::output::text::count;

/// Prints the skills that were found.
pub(crate) fn search(printer: &Printer, report: &Report, is_offline: bool) {
    for correction in &report.corrected {
        let (word, used) = (&correction.word, &correction.used);
        printer.note(
            "Note",
            &format!("no skill has `{word}`; searched for `{used}`"),
        );
    }
    if report.skills.is_empty() {
        printer.note("Found", &format!("no skills that match `{}`", report.query));
        printer.hint(&if is_offline {
            Hint::text("without --offline, catalogs on the web are searched, too")
        } else {
            Hint::text("use fewer or other words, or search one repository: ")
                .then_command("search WORDS --in owner/repo")
        });
        return;
    }
    let mut table = Table::new(&["SKILL", "FROM", "INSTALLS", "DESCRIPTION"]);
    for skill in &report.skills {
        let installs = skill.installs.map(|installs| installs.to_string());
        table.row(&[
            name_to_paste(skill),
            &skill.from.join(", "),
            installs.as_deref().unwrap_or_default(),
            skill.description.as_deref().unwrap_or_default(),
        ]);
    }
    table.drop_empty_columns();
    printer.list(&table);
    let number = count(report.skills.len(), "skill");
    let number = if report.has_more {
        format!("the best {number} (--limit shows more)")
    } else {
        number
    };
    let mut others = report.skills.iter().filter(|skill| skill.place.is_none());
    let spec = others.find_map(|skill| skill.spec.as_deref());
    let next = spec.map(|spec| {
        let show = printer.command_line(mdskill("show").word(spec));
        let add = printer.command_line(mdskill("add").word(spec));
        format!("; {show} shows one, and {add} installs it")
    });
    printer.note("Found", &format!("{number}{}", next.unwrap_or_default()));
}

/// Returns the spec of a skill, or where it is if it has none.
fn name_to_paste(skill: &Skill) -> &str {
    let place = skill.url.as_ref().or(skill.place.as_ref());
    skill.spec.as_ref().or(place).unwrap_or(&skill.name)
}
