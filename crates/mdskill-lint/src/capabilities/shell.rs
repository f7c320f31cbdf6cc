//! The programs that a shell's text calls: the first word of each command.
//!
//! One pass over the text, which skips quotes, comments and here-documents. It never fails: of text
//! in another language it reads what it can.

mod builtins;

use std::collections::BTreeSet;

use builtins::{place_after, program};

/// How far the end of `[[`, `((` and `${` is searched.
const MAX_SKIP: usize = 512;

/// The programs that run their input as commands.
const SHELLS: [&str; 7] = ["bash", "dash", "fish", "ksh", "sh", "ssh", "zsh"];

/// A program, and the byte where it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Call {
    pub at: usize,
    pub program: String,
    /// Whether another program runs it, so that a function of that name is not meant.
    is_wrapped: bool,
}

/// Returns the calls of a text by their place, without those of its own functions.
pub(super) fn calls(text: &str) -> Vec<Call> {
    let mut reader = Reader {
        text,
        ..Reader::default()
    };
    while let Some(c) = reader.peek() {
        if reader.is_open('"') {
            reader.read_quoted(c);
        } else {
            reader.read(c);
        }
    }
    reader.end_word();
    let mut calls = reader.calls;
    calls.retain(|call| call.is_wrapped || !reader.functions.contains(&call.program));
    calls.sort_by_key(|call| call.at);
    calls
}

/// The meaning of the next word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Command,
    Argument,
    /// Follows a program that runs another one, or an option of it.
    Wrapped,
    /// The value of such an option.
    OptionValue,
    FunctionName,
}

/// The operator that the next word belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Redirect {
    File,
    Document,
}

#[derive(Default)]
struct Word {
    at: usize,
    text: String,
    /// Whether a part of it is only known when it runs.
    is_expanded: bool,
}

/// The command that is being read.
#[derive(Default)]
struct Command {
    place: Place,
    word: Option<Word>,
    redirect: Option<Redirect>,
    /// Whether it runs its input as commands.
    is_shell: bool,
}

/// A quote, a substitution or a subshell whose end is not read yet.
struct Open {
    /// `"`, `` ` ``, `$` of a substitution, `(` of a subshell, `=` of an array, `@` of other arguments.
    mark: char,
    /// The command around it; a quote belongs to the command that is being read.
    outer: Command,
}

