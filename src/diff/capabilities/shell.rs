//! The programs that a shell's text calls.
//!
//! A tokenizer of POSIX shell and of what bash and zsh add, far enough to tell the place of a
//! command from any other: quotes, comments, redirections, here-documents, substitutions, `case`.
//! It never fails; of what is no shell it makes what it can.

mod redirect;
mod word;

use std::collections::BTreeSet;

use redirect::HereDocument;

use super::words::{Leads, behind, program, reads_commands};

/// Deepest nesting of substitutions that is looked into.
const MAX_DEPTH: usize = 24;

/// A program, and the byte where it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Call {
    pub at: usize,
    pub program: String,
    /// Whether a program runs it, and no function of the shell can be meant: `sudo curl`.
    is_wrapped: bool,
}

/// Returns the calls of a text in its order, without those of its own functions.
pub(super) fn calls(text: &str) -> Vec<Call> {
    let mut reader = Reader::new(text, 0);
    reader.work = text.len().saturating_mul(8).saturating_add(1000);
    reader.commands(Until::End);
    let functions = reader.functions;
    let mut calls = reader.calls;
    calls.retain(|call| call.is_wrapped || !functions.contains(&call.program));
    calls.sort_by_key(|call| call.at);
    calls
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Until {
    End,
    Parenthesis,
    Backtick,
}

/// What a word is, by where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Command,
    Argument,
    /// Behind a program that runs another one.
    Wrapped {
        valued: &'static [&'static str],
        /// A word that is no command comes first: `timeout 5 curl`.
        has_own: bool,
    },
    /// The value of an option of such a program.
    Value {
        valued: &'static [&'static str],
        has_own: bool,
    },
    /// Behind a shell, which may have `-c`.
    Shell,
    /// A text that is a command.
    Script,
    /// Behind `find`.
    Find,
    /// Between `case` and `in`.
    Case,
    /// Before the `)` of a case.
    Pattern,
    FunctionName,
}

