//! The places of keys and values, and the cause of a syntax error, from the events of `granit-parser`.
//!
//! `serde_yaml` builds the values, but reports no places, and it visits every open bracket for each
//! token. The events limit the nesting before `serde_yaml` reads the text. A frontmatter must be valid
//! for both parsers.

use granit_parser::{ErrorKind, Event, Marker, Parser, ScalarStyle, ScanError, StrInput};

use super::error::{Fault, FrontmatterError};
use super::quoting;
use super::{Child, MAX_DEPTH};
use crate::span::Span;

/// The longest quotation of the file in a message, in characters.
const SHOWN_CHARS: usize = 60;

/// Returns the keys of the outermost map, in order. The YAML begins at byte `offset` of the file, and
/// an error has places in the YAML.
pub(super) fn read(yaml: &str, offset: usize) -> Result<Vec<Child>, FrontmatterError> {
    if let Some(error) = control(yaml, is_forbidden) {
        return Err(error);
    }
    let options = granit_parser::options! {
        bom_inside_document_as_content: true,
        disallow_directives: true,
        emit_anchor_events: true,
    };
    let mut reader = Reader {
        yaml,
        offset,
        events: Parser::new_from_str_with_options(yaml, options),
        end: 0,
        key: None,
        scalar: 0,
        depth: 0,
        brackets: Vec::new(),
        closed: None,
    };
    reader.document()
}

/// Explains why `serde_yaml`, which follows YAML 1.1, refuses a text that [`read`] accepts.
pub(super) fn explain_refused(yaml: &str, error: FrontmatterError) -> FrontmatterError {
    let at = error.span.start;
    if !matches!(error.fault, Fault::Yaml { .. }) {
        return error;
    }
    if let Some(tab) = tab(yaml, at).filter(|tab| *tab <= at) {
        return error_at(tab, Fault::Tab);
    }
    control(&yaml[..at], is_old_break).unwrap_or(error)
}

struct Reader<'a> {
    yaml: &'a str,
    offset: usize,
    events: Parser<'a, StrInput<'a>>,
    /// The end of the last event.
    end: usize,
    /// The last key.
    key: Option<Span>,
    /// The start of the last scalar.
    scalar: usize,
    /// The number of open lists and maps.
    depth: usize,
    /// The starts of the open brackets.
    brackets: Vec<usize>,
    /// The last list or map in brackets.
    closed: Option<Span>,
}

/// A key, a value, or an entry of a list.
struct Node {
    span: Span,
    /// The start, including the anchor and tag.
    start: usize,
    keys: Vec<Child>,
}

impl<'a> Reader<'a> {
    fn document(&mut self) -> Result<Vec<Child>, FrontmatterError> {
        let (mut keys, mut end) = (None, 0);
        loop {
            let (event, node) = self.next()?;
            match event {
                Event::StreamEnd => return Ok(keys.unwrap_or_default()),
                Event::DocumentEnd => end = node.start,
                event if event.is_node() => {
                    if keys.is_some() {
                        // The line before a second document: `...` or `--- text`.
                        return Err(self.not_a_key(end));
                    }
                    keys = Some(self.complete(&event, node)?.keys);
                }
                _ => {}
            }
        }
    }

    /// Returns the next event, and the scalar, or the start of the list or map, that it is.
    fn next(&mut self) -> Result<(Event<'a>, Node), FrontmatterError> {
        let (event, place) = match self.events.next() {
            Some(Ok(event)) => event,
            Some(Err(error)) => return Err(self.explain(&error)),
            None => return Ok((Event::StreamEnd, Node::new(self.end, self.end))),
        };
        let of = |marker: Marker| offset(marker, self.yaml);
        let mut node = Node::new(of(place.start), of(place.end));
        if let Event::Scalar(_, ScalarStyle::Literal | ScalarStyle::Folded, ..) = event {
            node.include_header(self.end, self.yaml);
        }
        node.start = node.span.start;
        if let Some(tag) = place.tag_start {
            node.start = node.start.min(of(tag));
        }
        if event.anchor_id().is_some()
            && let Some(Ok((_, anchor))) = self.events.next()
        {
            node.start = node.start.min(of(anchor.start));
        }
        self.end = node.span.end;
        Ok((event, node))
    }

