//! A scan of the YAML before it is parsed. It rejects input that would make the parser nest without
//! limit, finds the spans of the keys and values of the two outer levels, and records the first
//! suspicious place, for a clearer message than that of the parser.
//!
//! It follows the token rules of YAML 1.2.2, chapters 5 to 9, as far as needed to find the start of
//! each value. Only the parser decides whether the text is valid.

use std::collections::HashSet;

use super::MAX_DEPTH;
use super::cursor::{Cursor, is_blank_or_end, is_break};
use super::error::Fault;
use super::quoting::{self, Quoted};
use crate::span::Span;

mod keys;
mod properties;

/// The maximum number of brackets after a suspicious place, where the scan stops and the depth is
/// no longer checked: the parser visits every open bracket for each token.
const MAX_UNREAD_BRACKETS: usize = 512;

/// The longest quotation of the file in a message, in characters.
const SHOWN_CHARS: usize = 60;

/// The result of a scan. Offsets are bytes of the YAML.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// The keys of the outermost map, in order.
    pub keys: Vec<Key>,
    /// A reason not to parse the text.
    pub refused: Option<(Span, Fault)>,
    /// The probable cause, if the parser rejects the text.
    pub suspected: Option<(Span, Fault)>,
}

/// The spans of a key and its value; the span of the key twice if there is no value.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub span: Span,
    pub value: Span,
    /// The keys of the value, if it is a map.
    pub children: Vec<Self>,
}

/// Scans `yaml` up to the first rejected or suspicious place.
pub(super) fn scan(yaml: &str) -> Scan {
    let mut scanner = Scanner::new(yaml);
    while scanner.is_undecided() && scanner.skip_to_token() {
        scanner.token();
    }
    scanner.end();
    if scanner.found.suspected.is_some() {
        let unread = &yaml[scanner.cursor.at..];
        if unread.matches(['[', '{']).count() > MAX_UNREAD_BRACKETS {
            scanner.found.refused = scanner.found.refused.or(scanner.found.suspected.clone());
        }
    }
    // The parser rejects control characters before anything else.
    if let Some((at, c)) = yaml.char_indices().find(|(_, c)| is_forbidden(*c)) {
        let code = u32::from(c);
        scanner.found.suspected = Some((Span::new(at, at + c.len_utf8()), Fault::Control { code }));
    }
    scanner.found
}

/// Whether YAML forbids a control character. Source: YAML 1.2.2, section 5.1.
fn is_forbidden(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{85}')
}

/// A scalar that is a key if a `:` follows.
#[derive(Debug, Clone)]
struct Candidate {
    span: Span,
    /// The start, including the anchor and tag.
    from: usize,
    /// Whether only a key is allowed at this place.
    required: bool,
}

/// An open bracket.
#[derive(Debug)]
struct Bracket {
    at: usize,
    /// The start of the value, including the anchor and tag.
    value: usize,
    open: char,
    /// The candidate outside of the bracket.
    candidate: Option<Candidate>,
}

