//! Anchors, aliases and tags.

use super::Scanner;
use crate::frontmatter::cursor::{is_blank_or_end, is_flow_mark};
use crate::span::Span;

impl Scanner<'_> {
    /// Skips `&a` or `!a`, which belongs to the following value.
    pub(super) fn property(&mut self, sign: char) {
        let (start, line) = (self.cursor.at, self.cursor.line_start);
        let name = self.pass_name();
        if sign == '&' {
            if name.is_empty() || !name.chars().all(is_in_name) {
                return self.suspect_start(start, sign);
            }
            self.anchors.insert(name);
        }
        self.property.get_or_insert((start, line));
    }

    /// Skips `*a`. It is an alias only if the anchor exists, because most authors mean a glob.
    pub(super) fn alias(&mut self) {
        let (start, line) = (self.cursor.at, self.cursor.line_start);
        let name = self.pass_name();
        if !self.anchors.contains(name) {
            return self.suspect_start(start, '*');
        }
        self.scalar(Span::new(start, self.cursor.at), line);
        self.key_allowed = false;
    }

    /// Returns the start of a node, including its anchor and tag: as a key, for which they must be on
    /// the same line, and as a value.
    pub(super) fn begins(&mut self, start: usize, line_start: usize) -> (usize, usize) {
        match self.property.take() {
            Some((property, line)) if line == line_start => (property, property),
            Some((property, _)) => (start, property),
            None => (start, start),
        }
    }
}

impl<'a> Scanner<'a> {
    fn pass_name(&mut self) -> &'a str {
        self.cursor.advance();
        let start = self.cursor.at;
        let in_flow = !self.in_block();
        self.cursor
            .advance_while(|c| !(is_blank_or_end(Some(c)) || in_flow && is_flow_mark(c)));
        &self.cursor.text[start..self.cursor.at]
    }
}

/// Whether the parser accepts `c` in the name of an anchor (as in YAML 1.1; 1.2 accepts nearly all
/// characters).
fn is_in_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}
