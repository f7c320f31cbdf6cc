//! The elements of a table, with classes in place of the Markdown library's styles, which the pages'
//! policy forbids.

use pulldown_cmark::{Alignment, Tag, TagEnd};

pub(super) const START: &str = "<div class=table tabindex=0><table>";
pub(super) const END: &str = "</tbody></table></div>\n";

/// A table that is open.
pub(super) struct Table {
    classes: Vec<&'static str>,
    cell: usize,
    is_head: bool,
}

impl Table {
    pub(super) fn new(alignments: &[Alignment]) -> Self {
        let class = |alignment: &Alignment| match alignment {
            Alignment::Center => " class=center",
            Alignment::Right => " class=right",
            Alignment::Left | Alignment::None => "",
        };
        Self {
            classes: alignments.iter().map(class).collect(),
            cell: 0,
            is_head: false,
        }
    }

    /// Returns the start of the head, of a row, or of a cell.
    pub(super) fn start(&mut self, tag: &Tag<'_>) -> String {
        match tag {
            Tag::TableHead => {
                (self.is_head, self.cell) = (true, 0);
                "<thead><tr>".to_owned()
            }
            Tag::TableRow => {
                self.cell = 0;
                "<tr>".to_owned()
            }
            _ => {
                let class = self.classes.get(self.cell).copied().unwrap_or_default();
                self.cell += 1;
                if self.is_head {
                    format!("<th scope=col{class}>")
                } else {
                    format!("<td{class}>")
                }
            }
        }
    }

    /// Returns the end of the head, of a row, or of a cell.
    pub(super) fn end(&mut self, tag: TagEnd) -> &'static str {
        match tag {
            TagEnd::TableHead => {
                self.is_head = false;
                "</tr></thead><tbody>\n"
            }
            TagEnd::TableRow => "</tr>\n",
            _ if self.is_head => "</th>",
            _ => "</td>",
        }
    }
}
