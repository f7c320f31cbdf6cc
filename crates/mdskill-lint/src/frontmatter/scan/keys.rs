//! Finds keys and the spans of their values.

use super::{Candidate, Key, SHOWN_CHARS, Scanner};
use crate::frontmatter::cursor::is_blank_or_end;
use crate::frontmatter::error::Fault;
use crate::span::Span;

impl Scanner<'_> {
    /// Records a possible key at `span`. With its anchor and tag, it starts at byte `from`, on the line
    /// at `line_start`.
    pub(super) fn may_be_key(&mut self, span: Span, from: usize, line_start: usize) {
        let column = || self.cursor.text[line_start..from].chars().count();
        let indent = self.indents.last().copied();
        let required = self.in_block() && indent.is_some_and(|indent| indent == column());
        let candidate = self.key_allowed.then_some(Candidate {
            span,
            from,
            required,
        });
        if let Some(unused) = std::mem::replace(&mut self.candidate, candidate) {
            self.suspect_unused(&unused);
        }
    }

    pub(super) fn suspect_unused(&mut self, candidate: &Candidate) {
        if candidate.required {
            let rest = &self.cursor.text[candidate.span.start..];
            let line = rest.lines().next().unwrap_or_default();
            let line = line.chars().take(SHOWN_CHARS).collect();
            self.suspect(candidate.span.start, Fault::NotAKey { line });
        }
    }

    /// Whether a key starts at byte `start`, after text at a place where only a key is allowed.
    pub(super) fn is_before_key(&self, start: usize) -> bool {
        let is_where_keys_are = self.indents.is_empty()
            || self
                .candidate
                .as_ref()
                .is_some_and(|candidate| candidate.required);
        let is_in_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let rest = self.cursor.text[start..].trim_start_matches(is_in_key);
        let mut after = rest.chars();
        is_where_keys_are && after.next() == Some(':') && is_blank_or_end(after.next())
    }

    /// Handles the `:` after a key.
    pub(super) fn key_ends(&mut self) {
        let colon = self.cursor.at;
        self.closed = None;
        self.cursor.advance();
        let (stale, key) = match self.candidate.take() {
            // A key must end on the line it starts on: YAML 1.2.2, section 7.4.2.
            Some(candidate) if candidate.span.start < self.cursor.line_start => {
                (Some(candidate), None)
            }
            candidate => (None, candidate),
        };
        if let Some(stale) = stale {
            self.suspect_unused(&stale);
        }
        if let Some(key) = key {
            if self.in_block() {
                self.enter_block(self.cursor.column_of(key.from));
            }
            self.key_allowed = false;
            self.record(key.span);
        } else if self.in_block() && !self.key_allowed {
            self.suspect_unquoted_colon(colon);
        } else if self.in_block() {
            self.enter_block(self.cursor.column_of(colon));
            self.key_allowed = true;
        }
    }

    fn suspect_unquoted_colon(&mut self, colon: usize) {
        if let Some(key) = self.last_key {
            let key = key.of(self.cursor.text).to_owned();
            let quoted = self.quoted(self.last_scalar);
            self.suspect(colon, Fault::UnquotedColon { key, quoted });
        }
    }

    fn record(&mut self, key: Span) {
        self.last_key = Some(key);
        let text = self.cursor.text;
        let in_braces = self.flow.last().is_some_and(|bracket| bracket.open == '{');
        let depth = match (self.indents.len(), self.flow.len()) {
            (blocks, 0) => blocks,
            (blocks, brackets) if in_braces => blocks + brackets,
            _ => usize::MAX,
        };
        let new = Key {
            span: key,
            value: key,
            children: Vec::new(),
        };
        match (depth, self.found.keys.last_mut()) {
            (1, former) => {
                if let Some(former) = former {
                    former.ends_before(key, text);
                }
                self.found.keys.push(new);
            }
            (2, Some(field)) => {
                field.is_begun_by(key);
                if let Some(former) = field.children.last_mut() {
                    former.ends_before(key, text);
                }
                field.children.push(new);
            }
            (_, Some(field)) => {
                field.is_begun_by(key);
                if let Some(child) = field.children.last_mut() {
                    child.is_begun_by(key);
                }
                return;
            }
            (_, None) => return,
        }
        self.awaits_value = Some(depth);
    }

    pub(super) fn value_begins(&mut self, start: usize) {
        let key = match (self.awaits_value.take(), self.found.keys.last_mut()) {
            (Some(1), field) => field,
            (Some(_), Some(field)) => field.children.last_mut(),
            _ => None,
        };
        if let Some(key) = key {
            key.value = Span::at(start);
        }
    }

    /// Records the end of the scalar or bracket that began at `start`, if it is the value of a key of
    /// the two outer levels.
    pub(super) fn value_ends(&mut self, start: usize, end: usize) {
        if let Some(field) = self.found.keys.last_mut() {
            field.value_ends(start, end);
            if let Some(child) = field.children.last_mut() {
                child.value_ends(start, end);
            }
        }
    }
}

impl Key {
    fn value_ends(&mut self, start: usize, end: usize) {
        if self.value == Span::at(start) {
            self.value.end = end;
        }
    }

    /// Reopens a value that looked like a text but is the first key of a map.
    fn is_begun_by(&mut self, key: Span) {
        if self.value.end == key.end && self.value != self.span {
            self.value.end = self.value.start;
        }
    }

    /// Ends an open value (a block scalar, or a block list or map) at the last character before
    /// `next`. For a key without a value, `next` was recorded as its value.
    pub(super) fn ends_before(&mut self, next: Span, yaml: &str) {
        if self.value.start >= next.start {
            self.value = self.span;
        }
        self.is_begun_by(next);
        let Span { start, end } = self.value;
        if end == start && start < next.start {
            self.value.end = start + yaml[start..next.start].trim_end().len();
        }
        if let Some(child) = self.children.last_mut() {
            child.ends_before(next, yaml);
        }
    }
}
