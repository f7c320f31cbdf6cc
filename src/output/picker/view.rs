//! [`Frame`]: the lines that a picker shows.

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use super::state::State;
use crate::output::sanitize;
use crate::output::wrap::wrap;

/// The height from which a preview is shown.
const MIN_HEIGHT_FOR_PREVIEW: usize = 14;
/// The lines of the title, the filter, and the keys.
const FIXED_LINES: usize = 3;
const FILTER_LABEL: &str = "Filter: ";

/// One screen of a picker.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Frame {
    /// The lines, with colors.
    pub(super) lines: Vec<String>,
    /// The column of the cursor in the second line, from 0.
    pub(super) cursor: usize,
    /// The number of rows of the list.
    pub(super) page: usize,
}

/// A row of the list.
enum Row<'a> {
    Group(&'a str),
    /// An index of `State::shown`.
    Item(usize),
}

impl Frame {
    /// Draws a picker on a screen of this size.
    pub(super) fn draw(state: &State<'_>, title: &str, width: usize, height: usize) -> Self {
        let preview_height = match height {
            MIN_HEIGHT_FOR_PREVIEW.. => height / 3,
            _ => 0,
        };
        let page = height.saturating_sub(FIXED_LINES + preview_height).max(1);
        let (filter, cursor) = filter_line(state, width);
        let mut lines = vec![title_line(state, title, width), filter];
        lines.extend(list(state, width, page));
        if preview_height > 0 {
            lines.push(styled(dim(), &"─".repeat(width)));
            lines.extend(preview(state, width, preview_height - 1));
        }
        lines.push(styled(dim(), keys(width)));
        Self {
            lines,
            cursor,
            page,
        }
    }
}

fn dim() -> Style {
    Style::new().dimmed()
}

fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

fn title_line(state: &State<'_>, title: &str, width: usize) -> String {
    let counts = format!("{} of {} selected", state.selected.len(), state.items.len());
    let room = width.saturating_sub(counts.width() + 2);
    let title = sanitize::cut(&sanitize::line(title), room);
    format!("{}  {counts}", styled(Style::new().bold(), &title))
}

fn filter_line(state: &State<'_>, width: usize) -> (String, usize) {
    let room = width.saturating_sub(FILTER_LABEL.len() + 1);
    let filter = sanitize::cut_before(&sanitize::line(&state.filter), room);
    let column = FILTER_LABEL.len() + filter.width();
    let note = match (state.filter.is_empty(), state.shown.len()) {
        (true, _) => "type a name or a word".to_owned(),
        (false, 1) => "  1 match".to_owned(),
        (false, found) => format!("  {found} matches"),
    };
    let note = if column + note.width() < width {
        styled(dim(), &note)
    } else {
        String::new()
    };
    (format!("{FILTER_LABEL}{filter}{note}"), column)
}

/// Returns exactly `page` lines, with the highlighted row in the middle of a long list.
fn list(state: &State<'_>, width: usize, page: usize) -> Vec<String> {
    let rows = rows(state);
    let is_highlighted = |row: &Row<'_>| matches!(row, Row::Item(at) if *at == state.cursor);
    let at = rows.iter().position(is_highlighted).unwrap_or_default();
    let first = at
        .saturating_sub(page / 2)
        .min(rows.len().saturating_sub(page));
    let visible = rows.iter().skip(first).take(page);
    let mut lines: Vec<String> = visible.map(|row| row_line(state, row, width)).collect();
    if rows.is_empty() {
        let nothing = format!("  no match for `{}`", sanitize::line(&state.filter));
        lines.push(sanitize::cut(&nothing, width));
    }
    lines.resize(page, String::new());
    lines
}

/// Returns the rows: all items with the names of their groups, or the matches in their own order.
fn rows<'a>(state: &State<'a>) -> Vec<Row<'a>> {
    let mut rows = Vec::new();
    let mut open_group = None;
    for (at, item) in state.shown.iter().enumerate() {
        let group = state.items[*item].group.as_deref();
        if state.filter.is_empty() && group != open_group {
            rows.extend(group.map(Row::Group));
            open_group = group;
        }
        rows.push(Row::Item(at));
    }
    rows
}

fn row_line(state: &State<'_>, row: &Row<'_>, width: usize) -> String {
    let at = match row {
        Row::Group(name) => {
            let name = sanitize::cut(&sanitize::line(name), width);
            return styled(AnsiColor::Cyan.on_default(), &name);
        }
        Row::Item(at) => *at,
    };
    let index = state.shown[at];
    let item = &state.items[index];
    let is_highlighted = at == state.cursor;
    let pointer = if is_highlighted { ">" } else { " " };
    let tick = if state.selected.contains(&index) {
        "[x]"
    } else {
        "[ ]"
    };
    let mark = item.mark.map(|mark| format!(" ({mark})"));
    let name = format!(
        "{pointer} {tick} {}{}",
        sanitize::line(&item.name),
        mark.unwrap_or_default()
    );
    let name = sanitize::cut(&name, width);
    let mut rest = String::new();
    if let (false, Some(group)) = (state.filter.is_empty(), &item.group) {
        rest = format!("  {group}");
    }
    rest = format!("{rest}  {}", item.description);
    let room = width.saturating_sub(name.width());
    let rest = if room > 2 {
        sanitize::cut(&sanitize::line(&rest), room)
    } else {
        String::new()
    };
    let style = if is_highlighted {
        AnsiColor::Green.on_default().bold()
    } else {
        Style::new()
    };
    format!("{}{}", styled(style, &name), styled(dim(), rest.trim_end()))
}

/// Returns exactly `height` lines about the highlighted item.
fn preview(state: &State<'_>, width: usize, height: usize) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(item) = state.highlighted() {
        lines.push(styled(
            Style::new().bold(),
            &sanitize::cut(&sanitize::line(&item.name), width),
        ));
        // What a skill can do comes first, because a long description must not hide it.
        for text in item.preview.iter().chain([&item.description]) {
            let wrapped = wrap(&sanitize::line(text), width, 2);
            lines.extend(wrapped.lines().map(|line| sanitize::cut(line, width)));
        }
    }
    if lines.len() > height {
        lines.truncate(height.saturating_sub(1));
        lines.push(styled(dim(), "…"));
    }
    lines.resize(height, String::new());
    lines
}

/// Returns the keys, as many as have room.
fn keys(width: usize) -> &'static str {
    let all = [
        "enter confirm · space select · ctrl-a select all shown · ctrl-u clear filter · esc cancel",
        "enter confirm · space select · ctrl-a all · ctrl-u clear · esc cancel",
        "enter ok · space select · esc cancel",
    ];
    let fits = |keys: &&&str| keys.width() <= width;
    all.iter().find(fits).copied().unwrap_or("esc cancel")
}