struct Scanner<'a> {
    cursor: Cursor<'a>,
    /// The columns of the open block collections.
    indents: Vec<usize>,
    flow: Vec<Bracket>,
    candidate: Option<Candidate>,
    key_allowed: bool,
    last_key: Option<Span>,
    last_scalar: usize,
    /// The start and closing character of a quoted or bracketed value that ended on this line.
    closed: Option<(usize, char)>,
    /// The depth of the key that has no value yet: 1 for a field, 2 for a child of a field.
    awaits_value: Option<usize>,
    anchors: HashSet<&'a str>,
    /// The start and line of an anchor or tag that has no value yet.
    property: Option<(usize, usize)>,
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
            awaits_value: None,
            anchors: HashSet::new(),
            property: None,
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

    fn quoted(&self, start: usize) -> Quoted {
        let indent = self.indents.last().copied().unwrap_or(0);
        quoting::quoted(self.cursor.text, start, indent)
    }

    /// Records the character at `start`, which can't start a text.
    fn suspect_start(&mut self, start: usize, character: char) {
        let quoted = if self.in_block() {
            self.quoted(start)
        } else {
            quoting::quoted_entry(self.cursor.text, start)
        };
        self.suspect(start, Fault::ReservedStart { character, quoted });
    }

    /// Advances to the next token. Returns false if there is none.
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
            if self.is_before_key(start) {
                let text = self.cursor.text[value..start].chars().take(SHOWN_CHARS);
                let text = text.collect();
                return self.suspect(value, Fault::TextBeforeKey { text });
            }
            let end = value + self.cursor.text[value..start].trim_end().len();
            let list = quoting::with_entries_inside(self.cursor.text, Span::new(value, end));
            let quoted = list.unwrap_or_else(|| self.quoted(value));
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
                self.property = None;
                let indent = self.indents.last().copied();
                self.cursor.pass_block(indent);
                let block = self.cursor.text[start..self.cursor.at].trim_end();
                self.value_ends(start, start + block.len());
                self.key_allowed = true;
            }
            '\'' | '"' => self.quoted_scalar(c),
            '*' => self.alias(),
            '&' | '!' => self.property(c),
            '%' | '@' | '`' | ',' | ']' | '}' => self.suspect_start(start, c),
            _ => self.plain_scalar(),
        }
    }

    fn plain_scalar(&mut self) {
        let (start, line) = (self.cursor.at, self.cursor.line_start);
        let indent = self.indents.last().copied();
        let end = self.cursor.pass_plain(indent, !self.in_block());
        self.scalar(Span::new(start, end), line);
        // After a line break a new key may begin.
        let crossed_line = self.cursor.text[end..self.cursor.at].contains(is_break);
        self.key_allowed = crossed_line && self.in_block();
    }

    fn quoted_scalar(&mut self, quote: char) {
        let (start, line) = (self.cursor.at, self.cursor.line_start);
        if !self.cursor.pass_quoted(quote) {
            return self.suspect(start, Fault::UnclosedQuote { quote });
        }
        self.scalar(Span::new(start, self.cursor.at), line);
        self.key_allowed = false;
        self.closed = self.in_block().then_some((start, quote));
    }

    /// Records a scalar that began on the line at `line_start`.
    fn scalar(&mut self, span: Span, line_start: usize) {
        let (from, value) = self.begins(span.start, line_start);
        self.last_scalar = value;
        self.may_be_key(span, from, line_start);
        self.value_ends(value, span.end);
    }

    fn open(&mut self, open: char) {
        let (start, line) = (self.cursor.at, self.cursor.line_start);
        let (from, value) = self.begins(start, line);
        self.may_be_key(Span::new(start, start + 1), from, line);
        self.flow.push(Bracket {
            at: start,
            value,
            open,
            candidate: self.candidate.take(),
        });
        self.check_depth();
        self.key_allowed = true;
        self.cursor.advance();
    }

    fn close_or_separate(&mut self, c: char) {
        self.key_allowed = c == ',';
        self.candidate = None;
        self.property = None;
        if c != ','
            && let Some(bracket) = self.flow.pop()
        {
            let end = self.cursor.at + 1;
            self.candidate = bracket.candidate;
            self.value_ends(bracket.value, end);
            self.closed = self.in_block().then_some((bracket.at, c));
        }
        self.cursor.advance();
    }

    /// Opens the block collection of an entry in `column`, unless it is already open.
    fn enter_block(&mut self, column: usize) {
        if self.indents.last().is_none_or(|open| *open < column) {
            self.indents.push(column);
            self.check_depth();
        }
    }

    fn check_depth(&mut self) {
        if self.indents.len() + self.flow.len() > MAX_DEPTH {
            self.refuse(self.cursor.at, Fault::TooDeep);
        }
    }

    fn end(&mut self) {
        let text = self.cursor.text;
        if let Some(key) = self.found.keys.last_mut() {
            key.ends_before(Span::at(text.len()), text);
        }
        if let Some(bracket) = self.flow.first() {
            let (start, open) = (bracket.at, bracket.open);
            let quoted = self.quoted(start);
            self.suspect(start, Fault::BrokenCollection { open, quoted });
        } else if let Some(unused) = self.candidate.take() {
            self.suspect_unused(&unused);
        }
    }
}
