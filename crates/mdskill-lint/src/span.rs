//! [`Span`]: a range of bytes; [`Position`]: a line and column; [`Positions`]: converts bytes to
//! positions.

use std::ops::Range;

/// A part of a text, from byte `start` up to and without byte `end`, both at character boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl Span {
    /// Returns the span from `start` to `end`.
    #[must_use]
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// Returns the empty span at byte `at`.
    #[must_use]
    pub const fn at(at: usize) -> Self {
        Self { start: at, end: at }
    }

    /// Returns the span shifted by `by` bytes, for example from the bytes of a part to those of the
    /// whole.
    #[must_use]
    pub const fn shifted(self, by: usize) -> Self {
        Self::new(self.start + by, self.end + by)
    }

    /// Returns this part of `text`.
    #[must_use]
    pub fn of(self, text: &str) -> &str {
        &text[self.start..self.end]
    }

    /// Returns the span without white space at its ends.
    pub(crate) fn trimmed(self, text: &str) -> Self {
        let part = self.of(text);
        let start = self.start + part.len() - part.trim_start().len();
        Self::new(start, start + part.trim().len())
    }
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        Self::new(range.start, range.end)
    }
}

/// A place in a file, counted as in editors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, from 1; a line ends with LF, so CRLF counts once.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl Position {
    /// The first character of a file.
    pub const START: Self = Self { line: 1, column: 1 };
}

/// Finds the positions of byte offsets, fastest in increasing order: one scan of the text then finds
/// all of them, so that a megabyte of references on one line takes linear time.
#[derive(Debug)]
pub struct Positions<'a> {
    text: &'a str,
    reached: usize,
    at: Position,
    first: Position,
}

impl<'a> Positions<'a> {
    /// Returns the positions of `text`, which begins at line `first_line` of its file.
    #[must_use]
    pub fn new(text: &'a str, first_line: usize) -> Self {
        let first = Position {
            line: first_line,
            column: 1,
        };
        Self {
            text,
            reached: 0,
            at: first,
            first,
        }
    }

    /// Returns the position of byte `offset`, at most the end of the text.
    pub fn of(&mut self, offset: usize) -> Position {
        if offset < self.reached {
            (self.reached, self.at) = (0, self.first);
        }
        let walked = self.text[self.reached..].char_indices();
        let from = self.reached;
        for (at, c) in walked.take_while(|(at, _)| from + at < offset) {
            self.reached = from + at + c.len_utf8();
            if c == '\n' {
                self.at.line += 1;
                self.at.column = 1;
            } else {
                self.at.column += 1;
            }
        }
        self.at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_lines_and_characters_in_any_order() {
        let mut positions = Positions::new("aé\r\nb", 3);
        let at = |line, column| Position { line, column };
        assert_eq!(positions.of(3), at(3, 3));
        assert_eq!(positions.of(5), at(4, 1));
        assert_eq!(positions.of(0), at(3, 1));
        assert_eq!(positions.of(99), at(4, 2));
    }
}
