//! [`Frame`]: the lines that a picker shows.

use unicode_width::UnicodeWidthStr;

use super::help;
use super::line::{ALERT, BOLD, CURSOR, DIM, GROUP, Line, MATCH, PLAIN};
use super::preview::preview;
use super::state::{Row, State};
use crate::output::sanitize;

/// The width from which the preview is beside the list.
const WIDE: usize = 100;
/// The height from which the preview is below a list that fills the screen.
const MIN_HEIGHT_FOR_PREVIEW: usize = 14;
/// The fewest lines of a preview.
const MIN_PREVIEW: usize = 4;
/// The lines of the title, the filter, and the keys.
const FIXED_LINES: usize = 3;
/// The height from which a note is shown.
const MIN_HEIGHT_FOR_NOTE: usize = 6;
const FILTER_LABEL: &str = "Filter: ";
const FILTER_HINT: &str = "type a name or a word";
/// The columns of the pointer and the box in front of a name.
const POINTER: usize = 2;
const BOX: usize = 4;
/// The fewest columns of a description in a row.
const MIN_DESCRIPTION: usize = 24;

/// One screen of a picker.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Frame {
    /// The lines, with colors.
    pub(super) lines: Vec<String>,
    /// The row and the column of the cursor, from 0.
    pub(super) cursor: (usize, usize),
    /// The number of rows of the list.
    pub(super) page: usize,
    /// The width and the height of the screen.
    pub(super) size: (usize, usize),
}

impl Frame {
    /// Draws a picker on a screen of this size.
    pub(super) fn draw(state: &mut State<'_>, width: usize, height: usize) -> Self {
        let is_wide = width >= WIDE;
        let preview_height = if is_wide {
            0
        } else {
            preview_height(state, height)
        };
        let fixed = fixed_lines(state, height);
        let page = height.saturating_sub(fixed + preview_height).max(1);
        let (filter, column) = filter_line(state, width);
        let mut lines = vec![title_line(state, width), filter];
        if fixed > FIXED_LINES {
            lines.push(Line::new(width).push(ALERT, &state.picker.note));
        }
        if state.is_help_open {
            lines.extend(help::help(state, width));
            lines.truncate(height.saturating_sub(1).max(2));
            lines.resize_with(height.saturating_sub(1).max(2), || Line::new(width));
        } else if is_wide {
            lines.extend(list_and_preview(state, width, page));
        } else {
            lines.extend(list(state, width, page, MIN_DESCRIPTION));
            if preview_height > 0 {
                lines.push(Line::new(width).push(DIM, &"─".repeat(width)));
                lines.extend(highlighted_preview(state, width, preview_height - 1));
            }
        }
        lines.push(help::keys(state, width));
        let mut lines: Vec<String> = lines.into_iter().map(Line::into_text).collect();
        // A very low screen shows the highlighted row, and no keys.
        lines.truncate(height.max(1));
        Self {
            lines,
            cursor: (1, column),
            page,
            size: (width, height),
        }
    }
}

/// Returns the lines around the list. A low screen has no note.
fn fixed_lines(state: &State<'_>, height: usize) -> usize {
    let has_note = !state.picker.note.is_empty() && height >= MIN_HEIGHT_FOR_NOTE;
    FIXED_LINES + usize::from(has_note)
}

/// Returns the lines of the preview below the list, with the line between them: a third of the screen,
/// or all that the list leaves.
fn preview_height(state: &State<'_>, height: usize) -> usize {
    let free = height.saturating_sub(fixed_lines(state, height) + state.widths.rows);
    let third = match height {
        MIN_HEIGHT_FOR_PREVIEW.. => height / 3,
        _ => 0,
    };
    match third.max(free) {
        MIN_PREVIEW.. => third.max(free),
        _ => 0,
    }
}

fn title_line(state: &State<'_>, width: usize) -> Line {
    let picker = state.picker;
    let (selected, all) = (state.selected.len(), state.items.len());
    let counts = if picker.is_single {
        String::new()
    } else if picker.title.width() + 24 <= width {
        format!("{selected} of {all} selected")
    } else {
        format!("{selected}/{all}")
    };
    let end = width.saturating_sub(counts.width());
    let title = Line::new(end.saturating_sub(2)).push(BOLD, &picker.title);
    let line = Line::new(width).append(&title).pad_to(end);
    let style = if selected > 0 { CURSOR } else { DIM };
    line.push(style, &counts)
}

fn filter_line(state: &State<'_>, width: usize) -> (Line, usize) {
    let room = width.saturating_sub(FILTER_LABEL.len() + 1);
    let filter = sanitize::cut_before(&sanitize::line(state.filter.text()), room);
    let column = FILTER_LABEL.len() + filter.width();
    let line = Line::new(width).push(BOLD, FILTER_LABEL);
    if state.filter.is_empty() {
        let fits = line.room() >= FILTER_HINT.len();
        return (line.push(DIM, if fits { FILTER_HINT } else { "" }), column);
    }
    let note = match state.shown.len() {
        1 => "1 match".to_owned(),
        found => format!("{found} matches"),
    };
    let line = line.push(PLAIN, &filter);
    let end = width.saturating_sub(note.width());
    if end < column + 2 {
        return (line, column);
    }
    (line.pad_to(end).push(DIM, &note), column)
}

