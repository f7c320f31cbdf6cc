//! A table of plain columns that line up.

use unicode_width::UnicodeWidthStr;

use super::sanitize;

/// Rows of cells; the last column takes what room is left.
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Makes a table with a row of headings.
    #[must_use]
    pub fn new(headings: &[&str]) -> Self {
        Self {
            rows: vec![
                headings
                    .iter()
                    .map(|heading| (*heading).to_owned())
                    .collect(),
            ],
        }
    }

    /// Adds a row; its cells may be strangers' text.
    pub fn row(&mut self, cells: &[&str]) {
        self.rows
            .push(cells.iter().map(|cell| sanitize::line(cell)).collect());
    }

    /// Leaves out the columns that have nothing but their heading.
    pub fn drop_empty_columns(&mut self) {
        let (_, rows) = self.rows.split_at(1);
        let is_empty = |column: usize| rows.iter().all(|row| row[column].is_empty());
        let columns = self.rows[0].len();
        let kept: Vec<bool> = (0..columns).map(|column| !is_empty(column)).collect();
        for row in &mut self.rows {
            let mut kept = kept.iter();
            row.retain(|_| kept.next().is_none_or(|kept| *kept));
        }
    }

    /// Returns the lines, each at most `width` columns wide when that is given.
    #[must_use]
    pub fn lines(&self, width: Option<usize>) -> Vec<String> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widest = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.width()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(widest).collect();
        self.rows
            .iter()
            .map(|row| line(row, &widths, width))
            .collect()
    }
}

fn line(row: &[String], widths: &[usize], limit: Option<usize>) -> String {
    let mut line = String::new();
    for (cell, width) in row.iter().zip(widths) {
        line.push_str(cell);
        line.push_str(&" ".repeat(width - cell.width() + 2));
    }
    let line = line.trim_end();
    match limit {
        Some(limit) => sanitize::cut(line, limit),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_the_last_is_cut() {
        let mut table = Table::new(&["NAME", "WHAT"]);
        table.row(&["技能", "one two three"]);
        table.row(&["abcde", "x"]);
        assert_eq!(
            table.lines(Some(12)),
            ["NAME   WHAT", "技能   one …", "abcde  x"]
        );
        assert_eq!(table.lines(None)[1], "技能   one two three");
    }
}
