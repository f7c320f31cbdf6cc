//! [`Cursor`]: a position in YAML text that can skip scalars.

/// A position in YAML text, with the start of its line.
#[derive(Debug)]
pub(super) struct Cursor<'a> {
    pub text: &'a str,
    pub at: usize,
    pub line_start: usize,
}

impl<'a> Cursor<'a> {
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            line_start: 0,
        }
    }

    pub fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    pub fn peek_second(&self) -> Option<char> {
        self.text[self.at..].chars().nth(1)
    }

    /// Advances by one character.
    pub fn advance(&mut self) {
        if let Some(c) = self.peek() {
            self.at += c.len_utf8();
            if is_break(c) {
                self.line_start = self.at;
            }
        }
    }

    pub fn advance_while(&mut self, keep_on: impl Fn(char) -> bool) {
        while self.peek().is_some_and(&keep_on) {
            self.advance();
        }
    }

    /// Returns the number of characters before `offset` on the current line.
    pub fn column_of(&self, offset: usize) -> usize {
        self.text[self.line_start..offset].chars().count()
    }

    /// Skips a plain scalar and returns its end. It continues on lines deeper than `indent`, up to
    /// `: `, ` #`, or, if `in_flow`, a bracket or comma (YAML 1.2.2, section 7.3.3).
    pub fn pass_plain(&mut self, indent: Option<usize>, in_flow: bool) -> usize {
        let start = self.at;
        let mut end = start;
        loop {
            while self.peek().is_some_and(|c| !is_space(c) && !is_break(c)) {
                if self.ends_plain(in_flow) && self.at != start {
                    break;
                }
                self.advance();
            }
            if self.at == end {
                return end;
            }
            end = self.at;
            let line = self.line_start;
            self.advance_while(|c| is_space(c) || is_break(c));
            let next_line = self.line_start != line;
            // Columns are counted only on a new line, so that a long line takes linear time.
            let is_over = next_line
                && !in_flow
                && indent.is_some_and(|indent| self.column_of(self.at) <= indent);
            if self.at == end || self.peek() == Some('#') || is_over {
                return end;
            }
            if self.ends_plain(in_flow) {
                return end;
            }
        }
    }

    fn ends_plain(&self, in_flow: bool) -> bool {
        match self.peek() {
            Some(':') => {
                let second = self.peek_second();
                is_blank_or_end(second) || in_flow && second.is_some_and(is_flow_mark)
            }
            Some(c) => in_flow && is_flow_mark(c),
            None => true,
        }
    }

    /// Skips a quoted scalar. Returns false if the quote is never closed.
    pub fn pass_quoted(&mut self, quote: char) -> bool {
        self.advance();
        while let Some(c) = self.peek() {
            let escapes = match c {
                '\\' => quote == '"',
                '\'' => quote == '\'' && self.peek_second() == Some('\''),
                _ => false,
            };
            self.advance();
            if escapes {
                self.advance();
            } else if c == quote {
                return true;
            }
        }
        false
    }

    /// Skips a block scalar (`|` or `>`) in a collection at column `indent`
    /// (YAML 1.2.2, section 8.1).
    pub fn pass_block(&mut self, indent: Option<usize>) {
        let least = indent.map_or(1, |indent| indent + 1);
        let header_start = self.at;
        self.advance_while(|c| !is_break(c));
        let header = &self.text[header_start..self.at];
        let digit = header.chars().take(3).find_map(|c| c.to_digit(10));
        let mut depth =
            digit.and_then(|digit| Some(indent.unwrap_or(0) + usize::try_from(digit).ok()?));
        let mut deepest_blank = 0;
        while self.peek().is_some() {
            self.advance();
            let line = self.at;
            self.advance_while(|c| c == ' ');
            let spaces = self.at - line;
            if self.peek().is_none_or(is_break) {
                deepest_blank = deepest_blank.max(spaces);
                continue;
            }
            if spaces < *depth.get_or_insert(spaces.max(deepest_blank).max(least)) {
                return;
            }
            self.advance_while(|c| !is_break(c));
        }
    }
}

/// Whether the parser treats `c` as a line break (as in YAML 1.1; 1.2 has only CR and LF).
pub(super) fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

pub(super) fn is_blank_or_end(c: Option<char>) -> bool {
    c.is_none_or(|c| is_space(c) || is_break(c))
}

fn is_space(c: char) -> bool {
    c == ' ' || c == '\t'
}

pub(super) fn is_flow_mark(c: char) -> bool {
    matches!(c, ',' | '[' | ']' | '{' | '}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str, indent: Option<usize>, in_flow: bool) -> &str {
        let mut cursor = Cursor::new(text);
        let end = cursor.pass_plain(indent, in_flow);
        &text[..end]
    }

    fn rest_after_block(text: &str) -> &str {
        let mut cursor = Cursor::new(text);
        cursor.pass_block(Some(0));
        &text[cursor.at..]
    }

    #[test]
    fn plain_scalar_ends_as_in_the_specification() {
        assert_eq!(plain("a b: c", None, false), "a b");
        assert_eq!(plain("a:b #c", None, false), "a:b");
        assert_eq!(plain("a#b, c", None, false), "a#b, c");
        assert_eq!(plain("a, b", None, true), "a");
        assert_eq!(plain("a\n  b\n\n c\nd", Some(0), false), "a\n  b\n\n c");
        assert_eq!(plain(":a", None, false), ":a");
        assert_eq!(plain("é", None, false), "é");
    }

    #[test]
    fn quoted_scalar_ends_at_its_quote() {
        for (text, rest) in [(r#""a\"b" c"#, " c"), ("'it''s' c", " c")] {
            let mut cursor = Cursor::new(text);
            assert!(cursor.pass_quoted(text.chars().next().unwrap()));
            assert_eq!(&text[cursor.at..], rest);
        }
        assert!(!Cursor::new("\"a").pass_quoted('"'));
    }

    #[test]
    fn block_scalar_ends_at_the_first_shallower_line() {
        assert_eq!(rest_after_block("|\n  a: *b\n\n   c\nd: e"), "d: e");
        assert_eq!(rest_after_block(">-\n\nd: e"), "d: e");
        assert_eq!(rest_after_block("|2\n    a\n b"), "b");
        assert_eq!(rest_after_block("|"), "");
    }
}
