//! Prints the report of `show`.

use crate::operations::show;
use crate::operations::state::State;
use crate::output::printer::Printer;
use crate::output::sanitize;

/// Prints the details and the page of a skill.
pub(crate) fn show(printer: &Printer, report: &show::Report) {
    let field = |name: &str, text: &str| {
        if !text.is_empty() {
            printer.data(&format!("{name:<13}{}", sanitize::line(text)));
        }
    };
    field("name", &report.name);
    field("description", report.description.as_deref().unwrap_or(""));
    field("install", &format!("mdskill add {}", report.spec));
    field("source", &report.source);
    field("path", &report.path);
    field("commit", report.commit.as_deref().unwrap_or(""));
    field("installed", &report.places.join(", "));
    let state = report.state.filter(|state| *state != State::Ok);
    field("state", state.map_or("", State::word));
    for (at, file) in report.files.iter().enumerate() {
        field(if at == 0 { "files" } else { "" }, file);
    }
    printer.data("");
    printer.data(sanitize::block(&report.body).trim_matches('\n'));
}
