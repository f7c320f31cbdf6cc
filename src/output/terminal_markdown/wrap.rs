//! Wraps pieces of text to a width.

use unicode_width::UnicodeWidthChar;

use super::inline::{Piece, append, push};

/// Makes the character before it an emoji, which is two columns wide.
const EMOJI: char = '\u{fe0f}';

/// Returns the columns of a character. A sequence of characters may have fewer columns than their
/// sum, but not more.
pub(super) fn columns_of(c: char) -> usize {
    if c == EMOJI {
        1
    } else {
        c.width().unwrap_or(0)
    }
}

/// Returns the columns of a text.
pub(super) fn columns(text: &str) -> usize {
    text.chars().map(columns_of).sum()
}

/// Returns the columns of pieces on one line.
pub(super) fn columns_of_all(line: &[Piece]) -> usize {
    line.iter().map(|piece| columns(&piece.text)).sum()
}

/// Wraps at words, at line ends in the text, and within words that are wider than a line. Text in
/// scripts without spaces is wrapped between its wide characters.
pub(super) fn wrap(pieces: &[Piece], width: usize) -> Vec<Vec<Piece>> {
    let mut wrapper = Wrapper {
        width,
        ..Wrapper::default()
    };
    for piece in pieces {
        for c in piece.text.chars() {
            wrapper.add(c, piece);
        }
    }
    wrapper.end_line();
    wrapper.lines
}

#[derive(Default)]
struct Wrapper {
    width: usize,
    lines: Vec<Vec<Piece>>,
    line: Vec<Piece>,
    line_columns: usize,
    word: Vec<Piece>,
    word_columns: usize,
    /// The spaces before the word.
    spaces: Vec<Piece>,
    space_columns: usize,
}

impl Wrapper {
    fn add(&mut self, c: char, model: &Piece) {
        match c {
            '\n' => self.end_line(),
            ' ' => {
                self.end_word();
                push(&mut self.spaces, ' ', model);
                self.space_columns += 1;
            }
            c => {
                let columns = columns_of(c);
                if self.word_columns + columns > self.width {
                    self.end_word();
                }
                let is_wide = columns > 1;
                if is_wide {
                    self.end_word();
                }
                push(&mut self.word, c, model);
                self.word_columns += columns;
                if is_wide {
                    self.end_word();
                }
            }
        }
    }

    fn end_word(&mut self) {
        if self.word.is_empty() {
            return;
        }
        let needed = self.line_columns + self.space_columns + self.word_columns;
        if needed > self.width && self.line_columns > 0 {
            self.break_line();
        }
        // Spaces at the beginning of a paragraph come from no Markdown.
        if !self.line.is_empty() {
            append(&mut self.line, &mut self.spaces);
            self.line_columns += self.space_columns;
        }
        self.spaces.clear();
        self.space_columns = 0;
        append(&mut self.line, &mut self.word);
        self.line_columns += self.word_columns;
        self.word_columns = 0;
    }

    fn break_line(&mut self) {
        self.lines.push(std::mem::take(&mut self.line));
        self.line_columns = 0;
        self.spaces.clear();
        self.space_columns = 0;
    }

    fn end_line(&mut self) {
        self.end_word();
        self.break_line();
    }
}

/// Splits a line at exactly this width, for code, whose spaces have a meaning.
pub(super) fn chop(line: &[Piece], width: usize) -> Vec<Vec<Piece>> {
    let mut lines = vec![Vec::new()];
    let mut used = 0;
    for piece in line {
        for c in piece.text.chars() {
            let columns = columns_of(c);
            if used + columns > width && used > 0 {
                lines.push(Vec::new());
                used = 0;
            }
            if let Some(last) = lines.last_mut() {
                push(last, c, piece);
            }
            used += columns;
        }
    }
    lines
}
