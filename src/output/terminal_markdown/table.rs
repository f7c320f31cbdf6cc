//! [`Table`]: a table that is fitted into the width, or shown as a list if it has no room.

use anstyle::Style;
use pulldown_cmark::Alignment;

use super::Look;
use super::inline::Piece;
use super::wrap::{columns, columns_of_all, wrap};

/// The columns between two cells: ` │ `.
const BORDER: usize = 3;
/// The widest word that is not broken to make a table fit.
const MAX_WORD: usize = 24;

type Cell = Vec<Piece>;

/// A table. The first row is its head.
#[derive(Debug)]
pub(super) struct Table {
    alignments: Vec<Alignment>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    pub(super) fn new(alignments: Vec<Alignment>) -> Self {
        Self {
            alignments,
            rows: Vec::new(),
        }
    }

    pub(super) fn start_row(&mut self) {
        self.rows.push(Vec::new());
    }

    pub(super) fn add_cell(&mut self, cell: Cell) {
        if let Some(row) = self.rows.last_mut() {
            row.push(cell);
        }
    }

    /// Returns the lines of the table, at most `room` columns wide.
    pub(super) fn lines(mut self, room: usize, look: Look) -> Vec<Vec<Piece>> {
        if look.has_color {
            let head = self.rows.iter_mut().take(1).flatten().flatten();
            head.for_each(|piece| piece.style = piece.style.bold());
        }
        match self.widths(room) {
            Some(widths) => self.grid(&widths, look),
            None => self.records(room),
        }
    }

    /// Returns the width of each column; `None` if there is no room for the words in it.
    fn widths(&self, room: usize) -> Option<Vec<usize>> {
        let count = self.alignments.len();
        let room = room.checked_sub(BORDER * count.saturating_sub(1))?;
        let (mut widest, mut least) = (vec![1; count], vec![1; count]);
        for row in &self.rows {
            for (at, cell) in row.iter().enumerate().take(count) {
                widest[at] = columns_of_all(cell).max(widest[at]);
                least[at] = longest_word(cell).min(MAX_WORD).max(least[at]);
            }
        }
        let (all, needed) = (widest.iter().sum::<usize>(), least.iter().sum::<usize>());
        if all <= room {
            return Some(widest);
        }
        let spare = room.checked_sub(needed)?;
        // Long cells get more of the spare columns.
        let wanted = all - needed;
        let widths = widest.iter().zip(&least);
        let widths = widths.map(|(widest, least)| least + (widest - least) * spare / wanted.max(1));
        Some(widths.collect())
    }

    fn grid(&self, widths: &[usize], look: Look) -> Vec<Vec<Piece>> {
        let dim = if look.has_color {
            Style::new().dimmed()
        } else {
            Style::new()
        };
        let mut lines = Vec::new();
        for (at, row) in self.rows.iter().enumerate() {
            if at == 1 {
                let rules: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
                lines.push(vec![Piece::own(rules.join("─┼─"), dim)]);
            }
            let cells = row
                .iter()
                .zip(widths)
                .map(|(cell, width)| wrap(cell, *width));
            let mut cells: Vec<Vec<Vec<Piece>>> = cells.collect();
            let height = cells.iter().map(Vec::len).max().unwrap_or(0);
            for line in 0..height {
                let mut pieces = Vec::new();
                for (at, width) in widths.iter().enumerate() {
                    if at > 0 {
                        pieces.push(Piece::own(" │ ", dim));
                    }
                    let cell = cells.get_mut(at).and_then(|cell| cell.get_mut(line));
                    let cell = cell.map(std::mem::take).unwrap_or_default();
                    let alignment = self.alignments.get(at).copied();
                    pieces.extend(aligned(cell, *width, alignment));
                }
                lines.push(pieces);
            }
        }
        lines
    }

    /// Returns the cells of each row below each other, with their headings.
    fn records(self, room: usize) -> Vec<Vec<Piece>> {
        let mut rows = self.rows.into_iter();
        let head = rows.next().unwrap_or_default();
        let mut lines = Vec::new();
        for row in rows {
            if !lines.is_empty() {
                lines.push(Vec::new());
            }
            for (heading, cell) in head.iter().zip(row) {
                if cell.is_empty() {
                    continue;
                }
                let mut text = heading.clone();
                if !text.is_empty() {
                    text.push(Piece::own(": ", Style::new()));
                }
                text.extend(cell);
                lines.extend(wrap(&text, room));
            }
        }
        if lines.is_empty() {
            lines.extend(head.iter().flat_map(|heading| wrap(heading, room)));
        }
        lines
    }
}

fn longest_word(cell: &[Piece]) -> usize {
    let (mut longest, mut word) = (0, 0);
    for piece in cell {
        let mut parts = piece.text.split(' ');
        word += columns(parts.next().unwrap_or_default());
        for part in parts {
            longest = longest.max(word);
            word = columns(part);
        }
    }
    longest.max(word)
}

fn aligned(mut cell: Cell, width: usize, alignment: Option<Alignment>) -> Cell {
    let spare = width.saturating_sub(columns_of_all(&cell));
    let before = match alignment {
        Some(Alignment::Right) => spare,
        Some(Alignment::Center) => spare / 2,
        _ => 0,
    };
    let blank = |count| Piece::own(" ".repeat(count), Style::new());
    if before > 0 {
        cell.insert(0, blank(before));
    }
    if spare > before {
        cell.push(blank(spare - before));
    }
    cell
}
