//! A line for each finding, for editors and `grep`.

use anstyle::Style;

use super::text::style_of;
use super::{place, shown};
use crate::diagnostic::Severity;
use crate::ops::validate::Report;
use crate::ui::clean;

/// Returns `file:line:column: error[SK302] message` for each finding, at most `max` of them; 0
/// is all.
#[must_use]
pub fn concise(report: &Report, least: Severity, max: usize) -> Vec<String> {
    let all = shown(report, least).count();
    let most = if max == 0 { all } else { max };
    let mut lines: Vec<String> = shown(report, least)
        .take(most)
        .map(|found| {
            let found = &found.diagnostic;
            let style: Style = style_of(found.severity);
            let (severity, code) = (found.severity, found.code);
            let place = clean::line(&place(found));
            let message = clean::line(&found.message);
            format!("{place}: {style}{severity}[{code}]{style:#} {message}")
        })
        .collect();
    if all > most {
        lines.push(format!("… and {} more; --max 0 shows them", all - most));
    }
    lines
}
