//! [`Table`]: aligned columns of plain text.

use unicode_width::UnicodeWidthStr;

use super::sanitize;

/// Rows with the same number of cells, the first of them the headings.
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Creates a table with a row of headings.
    pub(crate) fn new(headings: &[&str]) -> Self {
        let mut table = Self { rows: Vec::new() };
        table.row(headings);
        table
    }

    /// Adds a row. The cells are sanitized.
    pub(crate) fn row(&mut self, cells: &[&str]) {
        self.rows
            .push(cells.iter().map(|cell| sanitize::line(cell)).collect());
    }

    /// Removes the columns in which all cells but the heading are empty.
    pub(crate) fn drop_empty_columns(&mut self) {
        for column in (0..self.rows[0].len()).rev() {
            if self.rows[1..].iter().all(|row| row[column].is_empty()) {
                for row in &mut self.rows {
                    row.remove(column);
                }
            }
        }
    }

    /// Returns the lines, each at most `limit` columns wide.
    pub(crate) fn lines(&self, limit: Option<usize>) -> Vec<String> {
        let widest = |column: usize| self.rows.iter().map(|row| row[column].width()).max();
        let widths: Vec<usize> = (0..self.rows[0].len()).filter_map(widest).collect();
        let line = |row: &Vec<String>| {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(&widths) {
                line.push_str(cell);
                line.push_str(&" ".repeat(width - cell.width() + 2));
            }
            sanitize::cut(line.trim_end(), limit.unwrap_or(usize::MAX))
        };
        self.rows.iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_the_last_is_cut() {
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