    /// Reads the entries of a list or map up to its end.
    fn complete(&mut self, event: &Event<'a>, mut node: Node) -> Result<Node, FrontmatterError> {
        let is_map = match event {
            Event::MappingStart(..) => true,
            Event::SequenceStart(..) => false,
            _ => {
                self.scalar = node.start;
                return Ok(node);
            }
        };
        if self.depth == MAX_DEPTH {
            return Err(error_at(node.start, Fault::TooDeep));
        }
        self.depth += 1;
        let in_brackets = !node.span.of(self.yaml).is_empty();
        if in_brackets {
            self.brackets.push(node.span.start);
        } else if !is_map {
            node.include_dash(self.yaml);
        }
        loop {
            let (event, child) = self.next()?;
            if !event.is_node() {
                if in_brackets {
                    node.span.end = child.span.end;
                    self.brackets.pop();
                    self.closed = Some(node.span);
                }
                self.depth -= 1;
                return Ok(node);
            }
            let child = self.complete(&event, child)?;
            node.span.end = child.span.end;
            if is_map {
                self.key = Some(child.span);
                let (event, value) = self.next()?;
                let value = self.complete(&event, value)?;
                let place = self.place(child.span, value);
                node.span.end = node.span.end.max(place.value_span.end - self.offset);
                node.keys.push(place);
            }
        }
    }

    fn place(&self, key: Span, value: Node) -> Child {
        let written = Span::new(value.start, value.span.end);
        let is_empty = written.of(self.yaml).is_empty();
        let written = if is_empty { key } else { written };
        Child {
            key_span: key.shifted(self.offset),
            value_span: written.shifted(self.offset),
            children: value.keys,
        }
    }

    /// Returns the cause of a syntax error.
    fn explain(&self, error: &ScanError) -> FrontmatterError {
        let at = offset(*error.marker(), self.yaml);
        let first = self.yaml[at..].chars().next();
        let bracket = match error.kind() {
            // The event of a bracket at the start of a line comes only after its end.
            ErrorKind::UnclosedFlowCollection { .. } if self.brackets.is_empty() => Some(at),
            _ => self.brackets.first().copied(),
        };
        // Brackets around the whole frontmatter can't be quoted.
        let bracket = bracket.filter(|start| !self.yaml[..*start].trim().is_empty());
        match (error.kind(), first) {
            (ErrorKind::RecursionLimitExceeded, _) => error_at(at, Fault::TooDeep),
            (ErrorKind::UnclosedQuotedScalar, Some(quote)) => {
                error_at(at, Fault::UnclosedQuote { quote })
            }
            (
                ErrorKind::TabInBlockIndentation
                | ErrorKind::TabInPlainScalar
                | ErrorKind::TabAtBlockScalarStart
                | ErrorKind::TabInIndentation,
                _,
            ) => error_at(tab(self.yaml, at).unwrap_or(at), Fault::Tab),
            (ErrorKind::InvalidTrailingSingleQuotedScalar, _) => self.text_after_quoted('\'', at),
            (ErrorKind::InvalidTrailingDoubleQuotedScalar, _) => self.text_after_quoted('"', at),
            _ if let Some(closed) = self.closed_before(at) => self.text_after(closed, at),
            (_, Some(character @ ('*' | '&' | '!' | '%' | '@' | '`'))) => {
                self.reserved_start(character, at)
            }
            _ if let Some(start) = bracket => self.broken_collection(start),
            (_, Some(character @ (',' | ']' | '}'))) => self.reserved_start(character, at),
            (ErrorKind::SimpleKeyExpected, _) => self.not_a_key(at),
            (ErrorKind::ExpectedBlockMappingKey, _) if !is_key(&self.yaml[at..]) => {
                self.not_a_key(at)
            }
            (ErrorKind::ExpectedDocumentStart, _) => self.not_a_key(self.scalar),
            (ErrorKind::MappingValueNotAllowed, _) => match self.key {
                Some(key) => {
                    let key = key.of(self.yaml).to_owned();
                    let quoted = quoting::quoted(self.yaml, self.scalar);
                    error_at(at, Fault::UnquotedColon { key }).with_quoted(quoted)
                }
                None => self.not_a_key(self.scalar),
            },
            (kind, _) => {
                let message = kind.to_string();
                error_at(at, Fault::Yaml { message })
            }
        }
    }

    fn reserved_start(&self, character: char, at: usize) -> FrontmatterError {
        let quoted = if self.brackets.is_empty() {
            quoting::quoted(self.yaml, at)
        } else {
            quoting::quoted_entry(self.yaml, at)
        };
        error_at(at, Fault::ReservedStart { character }).with_quoted(quoted)
    }

    fn broken_collection(&self, start: usize) -> FrontmatterError {
        let is_list = self.yaml[start..].starts_with('[');
        let open = if is_list { '[' } else { '{' };
        let quoted = quoting::quoted(self.yaml, start);
        error_at(start, Fault::BrokenCollection { open }).with_quoted(quoted)
    }

