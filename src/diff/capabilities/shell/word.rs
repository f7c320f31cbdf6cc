//! Words of a shell's text, and what is substituted in them.

use super::{Reader, Until, Word};

impl Reader<'_> {
    /// Reads a word, quotes and backslashes taken off; and the commands that are substituted in it.
    pub(super) fn word(&mut self) -> Word {
        let mut word = Word {
            at: self.at,
            text: String::new(),
            is_open: false,
        };
        while let Some(c) = self.peek() {
            match c {
                c if c.is_whitespace() || ";&|)<>".contains(c) => break,
                '(' if word.text.ends_with('=') => {
                    self.bump();
                    self.arguments();
                }
                '(' if word.text.ends_with(['@', '?', '+', '*', '!']) => {
                    self.bump();
                    self.arguments();
                    word.is_open = true;
                }
                '(' => break,
                '\'' => self.single_quoted(&mut word),
                '"' => self.double_quoted(&mut word),
                '\\' => {
                    self.bump();
                    if let Some(c) = self.peek().filter(|c| *c != '\n') {
                        word.text.push(c);
                    }
                    self.bump();
                }
                '`' if self.is_in_backticks => break,
                '$' | '`' => self.expansion(&mut word),
                c => {
                    word.text.push(c);
                    self.bump();
                }
            }
        }
        if self.at == word.at {
            // Nothing that begins a word: never stand still.
            self.bump();
        }
        word
    }

    /// Reads words up to `)`; none is a command.
    pub(super) fn arguments(&mut self) {
        while let Some(c) = self.peek() {
            match c {
                ')' => return self.bump(),
                c if c.is_whitespace() || ";&|<>(".contains(c) => self.bump(),
                '#' => self.skip_while(|c| c != '\n'),
                _ => drop(self.word()),
            }
        }
    }

    fn single_quoted(&mut self, word: &mut Word) {
        self.bump();
        let Some(end) = self.rest().find('\'') else {
            // An apostrophe in what is no shell.
            word.is_open = true;
            return;
        };
        word.text.push_str(&self.rest()[..end]);
        self.work = self.work.saturating_sub(end);
        self.at += end + 1;
    }

    fn double_quoted(&mut self, word: &mut Word) {
        self.bump();
        let (start, calls, length) = (self.at, self.calls.len(), word.text.len());
        while let Some(c) = self.peek() {
            match c {
                '"' => return self.bump(),
                '`' if self.is_in_backticks => return,
                '\\' => {
                    self.bump();
                    match self.peek() {
                        Some(c @ ('"' | '\\' | '$' | '`')) => word.text.push(c),
                        Some('\n') | None => {}
                        Some(c) => word.text.extend(['\\', c]),
                    }
                    self.bump();
                }
                '$' | '`' => self.expansion(word),
                c => {
                    word.text.push(c);
                    self.bump();
                }
            }
        }
        // It has no end: a quotation mark in what is no shell.
        self.at = start;
        self.calls.truncate(calls);
        word.text.truncate(length);
        word.is_open = true;
    }

    /// Reads `$NAME`, `${…}`, `$(…)`, `` `…` ``.
    fn expansion(&mut self, word: &mut Word) {
        if self.skip("$((") {
            self.arithmetic();
        } else if self.skip("$(") {
            self.commands(Until::Parenthesis);
        } else if self.rest().starts_with("$'") || self.rest().starts_with("$\"") {
            return self.bump();
        } else if self.skip("${") {
            self.parameter();
        } else if self.peek() == Some('`') {
            self.bump();
            if self.rest().contains('`') {
                self.commands(Until::Backtick);
            }
        } else {
            self.bump();
            let name = |c: char| c.is_ascii_alphanumeric() || "_@*#?$!-".contains(c);
            let Some(first) = self.peek().filter(|c| name(*c)) else {
                return word.text.push('$');
            };
            self.bump();
            if first.is_ascii_alphabetic() || first == '_' {
                self.skip_while(|c| c.is_ascii_alphanumeric() || c == '_');
            }
        }
        word.is_open = true;
    }

    /// Passes over the rest of `${…}`, and reads what is substituted there.
    fn parameter(&mut self) {
        let mut depth = 1_usize;
        let mut inside = Word {
            at: self.at,
            text: String::new(),
            is_open: false,
        };
        while let Some(c) = self.peek().filter(|_| depth > 0) {
            match c {
                '}' => {
                    depth -= 1;
                    self.bump();
                }
                '\\' => {
                    self.bump();
                    self.bump();
                }
                '$' if self.skip("${") => depth += 1,
                '$' | '`' => self.expansion(&mut inside),
                _ => self.bump(),
            }
        }
    }

    pub(super) fn arithmetic(&mut self) {
        let mut depth = 2_usize;
        while let Some(c) = self.peek().filter(|_| depth > 0) {
            match c {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            self.bump();
        }
    }
}