/// Returns exactly `page` lines, with the list on the left and the preview on the right.
fn list_and_preview(state: &mut State<'_>, width: usize, page: usize) -> Vec<Line> {
    let columns = Columns::of(state, width, usize::MAX);
    let left = (columns.details - 1).clamp(width / 3, width * 3 / 5);
    let right = width - left - 3;
    let thumb = thumb(state, page);
    let rows = list(state, left, page, usize::MAX);
    let preview = highlighted_preview(state, right, page);
    let pairs = rows.iter().zip(&preview).enumerate();
    let lines = pairs.map(|(at, (row, preview))| {
        let line = Line::new(width).append(row).pad_to(left);
        let line = match thumb {
            Some((first, last)) if (first..=last).contains(&at) => line.push(PLAIN, " ┃ "),
            _ => line.push(DIM, " │ "),
        };
        line.append(preview)
    });
    lines.collect()
}

/// Returns the first and the last line of the mark that shows which part of the list is visible, or
/// `None` if all of it is.
fn thumb(state: &mut State<'_>, page: usize) -> Option<(usize, usize)> {
    let rows = state.rows();
    if rows.len() <= page {
        return None;
    }
    let top = state.scroll(&rows, page);
    let height = (page * page / rows.len()).max(1);
    let free = page - height;
    let first = (top * free).div_ceil(rows.len() - page);
    Some((first, first + height - 1))
}

/// Returns exactly `page` lines. The description of an item is shown in at least `min_description` columns.
fn list(state: &mut State<'_>, width: usize, page: usize, min_description: usize) -> Vec<Line> {
    let rows = state.rows();
    let top = state.scroll(&rows, page);
    let columns = Columns::of(state, width, min_description);
    let visible = rows.iter().skip(top).take(page);
    let mut lines: Vec<Line> = visible.map(|row| row_line(state, *row, &columns)).collect();
    if rows.is_empty() {
        let nothing = format!("  no match for `{}`", state.filter.text());
        lines.push(Line::new(width).push(PLAIN, &nothing));
    }
    lines.resize_with(page, || Line::new(width));
    lines
}

/// The columns of a row. They are those of all items, so that the filter does not move them.
struct Columns {
    width: usize,
    /// The column after the names and the marks.
    names: usize,
    has_details: bool,
    /// The column after the details.
    details: usize,
    has_descriptions: bool,
}

impl Columns {
    fn of(state: &State<'_>, width: usize, min_description: usize) -> Self {
        let widths = state.widths;
        let box_width = if state.picker.is_single { 0 } else { BOX };
        let names = POINTER + box_width + widths.names + 2;
        let details = match widths.details {
            0 => names,
            details => names + details + 2,
        };
        Self {
            width,
            names,
            has_details: details > names && details - 2 <= width,
            details,
            has_descriptions: details.saturating_add(min_description) <= width,
        }
    }
}

fn row_line(state: &mut State<'_>, row: Row<'_>, columns: &Columns) -> Line {
    let line = Line::new(columns.width);
    let at = match row {
        Row::Group(name) => return group_line(state, line, name),
        Row::Item(at) => at,
    };
    let index = state.shown[at];
    let item = &state.items[index];
    let is_highlighted = at == state.cursor;
    let line = line.push(CURSOR, if is_highlighted { "> " } else { "  " });
    let line = if state.picker.is_single {
        line
    } else if state.selected.contains(&index) {
        line.push(CURSOR, "[x] ")
    } else {
        line.push(PLAIN, "[ ] ")
    };
    let mut line = push_name(state, line, &item.name, is_highlighted);
    if let Some(mark) = item.mark {
        line = line.push(GROUP, &format!(" ({mark})"));
    }
    if columns.has_details {
        line = line.gap_to(columns.names).push(PLAIN, &item.detail);
    }
    if !columns.has_descriptions || item.description.is_empty() {
        return line;
    }
    line.gap_to(columns.details).push(DIM, &item.description)
}

fn group_line(state: &State<'_>, line: Line, name: &str) -> Line {
    let line = line.push(GROUP, name);
    let is_member = |at: &&usize| state.items[**at].group.as_deref() == Some(name);
    match state.selected.iter().filter(is_member).count() {
        0 => line,
        selected => line.push(DIM, &format!("  {selected} selected")),
    }
}

/// Appends a name, in which the characters that the filter found have a color.
fn push_name(state: &mut State<'_>, mut line: Line, name: &str, is_highlighted: bool) -> Line {
    let style = if is_highlighted { BOLD } else { PLAIN };
    let found = state.filter.positions(name);
    if found.is_empty() || name.len() > line.room() || sanitize::line(name) != name {
        return line.push(style, name);
    }
    for (at, c) in (0_u32..).zip(name.chars()) {
        let is_found = found.contains(&at);
        line = line.push(
            if is_found { MATCH } else { style },
            c.encode_utf8(&mut [0; 4]),
        );
    }
    line
}

fn highlighted_preview(state: &mut State<'_>, width: usize, height: usize) -> Vec<Line> {
    let Some(at) = state.highlighted() else {
        return (0..height).map(|_| Line::new(width)).collect();
    };
    let item = &state.items[at];
    preview(item, state.facts(at), width, height)
}
