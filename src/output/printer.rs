//! [`Printer`]: the one gate to the terminal. Data goes to stdout, talk to stderr.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{IsTerminal, Write};

use anstream::adapter::strip_str;
use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

use super::github::commands::{Command, Mask};
use super::pager::Pager;
use super::sanitize;
use super::wrap::wrap;
use crate::hint::{CommandHint, Hint};
use crate::platform;

/// Width of a verb before a sentence, as cargo has it.
const VERB_WIDTH: usize = 10;

/// How much is said on standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Volume {
    /// Errors only.
    Quiet,
    /// What was done, and what needs a look.
    Normal,
    /// Every place, and what went over the network.
    Verbose,
}

/// How to print.
#[derive(Debug, Clone)]
pub struct Printer {
    /// How much is said.
    pub volume: Volume,
    /// Whether the result is JSON.
    pub json: bool,
    /// Whether the command is about the user's own skills (`-g`).
    pub is_personal: bool,
    /// Whether this runs in continuous integration.
    pub in_ci: bool,
    /// When to use colour.
    pub color: ColorChoice,
    /// What shows long data page by page, on a terminal.
    pub pager: Option<Pager>,
}

impl Printer {
    /// Prints a line of data.
    pub fn data(&self, line: &str) {
        let mut stdout = AutoStream::new(std::io::stdout().lock(), self.color);
        // A reader that went away (`| head`) is no failure.
        drop(writeln!(stdout, "{}", self.tame(line)));
    }

    /// Every line that is printed passes here: in CI, who reads the log also obeys it.
    fn tame(&self, text: &str) -> String {
        if self.in_ci {
            sanitize::without_commands(text)
        } else {
            text.to_owned()
        }
    }

