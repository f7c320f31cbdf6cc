//! Prints the report of `show`.

use anstyle::{AnsiColor, Style};
use indicatif::HumanBytes;

use super::capabilities::{by_kind, with_place};
use crate::operations::show;
use crate::operations::state::State;
use crate::output::printer::Printer;
use crate::output::sanitize;
use crate::output::terminal_markdown::render;
use crate::output::text::count;
use crate::output::wrap::wrap;
use mdskill_lint::capability::Capability;

/// Width of the names of the fields, in columns.
const NAME_WIDTH: usize = 15;

/// Prints the details, the capabilities, and the page of a skill.
pub(crate) fn show(printer: &Printer, report: &show::Report) {
    let mut lines = facts(report);
    lines.push(String::new());
    match printer.look() {
        Some(look) => lines.extend(render(&report.body, look)),
        None => {
            let body = sanitize::block(&report.body);
            lines.extend(body.trim_matches('\n').lines().map(str::to_owned));
        }
    }
    printer.pages(&lines);
}

fn facts(report: &show::Report) -> Vec<String> {
    let mut lines = Vec::new();
    let mut field = |name: &str, text: &str| lines.extend(field_line(name, Style::new(), text));
    let optional = |text: &Option<String>| text.clone().unwrap_or_default();
    field("name", &report.name);
    field("description", &optional(&report.details.description));
    field("install", &format!("mdskill add {}", report.spec));
    field("source", &report.source);
    field("path", &report.path);
    field("ref", &optional(&report.git_ref));
    field("version", &optional(&report.version_tag));
    field("commit", &optional(&report.commit));
    field("license", &optional(&report.details.license));
    field("compatibility", &optional(&report.details.compatibility));
    field("allowed-tools", &report.details.allowed_tools.join(", "));
    field("installed", &report.places.join(", "));
    field("installs to", &report.new_places.join(", "));
    for (at, of_kind) in by_kind(&report.capabilities).enumerate() {
        let name = if at == 0 { "can" } else { "" };
        lines.extend(capabilities_line(name, of_kind));
    }
    let mut field = |name: &str, text: &str| lines.extend(field_line(name, Style::new(), text));
    let size = HumanBytes(report.bytes);
    field(
        "size",
        &format!("{}, {size}", count(report.files.len(), "file")),
    );
    let state = report.state.filter(|state| *state != State::Ok);
    field("state", state.map_or("", State::word));
    for (at, file) in report.files.iter().enumerate() {
        field(if at == 0 { "files" } else { "" }, file);
    }
    lines
}

/// Returns all capabilities of one kind with their places.
fn capabilities_line(name: &str, of_kind: &[Capability]) -> Option<String> {
    let kind = of_kind[0].kind;
    let style = if kind.is_severe() {
        AnsiColor::Yellow.on_default()
    } else {
        Style::new()
    };
    let listed: Vec<String> = of_kind.iter().map(with_place).collect();
    field_line(name, style, &format!("{kind}: {}", listed.join(", ")))
}

fn field_line(name: &str, style: Style, text: &str) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    let text = sanitize::line(text);
    let text = match Printer::width() {
        Some(width) => wrap(&text, width, NAME_WIDTH),
        None => text,
    };
    let bold = if name.is_empty() {
        Style::new()
    } else {
        Style::new().bold()
    };
    Some(format!(
        "{bold}{name:<NAME_WIDTH$}{bold:#}{style}{text}{style:#}"
    ))
}