#[derive(Default)]
struct Reader<'a> {
    text: &'a str,
    at: usize,
    command: Command,
    open: Vec<Open>,
    /// The ends of the here-documents that begin on the next line.
    documents: Vec<String>,
    /// How many calls there were before this line, or this branch of a `case`.
    calls_before: usize,
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
        let is_here = self.rest().starts_with(text);
        self.at += if is_here { text.len() } else { 0 };
        is_here
    }

    fn skip_while(&mut self, is_skipped: impl Fn(char) -> bool) {
        self.at = self.text.len() - self.rest().trim_start_matches(is_skipped).len();
    }

    /// Skips up to and including `end`, if it is near and no command is substituted before it.
    fn skip_past(&mut self, end: &str) {
        let near = &self.rest()[..self.rest().floor_char_boundary(MAX_SKIP)];
        let skipped = near.find(end).map_or(0, |at| at + end.len());
        if !near[..skipped].contains("$(") {
            self.at += skipped;
        }
    }

    fn word(&mut self) -> &mut Word {
        let at = self.at;
        self.command.word.get_or_insert_with(|| Word {
            at,
            ..Word::default()
        })
    }

    fn push(&mut self, c: char) {
        self.word().text.push(c);
        self.at += c.len_utf8();
    }

    fn read(&mut self, c: char) {
        match c {
            '\\' => self.read_escaped(),
            '#' if self.command.word.is_none() => self.skip_while(|c| c != '\n'),
            '\n' => {
                self.at += 1;
                if self.is_open('@') {
                    self.close();
                }
                self.end_command();
                self.skip_documents();
                self.calls_before = self.calls.len();
            }
            '&' if self.rest().starts_with("&>") => {
                self.at += 1;
                self.redirect();
            }
            ';' | '&' | '|' => {
                let ends_branch = self.rest().starts_with(";;");
                self.at += 1;
                self.end_command();
                if ends_branch {
                    self.calls_before = self.calls.len();
                }
            }
            '(' => self.open_parenthesis(),
            ')' => self.close_parenthesis(),
            '<' | '>' => self.redirect(),
            '\'' => self.read_single_quoted(),
            '"' => self.open_quote(),
            '$' => self.expand(),
            '`' => self.backtick(),
            c if c.is_whitespace() => {
                self.end_word();
                self.at += c.len_utf8();
            }
            c => self.push(c),
        }
    }

    fn read_quoted(&mut self, c: char) {
        match c {
            '"' => {
                self.at += 1;
                self.open.pop();
            }
            '\\' => self.read_escaped(),
            '$' => self.expand(),
            '`' => self.backtick(),
            c => self.push(c),
        }
    }

    fn read_escaped(&mut self) {
        if self.skip("\\\n") || self.skip("\\\r\n") {
            return;
        }
        self.at += 1;
        if let Some(c) = self.peek() {
            self.push(c);
        }
    }

    fn read_single_quoted(&mut self) {
        self.word();
        self.at += 1;
        if let Some((quoted, _)) = self.rest().split_once('\'') {
            self.word().text.push_str(quoted);
            self.at += quoted.len() + 1;
        } else {
            // An apostrophe in another language.
            self.word().is_expanded = true;
        }
    }

    fn open_quote(&mut self) {
        self.word();
        self.at += 1;
        if self.rest().contains('"') {
            let outer = Command::default();
            self.open.push(Open { mark: '"', outer });
        } else {
            self.word().is_expanded = true;
        }
    }

    /// Reads the beginning of `$NAME`, `${NAME}`, `$((1 + 1))` or `$(command)`.
    fn expand(&mut self) {
        self.word().is_expanded = true;
        self.at += 1;
        if self.rest().starts_with("((") {
            self.skip_past("))");
        } else if self.rest().starts_with('{') {
            self.skip_past("}");
        } else if self.skip("(") {
            self.open('$', Place::Command);
        } else if self.rest().starts_with(['#', '$']) {
            self.at += 1;
        }
    }

    fn backtick(&mut self) {
        if self.is_open('`') {
            self.at += 1;
            return self.close();
        }
        self.word().is_expanded = true;
        self.at += 1;
        if self.rest().contains('`') {
            self.open('`', Place::Command);
        }
    }

    fn open_parenthesis(&mut self) {
        let mark = match &self.command.word {
            Some(word) if word.text.ends_with('=') => '=',
            None if self.command.place == Place::Command => '(',
            _ => '@',
        };
        if mark == '@' {
            self.end_word();
        }
        let is_after = |call: &Call| call.at + call.program.len() == self.at;
        if mark == '@' && self.rest().starts_with("()") {
            self.at += 2;
            self.define_function();
        } else if mark == '@' && self.calls.last().is_some_and(is_after) {
            // `fix(api): text` is a commit's message.
            self.calls.pop();
            self.skip_while(|c| c != '\n');
        } else if self.skip("((") {
            self.skip_past("))");
            self.command.place = Place::Argument;
        } else {
            self.at += 1;
            self.open(
                mark,
                if mark == '(' {
                    Place::Command
                } else {
                    Place::Argument
                },
            );
        }
    }

    /// Takes the call before `()` for the name of a function.
    fn define_function(&mut self) {
        let is_call = self.command.place == Place::Argument && self.calls.len() > self.calls_before;
        if is_call && let Some(call) = self.calls.pop() {
            self.functions.insert(call.program);
        }
        self.command.place = Place::Command;
    }

    fn close_parenthesis(&mut self) {
        self.at += 1;
        self.end_word();
        if self.is_open('(') {
            self.close();
            self.command.place = Place::Argument;
        } else if ['$', '=', '@'].iter().any(|mark| self.is_open(*mark)) {
            self.close();
        } else {
            // The pattern of a `case`: its words are not calls.
            self.calls.truncate(self.calls_before);
            self.command = Command::default();
        }
    }

    fn is_open(&self, mark: char) -> bool {
        self.open.last().is_some_and(|open| open.mark == mark)
    }

    fn open(&mut self, mark: char, place: Place) {
        let inner = Command {
            place,
            ..Command::default()
        };
        let outer = std::mem::replace(&mut self.command, inner);
        self.open.push(Open { mark, outer });
    }

    fn close(&mut self) {
        self.end_word();
        if let Some(open) = self.open.pop() {
            self.command = open.outer;
        }
    }

    fn redirect(&mut self) {
        let word = self.command.word.as_ref();
        if word.is_some_and(|word| word.text.bytes().all(|byte| byte.is_ascii_digit())) {
            self.command.word = None;
        }
        self.end_word();
        if self.skip("<(") || self.skip(">(") {
            return self.open('$', Place::Command);
        }
        let is_document = self.rest().starts_with("<<") && !self.rest().starts_with("<<<");
        self.skip_while(|c| "<>&|".contains(c));
        self.command.redirect = Some(match is_document {
            true => Redirect::Document,
            false => Redirect::File,
        });
        if is_document {
            self.skip("-");
        }
    }

    /// Skips the documents that begin with this line.
    fn skip_documents(&mut self) {
        for end in std::mem::take(&mut self.documents) {
            for line in self.rest().split_inclusive('\n') {
                self.at += line.len();
                // In a list of a page all lines are indented.
                if line.trim() == end {
                    break;
                }
            }
        }
    }

    fn end_command(&mut self) {
        self.end_word();
        let is_argument = self.is_open('=') || self.is_open('@');
        self.command = Command {
            place: if is_argument {
                Place::Argument
            } else {
                Place::Command
            },
            ..Command::default()
        };
    }

    fn end_word(&mut self) {
        let Some(word) = self.command.word.take() else {
            return;
        };
        match self.command.redirect.take() {
            // A shell runs its document, which is read like any other text.
            Some(Redirect::Document) if !self.command.is_shell => {
                return self.documents.push(word.text);
            }
            Some(_) => return,
            None => {}
        }
        let text = word.text.as_str();
        self.command.place = match self.command.place {
            Place::Argument if matches!(text, "-exec" | "-execdir") => Place::Command,
            Place::Argument => Place::Argument,
            Place::OptionValue => Place::Wrapped,
            // `command -v curl` asks where it is.
            Place::Wrapped if matches!(text, "-v" | "-V") => Place::Argument,
            Place::Wrapped if matches!(text, "-u" | "-g" | "-a" | "-C" | "-d" | "-I") => {
                Place::OptionValue
            }
            Place::Wrapped
                if text.starts_with(|c: char| "-{".contains(c) || c.is_ascii_digit()) =>
            {
                Place::Wrapped
            }
            Place::FunctionName => {
                self.functions.insert(word.text);
                Place::Command
            }
            Place::Command | Place::Wrapped => self.first_word(&word),
        };
    }

    fn first_word(&mut self, word: &Word) -> Place {
        let place = self.command.place;
        if is_assignment(&word.text) {
            return place;
        }
        // `name = value` is a setting of another language.
        let mut next = self.rest().trim_start_matches(' ').chars();
        let is_setting = next.next() == Some('=') && next.next().is_none_or(char::is_whitespace);
        if word.is_expanded || is_setting {
            return Place::Argument;
        }
        if let Some(program) = program(&word.text) {
            self.calls.push(Call {
                at: word.at,
                program: program.to_owned(),
                is_wrapped: place == Place::Wrapped,
            });
            self.command.is_shell = SHELLS.contains(&program);
        }
        if word.text == "[[" {
            self.skip_past("]]");
        }
        place_after(&word.text)
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

#[cfg(test)]
mod tests;
