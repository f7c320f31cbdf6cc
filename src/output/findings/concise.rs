//! One line for each finding, for editors and `grep`.

use anstyle::Style;

use super::fold::worst;
use super::text::style_of;
use super::{place, shown};
use crate::operations::validate::Report;
use crate::output::sanitize;
use mdskill_lint::diagnostic::{Diagnostic, Severity};

/// Returns `file:line:column: error[SK302] message` for each finding, or for the `max` most
/// severe ones; 0 means all.
#[must_use]
pub fn concise(report: &Report, least: Severity, max: usize) -> Vec<String> {
    let all = shown(report, least)
        .map(|found| &found.diagnostic)
        .collect();
    let (shown, left_out) = match max {
        0 => (all, Vec::new()),
        max => worst(all, max, |found: &&Diagnostic| found.severity),
    };
    let mut lines: Vec<String> = shown
        .into_iter()
        .map(|found| {
            let style: Style = style_of(found.severity);
            let (severity, code) = (found.severity, found.code);
            let place = sanitize::line(&place(found));
            let message = sanitize::line(&found.message);
            format!("{place}: {style}{severity}[{code}]{style:#} {message}")
        })
        .collect();
    if !left_out.is_empty() {
        let left_out = left_out.len();
        lines.push(format!("… and {left_out} more; use `--max 0` to show all"));
    }
    lines
}
