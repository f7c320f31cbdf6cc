//! One line for each finding, for editors and `grep`.

use super::fold::blocks;
use super::place;
use super::text::style_of;
use crate::operations::validate::Report;
use crate::output::styled::Styled;
use mdskill_lint::diagnostic::Severity;

/// Returns `file:line:column: error[SK302] message` for each finding, or for the `max` most
/// severe ones; 0 means all.
pub(crate) fn concise(report: &Report, least: Severity, max: usize) -> Vec<Styled> {
    let (blocks, more) = blocks(report, least, max, false);
    let lines = blocks.into_iter().flatten().map(|found| {
        let style = style_of(found.severity);
        let (severity, code) = (found.severity, found.code);
        Styled::from(format!("{}: ", place(found)))
            .push_with(style, &format!("{severity}[{code}]"))
            .push(&format!(" {}", found.message))
    });
    lines.chain(more.map(Styled::from)).collect()
}
