//! Prints the report of `cache`.

use crate::operations::cache;
use crate::output::printer::Printer;
use crate::output::table::Table;
use crate::output::text::count;

/// Prints the content of the cache, or the removed part of it.
pub(crate) fn cache(printer: &Printer, report: &cache::Report, removed: bool) {
    let size = |bytes: u64| indicatif::HumanBytes(bytes).to_string();
    if removed {
        printer.status(
            "Removed",
            &format!(
                "{}, {}",
                count(report.sources.len(), "source"),
                size(report.bytes)
            ),
        );
        return;
    }
    let mut table = Table::new(&["SOURCE", "SIZE", "LAST FETCH"]);
    for cached in &report.sources {
        let age = match cached.days {
            0 => "today".to_owned(),
            days => format!(
                "{} ago",
                count(usize::try_from(days).unwrap_or(usize::MAX), "day")
            ),
        };
        table.row(&[&cached.source, &size(cached.bytes), &age]);
    }
    printer.table(&table);
    printer.note(
        "Found",
        &format!("{} in {}", size(report.bytes), report.folder),
    );
    if report.leftover_bytes > 0 {
        printer.note(
            "Found",
            &format!(
                "{} of interrupted commands; `mdskill cache prune` removes them",
                size(report.leftover_bytes)
            ),
        );
    }
}
