//! One line for each finding, for editors and `grep`.

use super::fold::blocks;
use super::place;
use super::text::style_of;
use crate::operations::validate::Report;
use crate::output::sanitize;
use mdskill_lint::diagnostic::Severity;

/// Returns `file:line:column: error[SK302] message` for each finding, or for the `max` most
/// severe ones; 0 means all.
pub(crate) fn concise(report: &Report, least: Severity, max: usize) -> Vec<String> {
    let (blocks, more) = blocks(report, least, max, false);
    let lines = blocks.into_iter().flatten().map(|found| {
        let style = style_of(found.severity);
        let (severity, code) = (found.severity, found.code);
        let place = sanitize::line(&place(found));
        let message = sanitize::line(&found.message);
        format!("{place}: {style}{severity}[{code}]{style:#} {message}")
    });
    lines.chain(more).collect()
}
