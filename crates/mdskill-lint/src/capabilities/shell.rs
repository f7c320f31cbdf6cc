//! The programs that a shell script calls: the first word of each command.
//!
//! This is not a full parser: it recognizes quotes, comments, substitutions and here-documents, and
//! never fails. In text of another language it finds what looks like a call.

mod builtins;

use std::collections::BTreeSet;

use builtins::{program, role_after};

/// Maximum number of bytes to search for the end of `[[`, `((` and `${`.
const MAX_SKIP: usize = 512;
/// Maximum depth of nested substitutions and subshells. Deeper ones are read as text.
const MAX_DEPTH: usize = 32;

/// The programs that run their input as commands.
const SHELLS: [&str; 7] = ["bash", "dash", "fish", "ksh", "sh", "ssh", "zsh"];

/// A called program, and the byte at which its name begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    pub at: usize,
    pub program: String,
}

/// Returns the calls in a script in order, without those of its own functions.
pub(crate) fn calls(text: &str) -> Vec<Call> {
    let mut reader = Reader {
        text,
        ..Reader::default()
    };
    reader.read_commands(None, Role::Program, 0);
    let mut calls = reader.calls;
    calls.retain(|call| !reader.functions.contains(&call.program));
    calls.sort_by_key(|call| call.at);
    calls
}

/// The role of the next word in its command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// The program, or an assignment before it.
    Program,
    /// A program after one that runs it, such as `sudo`, or an option of the latter.
    Wrapped,
    /// The value of such an option.
    OptionValue,
    Argument,
    FunctionName,
}

#[derive(Default)]
struct Word {
    text: String,
    /// Whether a part of it is a variable, a substitution, or an unclosed quote.
    is_expanded: bool,
}

