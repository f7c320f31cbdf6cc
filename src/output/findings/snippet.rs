//! A line of a file with a mark below it, in columns as a terminal counts them.
//!
//! `annotate-snippets` counts columns as well, but it prints U+200B and the tag characters as they
//! are, and any bidi control as U+FFFD. A reviewer has to see which hidden character a file has.

use unicode_width::UnicodeWidthStr;

use crate::output::sanitize;
use mdskill_lint::diagnostic::{Change, Diagnostic, Excerpt};

/// A sanitized line, and the position of its mark.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Snippet {
    pub(crate) line: String,
    /// Columns before the mark.
    pub(crate) indent: usize,
    /// Width of the mark: at least one column, also for an empty range.
    pub(crate) width: usize,
}

impl Snippet {
    /// Fits three pieces of a line into `width` columns, and marks the middle one. The pieces are
    /// sanitized first, so that the mark is below the printed text.
    fn of(before: &str, marked: &str, after: &str, width: usize) -> Self {
        let before = sanitize::source(before);
        let marked = sanitize::source(marked);
        let after = sanitize::source(after);
        let spare = width.saturating_sub(before.width() + after.width());
        let middle = marked.width().min(spare.max(width / 2));
        let beside = width - middle;
        let left = before
            .width()
            .min((beside / 2).max(beside.saturating_sub(after.width())));
        let before = sanitize::cut_before(&before, left);
        let marked = sanitize::cut(&marked, middle);
        let after = sanitize::cut(&after, beside - before.width());
        Self {
            indent: before.width(),
            width: marked.width().max(1),
            line: format!("{before}{marked}{after}").trim_end().to_owned(),
        }
    }
}

/// Returns the line of a finding.
pub(super) fn excerpt(excerpt: &Excerpt, width: usize) -> Snippet {
    let (start, end) = (excerpt.marked.start, excerpt.marked.end);
    Snippet::of(
        &format!("{}{}", dots(excerpt.is_cut_before), &excerpt.line[..start]),
        &excerpt.line[start..end],
        &format!("{}{}", &excerpt.line[end..], dots(excerpt.is_cut_after)),
        width,
    )
}

const fn dots(is_cut: bool) -> &'static str {
    if is_cut { "…" } else { "" }
}

/// Returns the fixed line, with a mark from the first edit to the last one, or `None` if the fix does
/// more than edit this line.
pub(super) fn replaced(found: &Diagnostic, width: usize) -> Option<Snippet> {
    let excerpt = found.excerpt.as_ref()?;
    let Change::Edit(edits) = &found.fix.as_ref()?.change else {
        return None;
    };
    let line = &excerpt.line;
    let first_column = found
        .start
        .column
        .checked_sub(line[..excerpt.marked.start].chars().count())?;
    let byte_of = |column: usize| {
        let mut edges = line.char_indices().map(|(at, _)| at).chain([line.len()]);
        edges.nth(column.checked_sub(first_column)?)
    };
    let mut changed = String::new();
    let (mut marked_from, mut reached) = (None, 0);
    for (edit, (start, end)) in edits.iter().zip(&found.edit_places) {
        let is_here = start.line == found.start.line && end.line == found.start.line;
        if !is_here || edit.replacement.contains('\n') {
            return None;
        }
        let (start, end) = (byte_of(start.column)?, byte_of(end.column)?);
        changed += line.get(reached..start)?;
        marked_from.get_or_insert(changed.len());
        changed += &edit.replacement;
        reached = end;
    }
    let marked_from = marked_from?;
    Some(Snippet::of(
        &format!("{}{}", dots(excerpt.is_cut_before), &changed[..marked_from]),
        &changed[marked_from..],
        &format!("{}{}", &line[reached..], dots(excerpt.is_cut_after)),
        width,
    ))
}
