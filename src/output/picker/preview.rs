//! The preview of the highlighted item.

use super::line::{ALERT, BOLD, DIM, Line, PLAIN};
use super::{Fact, Item};
use crate::output::sanitize;
use crate::output::wrap::wrap;
use unicode_width::UnicodeWidthStr;

/// The columns of a text beside its label; with fewer, the label is its first word.
const MIN_TEXT: usize = 24;

/// Returns exactly `height` lines about an item. A long description does not hide its facts, which are
/// what it can do. If not all fit, those with the color of warnings are first.
pub(super) fn preview(item: &Item, facts: &[Fact], width: usize, height: usize) -> Vec<Line> {
    let about = wrapped(&item.description, width);
    let about: Vec<Line> = about
        .iter()
        .map(|text| Line::new(width).push(PLAIN, text))
        .collect();
    let mut lines = vec![Line::new(width).push(BOLD, &item.name)];
    let all: Vec<&Fact> = facts.iter().collect();
    let whole = fact_lines(&all, width, false);
    if lines.len() + about.len() + whole.len() + 2 <= height {
        for part in [about, whole].into_iter().filter(|part| !part.is_empty()) {
            lines.push(Line::new(width));
            lines.extend(part);
        }
    } else {
        let mut facts: Vec<&Fact> = facts.iter().collect();
        facts.sort_by_key(|fact| !fact.is_alert);
        let whole = fact_lines(&facts, width, false);
        let short = fact_lines(&facts, width, true);
        let room = height.saturating_sub(1 + whole.len());
        let (facts, room) = match room {
            3.. => (whole, room),
            _ => (short, height.saturating_sub(1 + facts.len()).max(1)),
        };
        lines.extend(shortened(about, room));
        lines.extend(facts);
    }
    lines = shortened(lines, height);
    lines.resize_with(height, || Line::new(width));
    lines
}

/// Cuts the lines to `height`, with `…` at the end if some are missing.
fn shortened(mut lines: Vec<Line>, height: usize) -> Vec<Line> {
    if lines.len() > height {
        lines.truncate(height);
        let last = lines.pop();
        lines.extend(last.map(Line::cut));
    }
    lines
}

/// Returns the lines of facts: wrapped, or one for each if `is_short`.
fn fact_lines(facts: &[&Fact], width: usize, is_short: bool) -> Vec<Line> {
    let widths = facts.iter().map(|fact| fact.label.width());
    let labels = widths.max().unwrap_or_default();
    let mut lines = Vec::new();
    for fact in facts {
        let style = if fact.is_alert { ALERT } else { PLAIN };
        let (column, text) = if fact.label.is_empty() {
            (0, fact.text.clone())
        } else if labels + 2 + MIN_TEXT > width {
            (0, format!("{}: {}", fact.label, fact.text))
        } else {
            (labels + 2, fact.text.clone())
        };
        let text = if is_short {
            vec![text]
        } else {
            wrapped(&text, width - column)
        };
        let texts = text.iter().enumerate().map(|(at, text)| {
            let label = if at == 0 && column > 0 {
                &*fact.label
            } else {
                ""
            };
            let label = Line::new(width).push(DIM, label).pad_to(column);
            label.push(style, text)
        });
        lines.extend(texts);
    }
    lines
}

/// Wraps a text, so that a line has room for `…` after it.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let text = wrap(&sanitize::line(text), width.saturating_sub(1), 0);
    text.lines().map(str::to_owned).collect()
}