    fn not_a_key(&self, at: usize) -> FrontmatterError {
        if let Some(tab) = tab(self.yaml, at).filter(|tab| *tab < at) {
            return error_at(tab, Fault::Tab);
        }
        if let Some(character @ ('&' | '!')) = self.yaml[at..].chars().next() {
            return self.reserved_start(character, at);
        }
        let line = self.yaml[at..].lines().next().unwrap_or_default();
        let line = line.chars().take(SHOWN_CHARS).collect();
        error_at(at, Fault::NotAKey { line })
    }

    fn text_after_quoted(&self, quote: char, at: usize) -> FrontmatterError {
        let start = self.yaml[self.end..at].find(quote);
        let start = start.map_or(at, |start| self.end + start);
        self.text_after(Span::new(start, at), at)
    }

    /// Explains the text at byte `at`, after a value in quotes or brackets.
    fn text_after(&self, value: Span, at: usize) -> FrontmatterError {
        let before = &self.yaml[value.start..at];
        let line = quoting::line_before(self.yaml, value.start);
        if line.trim().is_empty() && is_key(&self.yaml[at..]) {
            let text = before.chars().take(SHOWN_CHARS).collect();
            return error_at(value.start, Fault::TextBeforeKey { text });
        }
        let before = before.trim_end();
        let end = value.start + before.len();
        let close = before.chars().next_back().unwrap_or_default();
        let list = quoting::with_entries_inside(self.yaml, Span::new(value.start, end));
        let quoted = list.unwrap_or_else(|| quoting::quoted(self.yaml, value.start));
        error_at(at, Fault::TextAfterValue { close }).with_quoted(quoted)
    }

    /// Returns the list or map in brackets that ends before byte `at`, on the same line.
    fn closed_before(&self, at: usize) -> Option<Span> {
        let closed = self.closed.filter(|_| self.brackets.is_empty())?;
        let gap = self.yaml.get(closed.end..at)?;
        gap.trim_matches([' ', '\t']).is_empty().then_some(closed)
    }
}

impl Node {
    fn new(start: usize, end: usize) -> Self {
        Self {
            span: Span::new(start, end),
            start,
            keys: Vec::new(),
        }
    }

    /// Moves the start of a block scalar, from its text to the `|` or `>` after byte `from`, and its
    /// end to before the line breaks.
    fn include_header(&mut self, from: usize, yaml: &str) {
        let above = yaml[..self.span.start].trim_end();
        let line = above.rfind('\n').map_or(0, |at| at + 1).max(from);
        let header = yaml[line..].find(['|', '>']);
        let start = header.map_or(self.span.start, |at| line + at);
        self.span = Span::new(start, start + yaml[start..self.span.end].trim_end().len());
    }

    /// Moves the start of a block list to its first dash. If the dash is in the column of the key,
    /// the parser reports the place after it.
    fn include_dash(&mut self, yaml: &str) {
        let (above, list) = yaml.split_at(self.span.start);
        let is_after_dash = above.trim_end_matches(' ').ends_with('-') || !list.starts_with('-');
        if let Some(dash) = above.rfind('-').filter(|_| is_after_dash) {
            self.start = self.start.min(dash);
        }
    }
}

/// Whether a text starts with a key.
fn is_key(text: &str) -> bool {
    let is_in_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let after = text.trim_start_matches(is_in_key).strip_prefix(':');
    after.is_some_and(|after| after.is_empty() || after.starts_with(char::is_whitespace))
}

fn error_at(at: usize, fault: Fault) -> FrontmatterError {
    FrontmatterError::new(Span::at(at), fault)
}

fn offset(marker: Marker, yaml: &str) -> usize {
    marker.byte_offset().unwrap_or(yaml.len())
}

/// Returns the first tab of an indentation, from the line of byte `at` on.
fn tab(yaml: &str, at: usize) -> Option<usize> {
    let mut start = at - quoting::line_before(yaml, at).len();
    yaml[start..].split_inclusive('\n').find_map(|line| {
        let text = line.trim_start_matches([' ', '\t']);
        let tab = line[..line.len() - text.len()].find('\t');
        let tab = tab.map(|tab| start + tab);
        start += line.len();
        tab
    })
}

/// Returns the first of the control characters.
fn control(yaml: &str, is_control: impl Fn(char) -> bool) -> Option<FrontmatterError> {
    let (at, c) = yaml.char_indices().find(|(_, c)| is_control(*c))?;
    let fault = Fault::Control { code: u32::from(c) };
    Some(FrontmatterError::new(
        Span::new(at, at + c.len_utf8()),
        fault,
    ))
}

/// Whether `c` is a line break in YAML 1.1, which `serde_yaml` follows, and none in 1.2.
fn is_old_break(c: char) -> bool {
    matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether YAML forbids a control character. Source: YAML 1.2.2, section 5.1.
fn is_forbidden(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{85}')
}
