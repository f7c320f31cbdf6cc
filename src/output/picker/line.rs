//! [`Line`]: a line of the screen, which is never wider than it may be.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use crate::output::sanitize;

pub(super) const PLAIN: Style = Style::new();
pub(super) const BOLD: Style = Style::new().bold();
pub(super) const DIM: Style = Style::new().dimmed();
pub(super) const CURSOR: Style = AnsiColor::Green.on_default().bold();
pub(super) const MATCH: Style = AnsiColor::Green.on_default().underline();
pub(super) const GROUP: Style = AnsiColor::Cyan.on_default();
pub(super) const ALERT: Style = AnsiColor::Yellow.on_default();

/// A line with colors, of a limited number of columns.
#[derive(Debug, Default)]
pub(super) struct Line {
    text: String,
    used: usize,
    width: usize,
    /// Whether it ends with `…`.
    is_cut: bool,
}

impl Line {
    pub(super) fn new(width: usize) -> Self {
        Self {
            width,
            ..Self::default()
        }
    }

    /// Returns the number of columns that are left.
    pub(super) fn room(&self) -> usize {
        self.width - self.used
    }

    /// Appends a text, made printable, and cuts it to the columns that are left.
    pub(super) fn push(mut self, style: Style, text: &str) -> Self {
        if self.room() > 0 && !text.is_empty() {
            let text = sanitize::line(text);
            self.is_cut = text.width() > self.room();
            let text = sanitize::cut(&text, self.room());
            self.used += text.width();
            let _ = write!(self.text, "{style}{text}{style:#}");
        }
        self
    }

    /// Appends `…`, if the line does not end with it.
    pub(super) fn cut(mut self) -> Self {
        if !self.is_cut {
            self = self.push(DIM, "…");
            self.is_cut = true;
        }
        self
    }

    /// Appends spaces up to a column.
    pub(super) fn pad_to(self, column: usize) -> Self {
        let spaces = column.saturating_sub(self.used).min(self.room());
        self.push(PLAIN, &" ".repeat(spaces))
    }

    /// Appends spaces up to a column, and at least two.
    pub(super) fn gap_to(self, column: usize) -> Self {
        let column = column.max(self.used + 2);
        self.pad_to(column)
    }

    /// Appends a line that was made before.
    pub(super) fn append(mut self, line: &Self) -> Self {
        if line.used <= self.room() {
            self.used += line.used;
            self.text.push_str(&line.text);
        }
        self
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }
}
