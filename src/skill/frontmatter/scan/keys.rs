//! Which scalars are keys, and where their values begin.

use super::{Candidate, Key, Scanner};
use crate::skill::frontmatter::error::Fault;
use crate::span::Span;

impl Scanner<'_> {
    /// Remembers what is at `span`, begun on the line at `line_start`, as a possible key.
    pub(super) fn may_be_key(&mut self, span: Span, line_start: usize) {
        let column = || self.cursor.text[line_start..span.start].chars().count();
        let indent = self.indents.last().copied();
        let required = self.in_block() && indent.is_some_and(|indent| indent == column());
        let candidate = self.key_allowed.then_some(Candidate { span, required });
        if let Some(unused) = std::mem::replace(&mut self.candidate, candidate) {
            self.suspect_unused(&unused);
        }
    }

    pub(super) fn suspect_unused(&mut self, candidate: &Candidate) {
        if candidate.required {
            let rest = &self.cursor.text[candidate.span.start..];
            let line = rest.lines().next().unwrap_or_default();
            let line = line.chars().take(60).collect();
            self.suspect(candidate.span.start, Fault::NotAKey { line });
        }
    }

    /// Meets the `:` after a key.
    pub(super) fn key_ends(&mut self) {
        let colon = self.cursor.at;
        self.closed = None;
        self.cursor.advance();
        let (stale, key) = match self.candidate.take() {
            // A key ends on the line it begins on: YAML 1.2.2, section 7.4.2.
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
                self.enter_block(self.cursor.column_of(key.span.start));
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
        if key.of(self.cursor.text) == "<<" {
            self.refuse(key.start, Fault::MergeKey);
        }
        self.last_key = Some(key);
        let in_root_map = self.in_block() && self.indents.len() == 1;
        let in_root_braces = self.indents.is_empty() && self.flow.len() == 1;
        if !in_root_map && !in_root_braces {
            // What looked like a text is the first key of a map, which goes on.
            if let Some(outer) = self.found.keys.last_mut()
                && outer.value == key
            {
                outer.value.end = outer.value.start;
            }
            return;
        }
        if let Some(former) = self.found.keys.last_mut() {
            // A former key without a value took this key for one.
            if former.value.start == key.start {
                former.value = former.span;
            }
            former.value_before(key.start, self.cursor.text);
        }
        self.found.keys.push(Key {
            span: key,
            value: key,
        });
        self.awaits_value = true;
    }

    pub(super) fn value_begins(&mut self, start: usize) {
        let awaits = std::mem::take(&mut self.awaits_value);
        if let Some(key) = self.found.keys.last_mut().filter(|_| awaits) {
            key.value = Span::at(start);
        }
    }

    /// Notes where the scalar or bracket that began at `start` ends, if it is the value of a
    /// key of the outermost map.
    pub(super) fn value_ends(&mut self, start: usize, end: usize) {
        if let Some(key) = self.found.keys.last_mut()
            && key.value == Span::at(start)
        {
            key.value.end = end;
        }
    }
}

impl Key {
    /// Ends a value that is still open (a block scalar, a list or map of lines) at the last
    /// character before `end`.
    pub(super) fn value_before(&mut self, end: usize, yaml: &str) {
        let Span { start, end: known } = self.value;
        if known == start && start < end {
            self.value.end = start + yaml[start..end].trim_end().len();
        }
    }
}