#[derive(Default)]
struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// The ends of the here-documents that begin on the next line, and the number of calls before each.
    documents: Vec<(String, usize)>,
    calls: Vec<Call>,
    functions: BTreeSet<String>,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip(&mut self, text: &str) -> bool {
        let is_next = self.rest().starts_with(text);
        self.at += if is_next { text.len() } else { 0 };
        is_next
    }

    fn skip_while(&mut self, is_skipped: impl Fn(char) -> bool) {
        self.at = self.text.len() - self.rest().trim_start_matches(is_skipped).len();
    }

    /// Skips a text from `start` to `end`, if it is short and no command is substituted in it.
    fn skip_short(&mut self, start: &str, end: &str) -> bool {
        let near = &self.rest()[..self.rest().floor_char_boundary(MAX_SKIP)];
        let length = near.find(end).map_or(0, |at| at + end.len());
        let is_short = near.starts_with(start) && length > 0 && !near[..length].contains("$(");
        self.at += if is_short { length } else { 0 };
        is_short
    }

    /// Reads commands up to and including `close`. `first` is the role of the first word of each.
    fn read_commands(&mut self, close: Option<char>, first: Role, depth: usize) {
        let mut role = first;
        // The number of calls before this line or this branch of a `case`.
        let mut before = self.calls.len();
        while let Some(c) = self.peek() {
            if Some(c) == close {
                self.at += 1;
                return;
            }
            match c {
                '\n' => {
                    self.at += 1;
                    self.skip_documents();
                    (role, before) = (first, self.calls.len());
                }
                '<' | '>' => self.read_redirection(depth),
                '&' if self.rest().starts_with("&>") => self.read_redirection(depth),
                ';' | '&' | '|' => {
                    self.at += 1;
                    if c == ';' {
                        before = self.calls.len();
                    }
                    role = first;
                }
                '(' => role = self.read_parenthesis(role, before, depth),
                ')' => {
                    // The pattern of a `case`: its words are not calls.
                    self.at += 1;
                    self.calls.truncate(before);
                    role = first;
                }
                '#' => self.skip_while(|c| c != '\n'),
                '\\' if self.skip("\\\n") || self.skip("\\\r\n") => {}
                c if c.is_whitespace() => self.at += c.len_utf8(),
                _ => role = self.read_argument(role, close, depth),
            }
        }
    }

    /// Reads a subshell, the `()` of a function, or a parenthesis in prose.
    fn read_parenthesis(&mut self, role: Role, before: usize, depth: usize) -> Role {
        if role != Role::Program && self.skip("()") {
            if self.calls.len() > before {
                self.functions
                    .extend(self.calls.pop().map(|call| call.program));
            }
            return Role::Program;
        }
        if self.skip_short("((", "))") {
            return Role::Argument;
        }
        if role == Role::Program && depth < MAX_DEPTH {
            self.at += 1;
            self.read_commands(Some(')'), Role::Program, depth + 1);
        } else {
            // Prose such as `fix(api): text`; the word before it is not a call.
            if self
                .calls
                .last()
                .is_some_and(|call| call.at + call.program.len() == self.at)
            {
                self.calls.pop();
            }
            self.skip_while(|c| c != '\n');
        }
        Role::Argument
    }

    fn read_redirection(&mut self, depth: usize) {
        if self.skip("<(") || self.skip(">(") {
            return self.read_substitution(')', depth);
        }
        let is_document = self.rest().starts_with("<<") && !self.rest().starts_with("<<<");
        self.skip_while(|c| "<>&|".contains(c));
        if is_document {
            self.skip("-");
        }
        self.skip_while(|c| c == ' ');
        let word = self.read_word(None, depth);
        if is_document {
            self.documents
                .push((word.text, self.calls.len().saturating_sub(1)));
        }
    }

    /// Skips the here-documents that begin on the previous line.
    fn skip_documents(&mut self) {
        for (end, before) in std::mem::take(&mut self.documents) {
            // A shell runs its document, also one from a pipe, which is read like any other text.
            let calls = &self.calls[before.min(self.calls.len())..];
            if calls
                .iter()
                .any(|call| SHELLS.contains(&call.program.as_str()))
            {
                continue;
            }
            for line in self.rest().split_inclusive('\n') {
                self.at += line.len();
                // In a list of a page all lines are indented.
                if line.trim() == end {
                    break;
                }
            }
        }
    }

    /// Reads one word of a command. Returns the role of the next word.
    fn read_argument(&mut self, role: Role, close: Option<char>, depth: usize) -> Role {
        let at = self.at;
        let word = self.read_word(close, depth);
        let text = word.text.as_str();
        match role {
            Role::Argument if matches!(text, "-exec" | "-execdir") => Role::Program,
            Role::Argument => Role::Argument,
            Role::OptionValue => Role::Wrapped,
            Role::FunctionName => {
                self.functions.insert(word.text);
                Role::Program
            }
            // `command -v curl` prints its path.
            Role::Wrapped if matches!(text, "-v" | "-V") => Role::Argument,
            Role::Wrapped if matches!(text, "-u" | "-g" | "-a" | "-C" | "-d" | "-I") => {
                Role::OptionValue
            }
            Role::Wrapped if text.starts_with(['-', '{']) => Role::Wrapped,
            Role::Wrapped if text.starts_with(|c: char| c.is_ascii_digit()) => Role::Wrapped,
            Role::Program | Role::Wrapped if is_assignment(text) => {
                if text.ends_with('=') && depth < MAX_DEPTH && self.skip("(") {
                    self.read_commands(Some(')'), Role::Argument, depth + 1);
                }
                role
            }
            Role::Program | Role::Wrapped => {
                // `name = value` is a setting of another language.
                let rest = self.rest().trim_start_matches(' ');
                if word.is_expanded || rest.starts_with("= ") || rest.starts_with("=\n") {
                    return Role::Argument;
                }
                if let Some(program) = program(text) {
                    let program = program.to_owned();
                    self.calls.push(Call { at, program });
                } else if text == "[[" {
                    self.skip_short("", "]]");
                }
                role_after(text)
            }
        }
    }

    fn read_word(&mut self, close: Option<char>, depth: usize) -> Word {
        let mut word = Word::default();
        while let Some(c) = self.peek() {
            match c {
                _ if Some(c) == close || ends_word(c) => break,
                '\'' => self.read_single_quoted(&mut word),
                '"' => self.read_double_quoted(&mut word, depth),
                '\\' | '$' | '`' => self.read_unquoted(c, &mut word, depth),
                _ => self.read_plain(close, &mut word),
            }
        }
        word
    }

    /// Reads characters without a meaning of their own.
    fn read_plain(&mut self, close: Option<char>, word: &mut Word) {
        let rest = self.rest();
        let is_special = |c: char| matches!(c, '\'' | '"' | '\\' | '$' | '`');
        let end = rest.find(|c| Some(c) == close || ends_word(c) || is_special(c));
        let plain = &rest[..end.unwrap_or(rest.len())];
        word.text.push_str(plain);
        self.at += plain.len();
    }

    fn read_single_quoted(&mut self, word: &mut Word) {
        self.at += 1;
        if let Some((quoted, _)) = self.rest().split_once('\'') {
            word.text.push_str(quoted);
            self.at += quoted.len() + 1;
        } else {
            // An apostrophe in another language.
            word.is_expanded = true;
        }
    }

    fn read_double_quoted(&mut self, word: &mut Word, depth: usize) {
        self.at += 1;
        if !self.rest().contains('"') {
            word.is_expanded = true;
            return;
        }
        while let Some(c) = self.peek() {
            if c == '"' {
                self.at += 1;
                return;
            }
            self.read_unquoted(c, word, depth);
        }
    }

    /// Reads a character, an escaped one, a variable, or a substitution.
    fn read_unquoted(&mut self, c: char, word: &mut Word, depth: usize) {
        self.at += c.len_utf8();
        match c {
            '\\' => {
                let escaped = self.peek();
                self.at += escaped.map_or(0, char::len_utf8);
                word.text.extend(escaped);
            }
            '$' | '`' => {
                word.is_expanded = true;
                if c == '`' && self.rest().contains('`') {
                    self.read_substitution('`', depth);
                } else if !self.skip_short("((", "))")
                    && !self.skip_short("{", "}")
                    && self.skip("(")
                {
                    self.read_substitution(')', depth);
                }
            }
            _ => word.text.push(c),
        }
    }

    fn read_substitution(&mut self, close: char, depth: usize) {
        if depth < MAX_DEPTH {
            self.read_commands(Some(close), Role::Program, depth + 1);
        }
    }
}

fn ends_word(c: char) -> bool {
    c.is_whitespace() || matches!(c, ';' | '&' | '|' | '<' | '>' | '(' | ')')
}

/// `NAME=value`, `NAME+=value`, `NAME[0]=value`.
fn is_assignment(word: &str) -> bool {
    let Some((name, _)) = word.split_once('=') else {
        return false;
    };
    let name = name.strip_suffix('+').unwrap_or(name);
    let name = name.split('[').next().unwrap_or_default();
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests;
