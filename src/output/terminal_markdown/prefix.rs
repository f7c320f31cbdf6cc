//! [`Prefixes`]: the marks of quotes and lists at the beginning of lines.

use anstyle::Style;

use super::inline::Piece;
use super::wrap::columns;

/// A quote or an item of a list.
#[derive(Debug)]
struct Prefix {
    /// The mark of its first line.
    first: String,
    /// The mark of the other lines.
    rest: String,
    style: Style,
    columns: usize,
    /// Whether it has no line yet.
    is_fresh: bool,
}

/// The open quotes and items. Only those that have room are visible, so that a text with thousands
/// of levels has lines of a reasonable width, in linear time.
#[derive(Debug, Default)]
pub(super) struct Prefixes {
    visible: Vec<Prefix>,
    /// For each open container, whether it is visible.
    is_visible: Vec<bool>,
    columns: usize,
}

impl Prefixes {
    /// Opens a container whose first line and other lines begin with these marks. Returns whether it
    /// has room.
    pub(super) fn open(&mut self, first: String, rest: String, style: Style, limit: usize) -> bool {
        let columns = columns(&first);
        let has_room = self.columns + columns <= limit;
        self.is_visible.push(has_room);
        if has_room {
            self.columns += columns;
            self.visible.push(Prefix {
                first,
                rest,
                style,
                columns,
                is_fresh: true,
            });
        }
        has_room
    }

    /// Whether the innermost container has no line yet.
    pub(super) fn is_fresh(&self) -> bool {
        let is_visible = self.is_visible.last().is_some_and(|visible| *visible);
        is_visible && self.visible.last().is_some_and(|prefix| prefix.is_fresh)
    }

    /// Closes the innermost container.
    pub(super) fn close(&mut self) {
        if self.is_visible.pop() == Some(true)
            && let Some(prefix) = self.visible.pop()
        {
            self.columns -= prefix.columns;
        }
    }

    /// Returns the columns of the marks.
    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    /// Returns the marks of the next line.
    pub(super) fn next_line(&mut self) -> Vec<Piece> {
        let mark = |prefix: &mut Prefix| {
            let is_first = std::mem::replace(&mut prefix.is_fresh, false);
            let text = if is_first {
                &prefix.first
            } else {
                &prefix.rest
            };
            Piece::own(text.clone(), prefix.style)
        };
        self.visible.iter_mut().map(mark).collect()
    }

    /// Returns the marks of an empty line between two blocks.
    pub(super) fn empty_line(&self) -> Vec<Piece> {
        let open = self.visible.iter().take_while(|prefix| !prefix.is_fresh);
        let mut marks: Vec<Piece> = open
            .map(|prefix| Piece::own(prefix.rest.clone(), prefix.style))
            .collect();
        while marks.last().is_some_and(|mark| mark.text.trim().is_empty()) {
            marks.pop();
        }
        if let Some(last) = marks.last_mut() {
            last.text.truncate(last.text.trim_end().len());
        }
        marks
    }
}
