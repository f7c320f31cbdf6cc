//! Prints the report of `list`.

use anstyle::{AnsiColor, Style};

use super::hidden::print_hidden;
use crate::hint::{Hint, mdskill};
use crate::operations::state::State;
use crate::operations::{list, list_remote, list_versions};
use crate::output::printer::Printer;
use crate::output::sanitize;
use crate::output::table::Table;
use crate::output::text::{self, count, short};

/// Prints the installed skills.
pub(crate) fn list(printer: &Printer, report: &list::Report, names_only: bool) {
    if names_only {
        for skill in &report.skills {
            printer.data(sanitize::line(&skill.name));
        }
        return;
    }
    if report.skills.is_empty() {
        let add = printer.command_line("add owner/repo/skill");
        printer.note("Found", &format!("no installed skills; add one with {add}"));
        if report.personal > 0 {
            let skills = count(report.personal, "user skill");
            printer.hint(&Hint::text(format!("`mdskill -g list` lists {skills}")));
        }
        return;
    }
    let headings = ["NAME", "STATE", "REF", "VERSION", "SOURCE", "PATH"];
    let mut table = Table::new(&headings).with_essential("STATE");
    for skill in &report.skills {
        let source = skill.source.as_deref().unwrap_or("-");
        table.row(&[
            &skill.name,
            skill.state.word(),
            skill.git_ref.as_deref().map_or("-", short),
            dash_if_empty(text::version(
                skill.version.as_deref(),
                skill.commit.as_deref(),
            )),
            text::source(source),
            &printer.path(&skill.place),
        ]);
        table.style_last(1, style_of(skill.state));
    }
    printer.list(&table);
    if let Some(other) = report.other_lockfiles.first() {
        printer.hint(&Hint::command("import").then(format!(" adopts the skills of {other}")));
    }
}

fn dash_if_empty(text: &str) -> &str {
    if text.is_empty() { "-" } else { text }
}

fn style_of(state: State) -> Style {
    match state {
        State::Ok => Style::new(),
        State::Kept | State::Modified => AnsiColor::Yellow.on_default(),
        State::Conflict | State::Missing => AnsiColor::Red.on_default(),
        State::Unmanaged => Style::new().dimmed(),
    }
}

/// Prints the skills of a repository; those that match the words, if there are any.
pub(crate) fn browse(
    printer: &Printer,
    report: &list_remote::Report,
    names_only: bool,
    words: &[String],
) {
    if names_only {
        for skill in &report.skills {
            printer.data(sanitize::line(&skill.name));
        }
        return;
    }
    let mut table = Table::new(&["NAME", "PLUGIN", "DESCRIPTION"]);
    for skill in &report.skills {
        let plugin = skill.plugin.as_deref().unwrap_or_default();
        let description = skill.description.as_deref().unwrap_or("(no description)");
        table.row(&[&skill.name, plugin, description]);
    }
    table.drop_empty_columns();
    printer.list(&table);
    let place = text::source(&report.source);
    let number = count(report.skills.len(), "skill");
    if !words.is_empty() && report.skills.is_empty() {
        let words = words.join(" ");
        printer.note(
            "Found",
            &format!("no skill in {place} that matches `{words}`"),
        );
        let all = mdskill("list").word(place);
        printer.hint(&Hint::command(all).then(" lists all of them"));
        return;
    }
    match report.skills.first() {
        Some(first) => {
            let add = printer.command_line(mdskill("add").word(&first.spec));
            printer.note("Found", &format!("{number} in {place}; add one with {add}"));
        }
        None => printer.note("Found", &format!("{number} in {place}")),
    }
    print_hidden(printer, &report.hidden);
}

/// Prints the version tags of a repository or a skill.
pub(crate) fn versions(printer: &Printer, report: &list_versions::Report) {
    let place = text::source(&report.spec);
    let Some(newest) = report.versions.first() else {
        printer.note("Found", &format!("{place} has no version tags"));
        return;
    };
    let mut table = Table::new(&["VERSION", "COMMIT"]);
    for version in &report.versions {
        table.row(&[&version.name, short(&version.commit)]);
    }
    printer.list(&table);
    let versions = count(report.versions.len(), "version");
    let skill = if report.skill.is_some() { "" } else { "/SKILL" };
    let add = printer.command_line(mdskill("add").word(format!("{place}{skill}@{}", newest.name)));
    printer.note(
        "Found",
        &format!("{versions} of {place}; {add} installs the newest"),
    );
}