struct Word {
    at: usize,
    text: String,
    /// Whether a part of it is only known when it runs.
    is_open: bool,
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    /// What is left to spend: text that is read again and again must end some time.
    work: usize,
    calls: Vec<Call>,
    functions: BTreeSet<String>,
    documents: Vec<HereDocument>,
    /// Whether a backtick ends what is being read.
    is_in_backticks: bool,
    /// Whether the command that is being read takes commands from its input.
    reads_commands: bool,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, depth: usize) -> Self {
        Self {
            text,
            at: 0,
            depth,
            work: 0,
            calls: Vec::new(),
            functions: BTreeSet::new(),
            documents: Vec::new(),
            is_in_backticks: false,
            reads_commands: false,
        }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Moves on by a character; to the end when all work is spent.
    fn bump(&mut self) {
        self.work = self.work.saturating_sub(1);
        match self.peek() {
            Some(c) if self.work > 0 => self.at += c.len_utf8(),
            _ => self.at = self.text.len(),
        }
    }

    fn skip(&mut self, text: &str) -> bool {
        let is_here = self.rest().starts_with(text);
        if is_here {
            text.chars().for_each(|_| self.bump());
        }
        is_here
    }

    fn skip_while(&mut self, is_it: impl Fn(char) -> bool) {
        while self.peek().is_some_and(&is_it) {
            self.bump();
        }
    }

    /// Reads commands up to what ends them, which is read, too.
    fn commands(&mut self, until: Until) {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            self.at = self.text.len();
        }
        let outside = std::mem::replace(&mut self.is_in_backticks, until == Until::Backtick);
        let mut place = Place::Command;
        let mut cases = 0_usize;
        while let Some(c) = self.peek() {
            match c {
                ' ' | '\t' | '\r' => self.bump(),
                '\\' if self.skip("\\\n") || self.skip("\\\r\n") => {}
                '\n' => {
                    self.bump();
                    self.here_documents();
                    place = self.after_end(place, cases, false);
                }
                '#' => self.skip_while(|c| c != '\n'),
                ';' if self.skip(";;") || self.skip(";&") => {
                    place = self.after_end(place, cases, true);
                }
                '&' if self.rest().starts_with("&>") => {
                    self.bump();
                    self.redirect();
                }
                ';' | '&' | '|' => {
                    self.bump();
                    place = self.after_end(place, cases, false);
                }
                '(' => place = self.open(place),
                ')' if place == Place::Pattern => {
                    self.bump();
                    place = Place::Command;
                }
                ')' => {
                    self.bump();
                    if until == Until::Parenthesis {
                        break;
                    }
                    place = Place::Command;
                }
                '`' if until == Until::Backtick => {
                    self.bump();
                    break;
                }
                '<' | '>' => self.redirect(),
                _ => place = self.take(place, &mut cases),
            }
        }
        self.is_in_backticks = outside;
        self.depth -= 1;
    }

    fn after_end(&mut self, place: Place, cases: usize, ends_case: bool) -> Place {
        self.reads_commands = false;
        match place {
            Place::Case | Place::Pattern => place,
            _ if ends_case && cases > 0 => Place::Pattern,
            _ => Place::Command,
        }
    }

    fn open(&mut self, place: Place) -> Place {
        if self.is_no_shell() {
            self.calls.pop();
            self.skip_while(|c| c != '\n');
            return Place::Argument;
        }
        if self.skip("((") {
            self.arithmetic();
            return Place::Argument;
        }
        self.bump();
        match place {
            Place::Pattern => Place::Pattern,
            // `name() {`: what was told as a call is a function.
            Place::Argument if self.skip(")") => {
                if let Some(call) = self.calls.pop() {
                    self.functions.insert(call.program);
                }
                Place::Command
            }
            place => {
                self.commands(Until::Parenthesis);
                match place {
                    Place::Command => Place::Argument,
                    place => place,
                }
            }
        }
    }

    /// Whether a `(` comes right behind a program's name and begins no function: `fix(api): text`
    /// is a commit's message.
    fn is_no_shell(&self) -> bool {
        let is_behind = |call: &Call| call.at + call.program.len() == self.at;
        let opens = self.rest().strip_prefix('(').map(str::trim_start);
        self.calls.last().is_some_and(is_behind) && opens.is_some_and(|rest| !rest.starts_with(')'))
    }

    /// Reads a text within this one: at `start` when it stands there as it is, else all of it is at `self.at`.
    fn inner(&mut self, text: &str, start: Option<usize>) {
        let mut inner = Reader::new(text, self.depth);
        inner.work = self.work;
        if inner.depth < MAX_DEPTH {
            inner.commands(Until::End);
        }
        self.work = inner.work;
        let here = self.at.min(self.text.len());
        self.calls.extend(inner.calls.into_iter().map(|call| Call {
            at: start.map_or(here, |start| start + call.at),
            ..call
        }));
        self.functions.append(&mut inner.functions);
    }

    /// Reads a word, and tells what comes behind it.
    fn take(&mut self, place: Place, cases: &mut usize) -> Place {
        let word = self.word();
        let text = word.text.as_str();
        // The number of a file that is redirected: `2>`.
        let is_descriptor = text.bytes().all(|byte| byte.is_ascii_digit());
        if is_descriptor && self.rest().starts_with(['<', '>']) {
            return place;
        }
        match place {
            Place::Command => self.command(&word, cases, false),
            Place::Wrapped { valued, has_own } => match text {
                // `command -v curl` asks where it is.
                "-v" | "-V" if valued == ["-a"] => Place::Argument,
                _ if valued.contains(&text) => Place::Value { valued, has_own },
                _ if text.starts_with('-') || is_assignment(text) => place,
                _ if has_own => Place::Wrapped {
                    valued,
                    has_own: false,
                },
                _ => self.command(&word, cases, true),
            },
            Place::Value { valued, has_own } => Place::Wrapped { valued, has_own },
            Place::Shell => match text {
                _ if is_script_option(text) => Place::Script,
                _ if text.starts_with(['-', '+']) => Place::Shell,
                _ => Place::Argument,
            },
            Place::Script => {
                self.inner(text, None);
                Place::Argument
            }
            Place::Find if matches!(text, "-exec" | "-execdir" | "-ok" | "-okdir") => {
                Place::Command
            }
            Place::Case if text == "in" => Place::Pattern,
            Place::Pattern if text == "esac" => {
                *cases = cases.saturating_sub(1);
                Place::Argument
            }
            Place::FunctionName => {
                self.functions.insert(word.text);
                self.skip_while(|c| c == ' ');
                self.skip("()");
                Place::Command
            }
            Place::Argument | Place::Find | Place::Case | Place::Pattern => place,
        }
    }

    fn command(&mut self, word: &Word, cases: &mut usize, is_wrapped: bool) -> Place {
        let text = word.text.as_str();
        if is_assignment(text) {
            return Place::Command;
        }
        if word.is_open {
            return Place::Argument;
        }
        // `name = value` is a setting of some other language.
        let mut behind_it = self.rest().trim_start_matches(' ').chars();
        let is_setting =
            behind_it.next() == Some('=') && behind_it.next().is_none_or(char::is_whitespace);
        if let Some(program) = program(text).filter(|_| !is_setting) {
            self.calls.push(Call {
                at: word.at,
                program: program.to_owned(),
                is_wrapped,
            });
        }
        self.reads_commands = reads_commands(text);
        match behind(text) {
            Leads::ToCommand => Place::Command,
            Leads::ThroughOptions(valued) => Place::Wrapped {
                valued,
                has_own: valued == ["-s", "-k"],
            },
            Leads::ToScript => Place::Shell,
            Leads::ToText => Place::Script,
            Leads::ToExec => Place::Find,
            Leads::ToCase => {
                *cases += 1;
                Place::Case
            }
            Leads::ToFunction => Place::FunctionName,
            Leads::ToTest => {
                self.test();
                Place::Argument
            }
            Leads::Nowhere => {
                if text == "esac" {
                    *cases = cases.saturating_sub(1);
                }
                Place::Argument
            }
        }
    }

    /// Passes over what is before `]]`, where `<`, `(` and `&&` mean something else.
    fn test(&mut self) {
        while let Some(c) = self.peek() {
            match c {
                c if c.is_whitespace() || "&|()<>;".contains(c) => self.bump(),
                _ if self.word().text == "]]" => return,
                _ => {}
            }
        }
    }
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

/// `-c`, `-lc`, `-ec`.
fn is_script_option(word: &str) -> bool {
    let letters = word
        .strip_prefix('-')
        .filter(|letters| !letters.starts_with('-'));
    letters.is_some_and(|letters| letters.ends_with('c') && letters.len() <= 4)
}

#[cfg(test)]
mod tests;
