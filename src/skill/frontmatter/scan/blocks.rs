//! How deep the scan stands, and whether maps side by side are indented alike.

use super::{Construct, Scanner};
use crate::skill::frontmatter::MAX_DEPTH;
use crate::skill::frontmatter::error::Fault;
use crate::span::Span;

/// An open block collection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Indent {
    /// The column of its entries.
    pub column: usize,
    /// Whether it is a list.
    is_list: bool,
    /// The column of the first map within it.
    maps: Option<usize>,
}

impl Scanner<'_> {
    /// Notes an entry of a list or map that begins at byte `start` in `column`.
    pub(super) fn enter_block(&mut self, column: usize, start: usize) {
        let is_list = self.cursor.text[start..].starts_with("- ");
        let is_deeper = self.indents.last().is_none_or(|at| at.column < column);
        if !is_deeper {
            return;
        }
        self.compare_maps(column, start, is_list);
        self.indents.push(Indent {
            column,
            is_list,
            maps: None,
        });
        self.check_depth();
    }

    /// strictyaml wants all maps that are values of one map in one column; a list of maps is
    /// not compared.
    fn compare_maps(&mut self, column: usize, start: usize, is_list: bool) {
        if is_list || self.in_list {
            return;
        }
        if let Some(outer) = self.indents.last_mut().filter(|outer| !outer.is_list)
            && *outer.maps.get_or_insert(column) != column
        {
            self.mark(Span::new(start, start + 1), Construct::UnevenMap);
        }
    }

    pub(super) fn check_depth(&mut self) {
        if self.indents.len() + self.flow.len() > MAX_DEPTH {
            self.refuse(self.cursor.at, Fault::TooDeep);
        }
    }
}
