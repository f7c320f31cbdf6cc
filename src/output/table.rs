//! [`Table`]: aligned columns for people, or values separated by tabs for programs.

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

use super::sanitize;
use super::styled::Styled;
use super::wrap::wrap;

/// The width to which a column is cut before it is left out.
const MIN_WIDTH: usize = 10;
/// The width of a wrapped column below which it is below the others.
const MIN_WRAPPED: usize = 30;
/// The spaces between two columns.
const GAP: usize = 2;

/// Rows with the same number of cells, the first of them the headings.
pub(crate) struct Table {
    rows: Vec<Vec<Cell>>,
    /// The column that is never cut, besides the first.
    essential: Option<&'static str>,
}

struct Cell {
    text: String,
    style: Style,
}

impl Table {
    /// Creates a table with a row of headings.
    pub(crate) fn new(headings: &[&str]) -> Self {
        let mut table = Self {
            rows: Vec::new(),
            essential: None,
        };
        table.row(headings);
        for cell in &mut table.rows[0] {
            cell.style = Style::new().bold();
        }
        table
    }

    /// Makes a column essential: on a narrow terminal, the others are cut and left out.
    pub(crate) fn with_essential(mut self, heading: &'static str) -> Self {
        self.essential = Some(heading);
        self
    }

    /// Adds a row. The cells are sanitized.
    pub(crate) fn row(&mut self, cells: &[&str]) {
        let cell = |text: &&str| Cell {
            text: sanitize::line(text),
            style: Style::new(),
        };
        self.rows.push(cells.iter().map(cell).collect());
    }

    /// Sets the style of a cell in the last row.
    pub(crate) fn style_last(&mut self, column: usize, style: Style) {
        let cells = self.rows.last_mut();
        if let Some(cell) = cells.and_then(|row| row.get_mut(column)) {
            cell.style = style;
        }
    }

    /// Removes the columns in which all cells but the heading are empty.
    pub(crate) fn drop_empty_columns(&mut self) {
        for column in (0..self.rows[0].len()).rev() {
            if self.rows[1..].iter().all(|row| row[column].text.is_empty()) {
                for row in &mut self.rows {
                    row.remove(column);
                }
            }
        }
    }

    /// Returns the lines with their styles, each at most `limit` columns wide.
    pub(crate) fn lines(&self, limit: Option<usize>) -> Vec<Styled> {
        let widths = self.widths(limit.unwrap_or(usize::MAX));
        let line = |row: &Vec<Cell>| {
            let mut line = Styled::default();
            let mut gap = 0;
            for (cell, width) in row.iter().zip(&widths) {
                let text = sanitize::cut(&cell.text, *width);
                if text.is_empty() || *width == 0 {
                    gap += if *width == 0 { 0 } else { width + GAP };
                    continue;
                }
                line = line.push(&" ".repeat(gap));
                line = line.push_with(cell.style, &text);
                gap = width - text.width() + GAP;
            }
            line
        };
        self.rows.iter().map(line).collect()
    }

    /// Whether the table needs no more than `width` columns.
    pub(crate) fn fits(&self, width: usize) -> bool {
        let widths = self.widths(usize::MAX);
        widths.iter().map(|width| width + GAP).sum::<usize>() <= width + GAP
    }

    /// Returns the lines with their styles, in which the last column is not cut: it is wrapped at words,
    /// or below the others if they leave too little room.
    pub(crate) fn wrapped_lines(&self, width: usize) -> Vec<Styled> {
        let widths = self.widths(usize::MAX);
        let Some((_, others)) = widths.split_last() else {
            return Vec::new();
        };
        let beside: usize = others.iter().map(|width| width + GAP).sum();
        let indent = if width.saturating_sub(beside) < MIN_WRAPPED {
            GAP
        } else {
            beside
        };
        let mut lines = Vec::new();
        for row in &self.rows {
            let mut line = Styled::default();
            for (cell, width) in row.iter().zip(others) {
                let gap = " ".repeat(width - cell.text.width() + GAP);
                line = line.push_with(cell.style, &cell.text).push(&gap);
            }
            let Some(last) = row.last() else { continue };
            let text = wrap(&last.text, width, indent);
            if indent < beside {
                lines.push(line.trim_end());
                line = Styled::from(" ".repeat(indent));
            }
            for part in text.split('\n') {
                let line = std::mem::take(&mut line);
                lines.push(line.push_with(last.style, part.trim_end()).trim_end());
            }
        }
        lines
    }

