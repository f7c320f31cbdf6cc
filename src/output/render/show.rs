//! Prints the report of `show`.

use anstyle::{AnsiColor, Style};
use indicatif::HumanBytes;

use super::capabilities::{by_kind, with_place};
use crate::operations::show;
use crate::operations::state::State;
use crate::output::printer::Printer;
use crate::output::sanitize;
use crate::output::text::count;
use crate::output::wrap::wrap;
use mdskill_lint::capability::Capability;

/// Width of the names of the fields, in columns.
const NAME_WIDTH: usize = 15;

/// Prints the details, the capabilities, and the page of a skill.
pub(crate) fn show(printer: &Printer, report: &show::Report) {
    let field = |name: &str, text: &str| print_field(printer, name, Style::new(), text);
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
        print_capabilities(printer, name, of_kind);
    }
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
    printer.data("");
    printer.data(sanitize::block(&report.body).trim_matches('\n'));
}

/// Prints all capabilities of one kind with their places.
fn print_capabilities(printer: &Printer, name: &str, of_kind: &[Capability]) {
    let kind = of_kind[0].kind;
    let style = if kind.is_severe() {
        AnsiColor::Yellow.on_default()
    } else {
        Style::new()
    };
    let listed: Vec<String> = of_kind.iter().map(with_place).collect();
    print_field(
        printer,
        name,
        style,
        &format!("{kind}: {}", listed.join(", ")),
    );
}

fn print_field(printer: &Printer, name: &str, style: Style, text: &str) {
    if text.is_empty() {
        return;
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
    printer.data(&format!(
        "{bold}{name:<NAME_WIDTH$}{bold:#}{style}{text}{style:#}"
    ));
}
