//! Prints the report of `site`.

use crate::operations::site::Report;
use crate::output::printer::Printer;
use crate::output::text::count;

/// The most files that are named.
const MAX_FILES: usize = 10;

/// Prints the numbers of skills and files, and what was left out.
pub(crate) fn site(printer: &Printer, report: &Report) {
    let mut changes = vec![format!("{} written", report.written)];
    let unchanged =
        report.files - report.written - report.left_alone.len().min(report.files - report.written);
    if unchanged > 0 {
        changes.push(format!("{unchanged} unchanged"));
    }
    if report.deleted > 0 {
        changes.push(format!("{} deleted", report.deleted));
    }
    printer.status(
        "Made",
        &format!(
            "{}{} of {}, {} ({}){}",
            if report.folder.is_empty() {
                String::new()
            } else {
                format!("{}: ", report.folder)
            },
            count(report.skills, "skill"),
            if report.repositories == 1 {
                "1 repository".to_owned()
            } else {
                format!("{} repositories", report.repositories)
            },
            count(report.files, "file"),
            changes.join(", "),
            report
                .took
                .map_or_else(String::new, |took| format!(" in {} ms", took.as_millis()))
        ),
    );
    for refused in &report.refused {
        printer.warn(&format!(
            "{} is not shown: {}",
            refused.spec, refused.reason
        ));
    }
    for path in report.left_alone.iter().take(MAX_FILES) {
        printer.warn(&format!(
            "{}/{path} was not touched: mdskill did not write it",
            report.folder
        ));
    }
    let more = report.left_alone.len().saturating_sub(MAX_FILES);
    if more > 0 {
        printer.warn(&format!("{} more were not touched", count(more, "file")));
    }
}
