//! Output of `mdskill rule` for a terminal.

use anstyle::Style;

use super::printer::Printer;
use super::styled::Styled;
use super::table::Table;
use super::wrap::wrap;
use crate::operations::rule::Report;
use mdskill_lint::explain::{Explanation, sentence};

/// Maximum width of running text, for readability.
const MAX_TEXT_WIDTH: usize = 80;

/// Prints one rule in full, several as a table.
pub(crate) fn rules(printer: &Printer, report: &Report) {
    match &report.rules[..] {
        [rule] => page(printer, rule),
        rules => table(printer, rules),
    }
}

fn table(printer: &Printer, rules: &[Explanation]) {
    let mut table = Table::new(&["CODE", "NAME", "SEVERITY", "ON", "FIX", "SUMMARY"]);
    for rule in rules {
        let on = if rule.on { "yes" } else { "no" };
        table.row(&[
            rule.code,
            rule.name,
            rule.severity,
            on,
            rule.fix,
            rule.summary,
        ]);
    }
    printer.table(&table);
    printer.note(
        "Found",
        &format!("{} rules; `mdskill rule CODE` explains one", rules.len()),
    );
}

fn page(printer: &Printer, rule: &Explanation) {
    let bold = Style::new().bold();
    let title = format!("{} {}", rule.code, rule.name);
    printer.data(Styled::with(bold, &title).push(": ").push(rule.summary));
    let section = |heading: &str, text: &str| {
        printer.data("");
        printer.data(Styled::with(bold, heading));
        for line in text.lines() {
            printer.data(format!("  {line}").trim_end());
        }
    };
    let width = Printer::width().map(|width| width.min(MAX_TEXT_WIDTH));
    let wrapped = |text: &str| match width {
        Some(width) => wrap(text, width.saturating_sub(2), 0),
        None => text.to_owned(),
    };
    section("Why", &wrapped(rule.why));
    section("Example", rule.example);
    section("How to fix it", &wrapped(&sentence(rule.how_to_fix)));
    section("Severity", &wrapped(&rule.severity_sentence()));
    section("Automatic fix", &wrapped(&rule.fix_sentence()));
    let ways = rule.ways_to_ignore();
    let ways = ways
        .iter()
        .map(|(place, what)| format!("{:<32}{what}", format!("{place}:")));
    section("How to ignore it", &ways.collect::<Vec<_>>().join("\n"));
}
