//! Prints capabilities.

use crate::output::printer::Printer;
use crate::output::text::{count, with_place, without_scripts};
use mdskill_lint::capability::Capability;
use mdskill_lint::diagnostic::Diagnostic;

/// Maximum number of capabilities of one kind that are printed on a line of their own.
const MAX_LISTED: usize = 8;
/// Maximum number of capabilities of one kind in a summary.
const MAX_IN_SUMMARY: usize = 3;

/// Prints the capabilities of a skill below its line: each severe kind on a line of its own, and the
/// others on one line. Few of many skills get that line, because every second skill names a host or a
/// command. One of a few skills with a severe capability is printed in full.
pub(super) fn print_capabilities(
    printer: &Printer,
    capabilities: &[Capability],
    is_one_of_many: bool,
) {
    let is_severe = capabilities.iter().any(|one| one.kind.is_severe());
    if printer.is_verbose() || is_severe && !is_one_of_many {
        for of_kind in by_kind(capabilities) {
            print_kind(printer, "", of_kind);
        }
        return;
    }
    print_severe(printer, "", capabilities);
    let others: Vec<Vec<&Capability>> = by_kind(capabilities)
        .filter(|of_kind| !of_kind[0].kind.is_severe())
        .map(|of_kind| without_scripts(of_kind, capabilities))
        .filter(|of_kind| !of_kind.is_empty())
        .collect();
    let is_mention = |of_kind: &Vec<&Capability>| of_kind[0].kind.is_mention();
    let summary: Vec<String> = if !is_one_of_many {
        others.iter().map(|of_kind| summary(of_kind)).collect()
    } else if !others.iter().all(is_mention) {
        others.iter().map(|of_kind| number(of_kind)).collect()
    } else {
        return;
    };
    if !summary.is_empty() {
        let separator = if is_one_of_many { ", " } else { "; " };
        printer.note("", &summary.join(separator));
    }
}

/// Prints the capabilities of one kind with their places. Severe ones have a color.
pub(super) fn print_kind(printer: &Printer, prefix: &str, of_kind: &[Capability]) {
    let line = kind_line(prefix, of_kind);
    if of_kind[0].kind.is_severe() {
        printer.alert(&line);
    } else {
        printer.note("", &line);
    }
}

/// Returns the capabilities of one kind with their places.
pub(super) fn kind_line(prefix: &str, of_kind: &[Capability]) -> String {
    format!("{prefix}{}: {}", of_kind[0].kind, listed(of_kind))
}

/// Prints each severe kind on a line of its own.
pub(crate) fn print_severe(printer: &Printer, prefix: &str, capabilities: &[Capability]) {
    for of_kind in by_kind(capabilities).filter(|of_kind| of_kind[0].kind.is_severe()) {
        print_kind(printer, prefix, of_kind);
    }
}

/// Prints each finding of the audit on a line of its own.
pub(crate) fn print_dangers(printer: &Printer, prefix: &str, dangers: &[Diagnostic]) {
    for found in dangers.iter().take(MAX_LISTED) {
        printer.alert(&format!(
            "{prefix}{} ({}:{}) [{}]",
            found.message, found.file, found.start.line, found.code
        ));
    }
    if dangers.len() > MAX_LISTED {
        let more = dangers.len() - MAX_LISTED;
        printer.note("", &format!("and {more} more (see `--json`)"));
    }
}

/// Returns the capabilities of each kind.
pub(super) fn by_kind(capabilities: &[Capability]) -> impl Iterator<Item = &[Capability]> {
    capabilities.chunk_by(|one, other| one.kind == other.kind)
}

/// Returns capabilities of one kind, each with its place.
pub(super) fn listed(capabilities: &[Capability]) -> String {
    let shown = capabilities.iter().take(MAX_LISTED).map(with_place);
    let mut shown: Vec<String> = shown.collect();
    if capabilities.len() > MAX_LISTED {
        let more = capabilities.len() - MAX_LISTED;
        shown.push(format!("and {more} more (see `--json`)"));
    }
    shown.join(", ")
}

/// Returns the first capabilities of one kind, without their places.
fn summary(of_kind: &[&Capability]) -> String {
    let shown = of_kind.iter().take(MAX_IN_SUMMARY).map(|one| &*one.what);
    let shown = shown.collect::<Vec<_>>().join(", ");
    let more = match of_kind.len().saturating_sub(MAX_IN_SUMMARY) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}: {shown}{more}", of_kind[0].kind)
}

/// Returns the number of capabilities of one kind: `2 scripts`.
fn number(of_kind: &[&Capability]) -> String {
    let noun = of_kind[0].kind.word().trim_end_matches('s');
    count(of_kind.len(), noun)
}