    /// Returns the rows without headings, as values separated by tabs.
    pub(crate) fn values(&self) -> Vec<Styled> {
        let line = |row: &Vec<Cell>| {
            let cells = row.iter().map(|cell| Styled::from(&cell.text));
            let joined = cells.reduce(|line, cell| line.push_tab().append(&cell));
            joined.unwrap_or_default()
        };
        self.rows.iter().skip(1).map(line).collect()
    }

    /// Returns the widths of the columns, 0 for one that is left out.
    fn widths(&self, limit: usize) -> Vec<usize> {
        let headings = &self.rows[0];
        let widest = |column: usize| {
            let widths = self.rows.iter().map(|row| row[column].text.width());
            widths.max().unwrap_or_default()
        };
        let mut widths: Vec<usize> = (0..headings.len()).map(widest).collect();
        let excess = |widths: &[usize]| {
            let shown = widths.iter().filter(|width| **width > 0);
            let total: usize = shown.map(|width| width + GAP).sum();
            total.saturating_sub(GAP).saturating_sub(limit)
        };
        for column in (1..headings.len()).rev() {
            if self.essential == Some(&*headings[column].text) {
                continue;
            }
            let (width, excess) = (widths[column], excess(&widths));
            if excess > 0 {
                let cut = width.saturating_sub(excess);
                widths[column] = if cut < MIN_WIDTH.min(width) { 0 } else { cut };
            }
        }
        let excess = excess(&widths);
        if excess > 0 {
            widths[0] = widths[0]
                .saturating_sub(excess)
                .max(MIN_WIDTH.min(widths[0]));
        }
        widths
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(table: &Table, limit: Option<usize>) -> Vec<String> {
        let lines = table.lines(limit);
        lines.iter().map(Styled::plain).collect()
    }

    #[test]
    fn columns_are_aligned_and_the_last_is_cut() {
        let mut table = Table::new(&["NAME", "WHAT"]);
        table.row(&["技能", "one two three four"]);
        table.row(&["abcde", "x"]);
        assert_eq!(
            plain(&table, Some(18)),
            ["NAME   WHAT", "技能   one two th…", "abcde  x"]
        );
        assert_eq!(plain(&table, None)[1], "技能   one two three four");
        let values: Vec<String> = table.values().iter().map(Styled::plain).collect();
        assert_eq!(values, ["技能\tone two three four", "abcde\tx"]);
    }

    #[test]
    fn last_column_is_wrapped_beside_or_below_the_others() {
        let mut table = Table::new(&["NAME", "WORDS"]);
        table.row(&["one", "a b c d e f g h i j k l m n o p q r s t"]);
        let wrapped = |width| -> Vec<String> {
            let lines = table.wrapped_lines(width);
            let plain = lines.iter().map(Styled::plain);
            plain.collect()
        };
        assert_eq!(
            wrapped(38),
            [
                "NAME  WORDS",
                "one   a b c d e f g h i j k l m n o p",
                "      q r s t"
            ]
        );
        assert_eq!(
            wrapped(30),
            [
                "NAME",
                "  WORDS",
                "one",
                "  a b c d e f g h i j k l m n",
                "  o p q r s t"
            ]
        );
        assert!(table.fits(45) && !table.fits(44));
    }

    #[test]
    fn essential_column_is_shown_at_any_width() {
        let mut table = Table::new(&["NAME", "REF", "STATE", "SOURCE"]).with_essential("STATE");
        table.row(&[
            "a-skill-with-a-long-name",
            "v1.2.3",
            "modified, kept",
            "acme/skills",
        ]);
        table.row(&["b", "", "missing", ""]);
        assert_eq!(
            plain(&table, Some(62))[1],
            "a-skill-with-a-long-name  v1.2.3  modified, kept  acme/skills"
        );
        assert_eq!(
            plain(&table, Some(60))[1],
            "a-skill-with-a-long-name  v1.2.3  modified, kept  acme/skil…"
        );
        assert_eq!(
            plain(&table, Some(50)),
            [
                "NAME                      REF     STATE",
                "a-skill-with-a-long-name  v1.2.3  modified, kept",
                "b                                 missing",
            ]
        );
        assert_eq!(
            plain(&table, Some(40)),
            [
                "NAME                      STATE",
                "a-skill-with-a-long-name  modified, kept",
                "b                         missing",
            ]
        );
        assert_eq!(plain(&table, Some(30))[1], "a-skill-with-…  modified, kept");
    }
}