    /// Prints lines of data in one write, the first of them as a heading.
    pub fn table(&self, lines: &[String]) {
        let mut text = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            let style = if at == 0 {
                Style::new().bold()
            } else {
                Style::new()
            };
            let line = self.tame(line);
            drop(writeln!(text, "{style}{line}{style:#}"));
        }
        let mut stdout = AutoStream::new(std::io::stdout().lock(), self.color);
        drop(stdout.write_all(&text));
    }

    /// Prints a file's text, every byte of it, for the program that reads it; on a terminal
    /// what it would obey is shown instead.
    pub fn page(bytes: &[u8]) {
        let mut stdout = std::io::stdout().lock();
        let bytes = if stdout.is_terminal() {
            Cow::Owned(sanitize::block(&String::from_utf8_lossy(bytes)).into_bytes())
        } else {
            Cow::Borrowed(bytes)
        };
        drop(stdout.write_all(&bytes).and_then(|()| stdout.flush()));
    }

    /// Prints a difference: in colour and cleaned where people read it, else every byte of it,
    /// for `git apply`.
    pub fn diff(&self, diff: &str) {
        let stdout = std::io::stdout();
        let is_read = self.in_ci || self.color == ColorChoice::Always || stdout.is_terminal();
        if !is_read {
            // As it is: what cuts colours out would cut into the files.
            drop(stdout.lock().write_all(diff.as_bytes()));
            return;
        }
        let mut text = String::new();
        for line in diff.lines() {
            let style = match line.as_bytes().first() {
                Some(b'+') => AnsiColor::Green.on_default(),
                Some(b'-') => AnsiColor::Red.on_default(),
                Some(b'@') => AnsiColor::Cyan.on_default(),
                Some(b' ') => Style::new(),
                _ => Style::new().bold(),
            };
            let line = self.tame(&sanitize::block(line));
            let _ = writeln!(text, "{style}{line}{style:#}");
        }
        self.pages(&text);
    }

    /// Prints long data, which is cleaned already: page by page on a terminal, if there is a
    /// pager.
    pub fn pages(&self, text: &str) {
        let stdout = std::io::stdout();
        let pager = self.pager.as_ref();
        let pager = pager.filter(|_| stdout.is_terminal() && !self.in_ci && !self.json);
        if let Some(pager) = pager {
            let is_plain = match self.color {
                ColorChoice::Auto => AutoStream::choice(&stdout) == ColorChoice::Never,
                color => color == ColorChoice::Never,
            };
            let shown = if is_plain {
                pager.show(strip_str(text).to_string().as_bytes())
            } else {
                pager.show(text.as_bytes())
            };
            if shown {
                return;
            }
        }
        let mut stdout = AutoStream::new(stdout.lock(), self.color);
        drop(stdout.write_all(text.as_bytes()));
    }

    /// Prints a command that a GitHub Actions runner shall obey: the one way past the taming.
    /// A [`Command`] escapes all that it is made of.
    pub fn command(&self, command: &Command) {
        let mut stdout = AutoStream::new(std::io::stdout().lock(), self.color);
        drop(writeln!(stdout, "{command}"));
    }

    /// Prints such a command on standard error: the runner reads both, and standard output may
    /// hold a report.
    pub fn command_aside(&self, command: &Command) {
        let mut stderr = AutoStream::new(std::io::stderr().lock(), self.color);
        drop(writeln!(stderr, "{command}"));
    }

    /// Has the runner hide a secret from here on. Says nothing where it would be kept: in a file,
    /// which no runner reads.
    pub fn mask(&self, secret: &str) {
        if !platform::is_stderr_a_file() {
            drop(writeln!(std::io::stderr(), "{}", Mask(secret)));
        }
    }

    /// Prints a report as JSON, with the version of its form and the command's name.
    pub fn report(&self, command: &str, report: &impl serde::Serialize) {
        let mut value = serde_json::to_value(report).unwrap_or_default();
        if let Some(fields) = value.as_object_mut() {
            fields.insert("version".to_owned(), 1.into());
            fields.insert("command".to_owned(), command.into());
        }
        self.value(&value);
    }

    /// Prints a value as JSON.
    pub fn value(&self, value: &impl serde::Serialize) {
        let text = serde_json::to_string_pretty(value).unwrap_or_default();
        self.data(&sanitize::json(&text));
    }

    /// Shows a report: as JSON, or as `render` prints it for people.
    pub fn show<R: serde::Serialize>(
        &self,
        command: &str,
        report: &R,
        render: impl FnOnce(&Self, &R),
    ) {
        if self.json {
            self.report(command, report);
        } else {
            render(self, report);
        }
    }

    /// Says what was done: a verb and a sentence.
    pub fn status(&self, verb: &str, sentence: &str) {
        self.talk(AnsiColor::Green, verb, sentence);
    }

    /// Says what was not done, and need not trouble anyone.
    pub fn note(&self, verb: &str, sentence: &str) {
        self.talk(AnsiColor::Cyan, verb, sentence);
    }

    fn talk(&self, color: AnsiColor, verb: &str, sentence: &str) {
        if self.is_quiet() {
            return;
        }
        let style = color.on_default().bold();
        self.talk_line(
            &format!("{style}{verb:>VERB_WIDTH$}{style:#} "),
            VERB_WIDTH + 1,
            sentence,
        );
    }

    /// Prints a sentence on standard error after a label of `indent` columns: wrapped on a terminal,
    /// on one line in a file or a log.
    fn talk_line(&self, label: &str, indent: usize, sentence: &str) {
        let sentence = sanitize::line(sentence);
        let sentence = match self.talk_width() {
            Some(width) => wrap(&sentence, width, indent),
            None => sentence,
        };
        self.stderr(&format!("{label}{sentence}"));
    }

    /// Says something only when asked to say more.
    pub fn detail(&self, sentence: &str) {
        if self.volume == Volume::Verbose {
            self.talk_line(&" ".repeat(VERB_WIDTH + 1), VERB_WIDTH + 1, sentence);
        }
    }

    /// Says a warning.
    pub fn warn(&self, sentence: &str) {
        if !self.is_quiet() {
            self.labelled(AnsiColor::Yellow, "warning", sentence);
        }
    }

    /// Says an error; also when quiet.
    pub fn error(&self, sentence: &str) {
        self.labelled(AnsiColor::Red, "error", sentence);
    }

    /// Prints a next step.
    pub fn hint(&self, hint: &Hint) {
        if !self.is_quiet() {
            self.labelled(AnsiColor::Cyan, "hint", &hint.in_scope(self.is_personal));
        }
    }

    /// Returns a command of this program, between backticks, to be part of a sentence.
    #[must_use]
    pub fn command_line(&self, arguments: &str) -> String {
        CommandHint::new(arguments.to_owned()).in_scope(self.is_personal)
    }

    /// Says a line below an error or a warning, also when quiet.
    pub fn item(&self, sentence: &str) {
        self.talk_line("  ", 2, sentence);
    }

    fn labelled(&self, color: AnsiColor, label: &str, sentence: &str) {
        let style = color.on_default().bold();
        // A sentence with a list has its own lines.
        let mut lines = sentence.split('\n');
        let first = lines.next().unwrap_or_default();
        self.talk_line(
            &format!("{style}{label}{style:#}: "),
            label.len() + 2,
            first,
        );
        for line in lines {
            self.talk_line("", 0, line);
        }
    }

    /// Whether only errors are said.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.volume == Volume::Quiet
    }

    pub(super) fn stderr(&self, line: &str) {
        let mut stderr = AutoStream::new(std::io::stderr().lock(), self.color);
        drop(writeln!(stderr, "{}", self.tame(line)));
    }

    /// Returns the width of the terminal that standard error goes to; none for a file or a log.
    fn talk_width(&self) -> Option<usize> {
        let size = terminal_size::terminal_size_of(std::io::stderr()).filter(|_| !self.in_ci);
        size.map(|(terminal_size::Width(width), _)| usize::from(width))
    }

    /// Returns the width that data should keep to: none, when it goes to a pipe.
    #[must_use]
    pub fn width(&self) -> Option<usize> {
        let (terminal_size::Width(width), _) = terminal_size::terminal_size_of(std::io::stdout())?;
        Some(usize::from(width))
    }

    /// Whether somebody can be asked.
    #[must_use]
    pub fn can_ask(&self) -> bool {
        !self.json
            && !self.is_quiet()
            && !self.in_ci
            && std::io::stdin().is_terminal()
            && std::io::stderr().is_terminal()
    }
}
