//! A line of a file with a mark below it, in columns as a terminal counts them.
//!
//! `annotate-snippets` counts columns as well, but it prints U+200B and the tag characters as they
//! are, and any bidi control as U+FFFD. A reviewer has to see which hidden character a file has.

use unicode_width::UnicodeWidthStr;

use crate::ui::sanitize;
use mdskill_lint::diagnostic::{Change, Diagnostic, Excerpt};

/// A cleaned line, and where its mark stands.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Snippet {
    pub line: String,
    /// Columns before the mark.
    pub indent: usize,
    /// Columns of the mark, at least one: a place between two characters has a mark too.
    pub width: usize,
}

impl Snippet {
    /// Returns what of three pieces of a line fits into `width` columns, the middle one marked.
    /// The pieces are cleaned first, so a mark stands below what is shown, not what was read.
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

/// Returns the line as the fix leaves it, the part from the first edit to the last marked; nothing when
/// the fix does something else, or something elsewhere.
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
