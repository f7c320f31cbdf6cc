//! A pass over the YAML before the parser sees it: it refuses what could make
//! the parser expand or nest without bound (aliases, tags, deep nesting), finds
//! where each top-level key and value stands, and remembers the first thing that
//! looks wrong, to explain the parser's refusal in the author's words.
//!
//! It follows the token rules of YAML 1.2.2, chapters 5 to 9, as far as needed
//! to know where a value begins; whether the text is valid is the parser's word.

use super::cursor::{Cursor, is_blank_or_end, is_break};
use super::error::Fault;
use super::quoting::quoted_line;
use crate::span::Span;

mod keys;

/// What the pass found; offsets are bytes of the YAML.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// The keys of the outermost map, in order.
    pub keys: Vec<Key>,
    /// What must not reach the parser.
    pub refused: Option<(Span, Fault)>,
    /// What explains it, if the parser refuses.
    pub suspected: Option<(Span, Fault)>,
}

/// Where a key of the outermost map and its value stand; the key twice when it has no value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key {
    pub span: Span,
    pub value: Span,
}

/// Returns what is in `yaml`; stops at the first thing refused or suspected.
pub(super) fn scan(yaml: &str) -> Scan {
    let mut scanner = Scanner::new(yaml);
    while scanner.is_undecided() && scanner.skip_to_token() {
        scanner.token();
    }
    scanner.end();
    // The parser refuses these before it looks at anything else.
    if let Some((at, c)) = yaml.char_indices().find(|(_, c)| is_forbidden(*c)) {
        let code = u32::from(c);
        scanner.found.suspected = Some((Span::new(at, at + c.len_utf8()), Fault::Control { code }));
    }
    scanner.found
}

/// Control characters that YAML does not print. Source: YAML 1.2.2, section 5.1.
fn is_forbidden(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{85}')
}

/// A scalar that a `:` after it would make a key.
#[derive(Debug, Clone)]
struct Candidate {
    span: Span,
    /// It stands where only a key can stand.
    required: bool,
}

struct Scanner<'a> {
    cursor: Cursor<'a>,
    /// Columns of the open block collections.
    indents: Vec<usize>,
    /// The open brackets, with the candidate that waits around each.
    flow: Vec<(usize, char, Option<Candidate>)>,
    candidate: Option<Candidate>,
    key_allowed: bool,
    last_key: Option<Span>,
    last_scalar: usize,
    /// A value closed by a quote or bracket on this line.
    closed: Option<(usize, char)>,
    awaits_value: bool,
    found: Scan,
}

impl<'a> Scanner<'a> {
    fn new(yaml: &'a str) -> Self {
        Self {
            cursor: Cursor::new(yaml),
            indents: Vec::new(),
            flow: Vec::new(),
            candidate: None,
            key_allowed: true,
            last_key: None,
            last_scalar: 0,
            closed: None,
            awaits_value: false,
            found: Scan::default(),
        }
    }

    fn is_undecided(&self) -> bool {
        self.found.refused.is_none() && self.found.suspected.is_none()
    }

    fn in_block(&self) -> bool {
        self.flow.is_empty()
    }

    fn suspect(&mut self, at: usize, fault: Fault) {
        self.found.suspected.get_or_insert((Span::at(at), fault));
    }

    fn refuse(&mut self, at: usize, fault: Fault) {
        self.found.refused.get_or_insert((Span::at(at), fault));
    }

    fn quoted(&self, start: usize) -> String {
        let indent = self.indents.last().copied().unwrap_or_default();
        quoted_line(self.cursor.text, start, indent)
    }

    /// Goes to the next token; false when there is none.
    fn skip_to_token(&mut self) -> bool {
        while let Some(c) = self.cursor.peek() {
            match c {
                '#' => self.cursor.advance_while(|c| !is_break(c)),
                '\t' if self.in_block() && self.key_allowed => {
                    self.suspect(self.cursor.at, Fault::Tab);
                    return false;
                }
                ' ' | '\t' => self.cursor.advance(),
                c if is_break(c) => {
                    self.cursor.advance();
                    self.closed = None;
                    self.key_allowed |= self.in_block();
                }
                _ => return true,
            }
        }
        false
    }

