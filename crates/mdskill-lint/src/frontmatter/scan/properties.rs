//! Anchors, aliases and tags.

use super::Scanner;
use crate::frontmatter::cursor::{is_blank_or_end, is_flow_mark};
use crate::span::Span;

impl Scanner<'_> {
    /// Passes `&a` or `!a`, which belongs to the value after it.
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

    /// Passes `*a`. To most who write one it is a glob, so an alias is what names an anchor.
    pub(super) fn alias(&mut self) {
        let (start, line) = (self.cursor.at, self.cursor.line_start);
        let name = self.pass_name();
        if !self.anchors.contains(name) {
            return self.suspect_start(start, '*');
        }
        self.scalar(Span::new(start, self.cursor.at), line);
        self.key_allowed = false;
    }

    /// Returns where a node that begins at byte `start` begins with its anchor and tag: as a key, for
    /// which they must stand on its line, and as a value.
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

/// What the parser takes in the name of an anchor (YAML 1.1; 1.2 takes nearly everything).
fn is_in_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}
