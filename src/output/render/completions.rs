//! Prints the script of `completions`.

use std::io::IsTerminal;

use crate::hint::Hint;
use crate::operations::completions::Report;
use crate::output::printer::Printer;

pub(crate) fn completions(printer: &Printer, report: &Report) {
    Printer::page(report.script.as_bytes());
    // A person wants to use it; a program reads only the script.
    if std::io::stdout().is_terminal() {
        let Report { line, file, .. } = report;
        printer.hint(&Hint::text(format!(
            "to use it, add this line to {file}: `{line}`"
        )));
    }
}