    fn token(&mut self) {
        let start = self.cursor.at;
        let Some(c) = self.cursor.peek() else { return };
        let spaced = is_blank_or_end(self.cursor.peek_second());
        if self.in_block() {
            let column = self.cursor.column_of(start);
            self.indents.retain(|indent| *indent <= column);
        }
        if c == ':' && (spaced || !self.in_block()) {
            return self.key_ends();
        }
        if let Some((value, close)) = self.closed {
            let quoted = self.quoted(value);
            return self.suspect(start, Fault::TextAfterValue { close, quoted });
        }
        if !matches!(c, ',' | ']' | '}') {
            self.value_begins(start);
        }
        match c {
            '[' | '{' => self.open(c),
            ']' | '}' | ',' if !self.in_block() => self.close_or_separate(c),
            '-' | '?' if spaced && self.in_block() => {
                self.enter_block(self.cursor.column_of(start));
                self.key_allowed = true;
                self.cursor.advance();
            }
            '|' | '>' if self.in_block() => {
                self.cursor.pass_block(self.indents.last().copied());
                self.key_allowed = true;
            }
            '\'' | '"' => self.quoted_scalar(c),
            '*' | '&' | '!' => {
                let quoted = self.quoted(start);
                self.refuse(
                    start,
                    Fault::ReservedStart {
                        character: c,
                        quoted,
                    },
                );
            }
            '%' | '@' | '`' | ',' | ']' | '}' => {
                let quoted = self.quoted(start);
                self.suspect(
                    start,
                    Fault::ReservedStart {
                        character: c,
                        quoted,
                    },
                );
            }
            _ => self.plain_scalar(),
        }
    }

    fn plain_scalar(&mut self) {
        let (start, line) = (self.cursor.at, self.cursor.line_start);
        let end = self
            .cursor
            .pass_plain(self.indents.last().copied(), !self.in_block());
        self.last_scalar = start;
        self.may_be_key(Span::new(start, end), line);
        self.value_ends(start, end);
        // After a line break a new key may begin.
        let crossed_line = self.cursor.text[end..self.cursor.at].contains(is_break);
        self.key_allowed = crossed_line && self.in_block();
    }

    fn quoted_scalar(&mut self, quote: char) {
        let (start, line) = (self.cursor.at, self.cursor.line_start);
        if !self.cursor.pass_quoted(quote) {
            return self.suspect(start, Fault::UnclosedQuote { quote });
        }
        self.may_be_key(Span::new(start, self.cursor.at), line);
        self.value_ends(start, self.cursor.at);
        self.key_allowed = false;
        self.closed = self.in_block().then_some((start, quote));
    }

    fn enter_block(&mut self, column: usize) {
        if self.indents.last().is_none_or(|indent| *indent < column) {
            self.indents.push(column);
            self.check_depth();
        }
    }

    fn check_depth(&mut self) {
        if self.indents.len() + self.flow.len() > super::MAX_DEPTH {
            self.refuse(self.cursor.at, Fault::TooDeep);
        }
    }

    fn open(&mut self, bracket: char) {
        let start = self.cursor.at;
        self.may_be_key(Span::new(start, start + 1), self.cursor.line_start);
        self.flow.push((start, bracket, self.candidate.take()));
        self.check_depth();
        self.key_allowed = true;
        self.cursor.advance();
    }

    fn close_or_separate(&mut self, c: char) {
        self.key_allowed = c == ',';
        self.candidate = None;
        if c != ',' {
            let (start, _, candidate) = self.flow.pop().unwrap_or((self.cursor.at, c, None));
            self.candidate = candidate;
            self.value_ends(start, self.cursor.at + 1);
            self.closed = self.in_block().then_some((start, c));
        }
        self.cursor.advance();
    }

    fn end(&mut self) {
        let text = self.cursor.text;
        if let Some(key) = self.found.keys.last_mut() {
            key.value_before(text.len(), text);
        }
        if let Some((start, open, _)) = self.flow.first() {
            let (start, open) = (*start, *open);
            let quoted = self.quoted(start);
            self.suspect(start, Fault::BrokenCollection { open, quoted });
        } else if let Some(unused) = self.candidate.take() {
            self.suspect_unused(&unused);
        }
    }
}
