//! [`Printer`]: all output of the program. Data goes to stdout, messages to stderr.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, OnceLock};

use anstream::adapter::strip_str;
use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

use super::github::commands::{Command, mask};
use super::pager::Pager;
use super::sanitize;
use super::styled::Styled;
use super::table::Table;
use super::terminal_markdown::Look;
use super::wrap::wrap;
use crate::hint::{CommandLine, Hint};
use crate::platform;
use crate::redact::redact;

/// Width of the verb before a sentence, in columns.
const VERB_WIDTH: usize = 10;

/// The width to which sentences are wrapped on a wider terminal: longer lines are hard to read.
const MAX_WIDTH: usize = 100;

/// The width of data that is not printed on a terminal.
const DEFAULT_WIDTH: usize = 80;

/// The amount of messages on standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Volume {
    /// Errors only.
    Quiet,
    /// Results, warnings, and hints, too.
    Normal,
    /// Paths and network traffic, too.
    Verbose,
}

/// Prints all output of a command.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a property of the output"
)]
pub(crate) struct Printer {
    /// The amount of messages.
    pub(crate) volume: Volume,
    /// Whether the result is JSON.
    pub(crate) json: bool,
    /// Whether the command is about the user's own skills (`-g`).
    pub(crate) is_personal: bool,
    /// The user's home folder, for `-g`.
    pub(crate) home: Option<String>,
    /// Whether this runs in continuous integration.
    pub(crate) in_ci: bool,
    /// Whether the terminal can only print lines (`TERM=dumb`).
    pub(crate) is_dumb: bool,
    /// Whether the terminal is known to show links (OSC 8).
    pub(crate) shows_links: bool,
    /// When to use colour.
    pub(crate) color: ColorChoice,
    /// The pager for long data on a terminal.
    pub(crate) pager: Option<Pager>,
}

/// Why data could not be written to standard output.
static FAILURE: OnceLock<io::Error> = OnceLock::new();

/// Notes why data could not be written. A closed pipe (`| head`) is not a failure.
fn note_failure(written: io::Result<()>) {
    if let Err(error) = written
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        drop(FAILURE.set(error));
    }
}

impl Printer {
    /// Prints that data could not be written to standard output. Returns false if all was written.
    pub(crate) fn report_lost_data(&self) -> bool {
        let failure = FAILURE.get();
        if let Some(error) = failure {
            self.error(&format!("can't write to standard output: {error}"));
        }
        failure.is_some()
    }

    /// Prints a line of data.
    pub(crate) fn data(&self, line: impl Into<Styled>) {
        self.data_lines(&[line.into()]);
    }

    /// Escapes workflow commands in CI, because the runner executes those in the log.
    fn without_commands(&self, text: &str) -> String {
        if self.in_ci {
            sanitize::without_commands(text)
        } else {
            text.to_owned()
        }
    }

    /// Prints a table in one write.
    pub(crate) fn table(&self, table: &Table) {
        self.data_lines(&table.lines(Self::width()));
    }

    /// Prints a table for people, and its values for a program, as `gh` does. Colors in a pipe are for
    /// people, too.
    pub(crate) fn list(&self, table: &Table) {
        let stdout = io::stdout();
        if stdout.is_terminal() || has_color(self.color, &stdout) {
            self.table(table);
        } else {
            self.data_lines(&table.values());
        }
    }

    fn data_lines(&self, lines: &[Styled]) {
        self.stdout(&self.text_of(lines));
    }

    /// Returns lines without the workflow commands that CI would execute.
    fn text_of(&self, lines: &[Styled]) -> String {
        let mut text = String::new();
        for line in lines {
            let _ = writeln!(text, "{}", self.without_commands(&redact(line.as_str())));
        }
        text
    }

    /// Returns a path with `~` for the home folder of `-g`.
    pub(crate) fn path<'p>(&self, path: &'p str) -> Cow<'p, str> {
        let rest = self
            .home
            .as_deref()
            .and_then(|home| path.strip_prefix(home));
        match rest.filter(|rest| rest.starts_with(std::path::MAIN_SEPARATOR)) {
            Some(rest) => Cow::Owned(format!("~{rest}")),
            None => Cow::Borrowed(path),
        }
    }

    /// Prints the content of a file: unchanged for a program that reads it, and sanitized on a
    /// terminal.
    pub(crate) fn page(bytes: &[u8]) {
        let mut stdout = io::stdout().lock();
        let bytes = if stdout.is_terminal() {
            Cow::Owned(sanitize::block(&String::from_utf8_lossy(bytes)).into_bytes())
        } else {
            Cow::Borrowed(bytes)
        };
        note_failure(stdout.write_all(&bytes).and_then(|()| stdout.flush()));
    }

    /// Prints a diff: in color and sanitized for people, and unchanged for programs such as
    /// `git apply`.
    pub(crate) fn diff(&self, diff: &str) {
        let stdout = io::stdout();
        let is_read = self.in_ci || has_color(self.color, &stdout) || stdout.is_terminal();
        if !is_read {
            // `AutoStream` would remove escape sequences from the files.
            let mut stdout = stdout.lock();
            let written = stdout.write_all(diff.as_bytes());
            note_failure(written.and_then(|()| stdout.flush()));
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
            let line = self.without_commands(&sanitize::block(line));
            let _ = writeln!(text, "{style}{line}{style:#}");
        }
        if !self.show_in_pager(&text) {
            self.stdout(&text);
        }
    }

    /// Prints lines of data that were rendered with [`Printer::look`], page by page on a terminal.
    pub(crate) fn pages(&self, lines: &[Styled]) {
        let text = self.text_of(lines);
        if !self.show_in_pager(&text) {
            self.stdout(&text);
        }
    }

    /// Returns the abilities of standard output if a person reads it: on a terminal, or in color.
    /// `None` for a program.
    pub(crate) fn look(&self) -> Option<Look> {
        let stdout = io::stdout();
        let (is_terminal, has_color) = (stdout.is_terminal(), has_color(self.color, &stdout));
        let has_links = self.pager.as_ref().is_none_or(Pager::shows_links);
        (is_terminal || has_color).then(|| Look {
            width: Self::width().unwrap_or(DEFAULT_WIDTH),
            has_color,
            has_links: self.shows_links && is_terminal && has_color && has_links,
        })
    }

    /// Shows a text in the pager if there is one. Returns whether it was shown.
    fn show_in_pager(&self, text: &str) -> bool {
        let stdout = io::stdout();
        let Some(pager) = self.pager.as_ref() else {
            return false;
        };
        if !stdout.is_terminal() || self.in_ci || self.json {
            return false;
        }
        if has_color(self.color, &stdout) {
            pager.show(text.as_bytes())
        } else {
            pager.show(strip_str(text).to_string().as_bytes())
        }
    }

    /// Prints a workflow command for the GitHub Actions runner. A [`Command`] escapes its own
    /// text.
    pub(crate) fn command(&self, command: &Command) {
        self.stdout(&format!("{command}\n"));
    }

    /// Prints a workflow command on standard error, which the runner reads, too, because standard
    /// output may have a report.
    pub(crate) fn command_aside(&self, command: &Command) {
        self.write_stderr(&command.to_string());
    }

    /// Makes the runner mask a secret from now on. If standard error is a file, which no runner
    /// reads, nothing is printed, because the file would keep the secret.
    pub(crate) fn mask(secret: &str) {
        if !platform::is_stderr_a_file() {
            drop(writeln!(io::stderr(), "{}", mask(secret)));
        }
    }

    /// Prints a report as JSON, with the version of the schema and the name of the command.
    pub(crate) fn report(&self, command: &str, report: &impl serde::Serialize) {
        let mut value = serde_json::to_value(report).unwrap_or_default();
        if let Some(fields) = value.as_object_mut() {
            fields.insert("version".to_owned(), 1.into());
            fields.insert("command".to_owned(), command.into());
        }
        self.value(&value);
    }

    /// Prints a value as JSON.
    pub(crate) fn value(&self, value: &impl serde::Serialize) {
        let text = serde_json::to_string_pretty(value).unwrap_or_default();
        let text = self.without_commands(&redact(&sanitize::json(&text)));
        self.stdout(&format!("{text}\n"));
    }

    /// Prints a report: as JSON, or for people by `render`.
    pub(crate) fn show<R: serde::Serialize>(
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

    /// Prints a result: a verb and a sentence.
    pub(crate) fn status(&self, verb: &str, sentence: &str) {
        self.verb_line(AnsiColor::Green, verb, sentence);
    }

    /// Prints a fact that needs no action: a verb and a sentence.
    pub(crate) fn note(&self, verb: &str, sentence: &str) {
        self.verb_line(AnsiColor::Cyan, verb, sentence);
    }

    /// Prints a sentence below a result, in the color of warnings.
    pub(crate) fn alert(&self, sentence: &str) {
        if !self.is_quiet() {
            let indent = " ".repeat(VERB_WIDTH + 1);
            let style = AnsiColor::Yellow.on_default();
            self.styled_message(&indent, VERB_WIDTH + 1, style, sentence);
        }
    }

    fn verb_line(&self, color: AnsiColor, verb: &str, sentence: &str) {
        if self.is_quiet() {
            return;
        }
        let style = color.on_default().bold();
        self.message(
            &format!("{style}{verb:>VERB_WIDTH$}{style:#} "),
            VERB_WIDTH + 1,
            sentence,
        );
    }

    /// Prints a sentence on standard error after a label of `indent` columns: wrapped on a terminal,
    /// on one line in a file or a log.
    fn message(&self, label: &str, indent: usize, sentence: &str) {
        self.styled_message(label, indent, Style::new(), sentence);
    }

    fn styled_message(&self, label: &str, indent: usize, style: Style, sentence: &str) {
        let sentence = sanitize::line(sentence);
        let sentence = match self.stderr_width() {
            Some(width) => wrap(&sentence, width.min(MAX_WIDTH), indent),
            None => sentence,
        };
        self.write_stderr(&self.without_commands(&format!("{label}{style}{sentence}{style:#}")));
    }

    /// Prints a question, also with `--quiet`.
    pub(crate) fn question(&self, sentence: &str) {
        self.message("", 0, sentence);
    }

    /// Prints a line of a conflict below an error; git's markers have a color.
    pub(crate) fn hunk_line(&self, line: &str) {
        let is_marker = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"]
            .iter()
            .any(|marker| line.starts_with(marker));
        let style = if is_marker {
            AnsiColor::Cyan.on_default()
        } else {
            Style::new()
        };
        self.styled_message("    ", 4, style, line);
    }

    /// Prints a sentence with `--verbose` only.
    pub(crate) fn detail(&self, sentence: &str) {
        if self.is_verbose() {
            self.message(&" ".repeat(VERB_WIDTH + 1), VERB_WIDTH + 1, sentence);
        }
    }

    /// Prints a warning.
    ///
    /// The same warning is printed once, because a choice on a terminal and the command after it may both
    /// give it.
    pub(crate) fn warn(&self, sentence: &str) {
        static PRINTED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
        let is_new = PRINTED
            .lock()
            .is_ok_and(|mut printed| printed.insert(sentence.to_owned()));
        if is_new && !self.is_quiet() {
            self.labelled(AnsiColor::Yellow, "warning", sentence);
        }
    }

    /// Prints the message of a usage error that repeats arguments which a terminal or a CI runner would
    /// obey. Returns false if there are no such arguments.
    pub(crate) fn clean_usage(&self, message: &str, arguments: &[String]) -> bool {
        let is_obeyed = |argument: &String| {
            let cleaned = Styled::from(argument);
            self.without_commands(cleaned.as_str()) != *argument
        };
        let is_unclean = arguments.iter().any(is_obeyed);
        if is_unclean {
            self.stderr(&Styled::block(message.trim_end()));
        }
        is_unclean
    }

    /// Prints an error, also with `--quiet`.
    pub(crate) fn error(&self, sentence: &str) {
        self.labelled(AnsiColor::Red, "error", sentence);
    }

    /// Prints a next step.
    pub(crate) fn hint(&self, hint: &Hint) {
        if !self.is_quiet() {
            self.labelled(AnsiColor::Cyan, "hint", &hint.in_scope(self.is_personal));
        }
    }

    /// Returns a command of this program in backticks.
    pub(crate) fn command_line(&self, command: impl Into<CommandLine>) -> String {
        command.into().in_scope(self.is_personal)
    }

    /// Prints a line below an error or a warning, also with `--quiet`.
    pub(crate) fn item(&self, sentence: &str) {
        self.message("  ", 2, sentence);
    }

    fn labelled(&self, color: AnsiColor, label: &str, sentence: &str) {
        let style = color.on_default().bold();
        // Messages with a list have several lines.
        let mut lines = sentence.split('\n');
        let first = lines.next().unwrap_or_default();
        self.message(
            &format!("{style}{label}{style:#}: "),
            label.len() + 2,
            first,
        );
        for line in lines {
            self.message("", 0, line);
        }
    }

    /// Whether details are printed.
    pub(crate) fn is_verbose(&self) -> bool {
        self.volume == Volume::Verbose
    }

    /// Whether only errors are printed.
    pub(crate) fn is_quiet(&self) -> bool {
        self.volume == Volume::Quiet
    }

    fn stdout(&self, text: &str) {
        let mut stdout = AutoStream::new(io::stdout().lock(), self.color);
        let written = stdout.write_all(text.as_bytes());
        note_failure(written.and_then(|()| stdout.flush()));
    }

    /// Prints the error of a command line as clap describes it. An argument may have a secret.
    pub(crate) fn usage(&self, text: &str) {
        self.write_stderr(text.trim_end_matches('\n'));
    }

    /// Prints a line on standard error.
    pub(super) fn stderr(&self, line: &Styled) {
        self.write_stderr(&self.without_commands(line.as_str()));
    }

    fn write_stderr(&self, line: &str) {
        let mut stderr = AutoStream::new(io::stderr().lock(), self.color);
        drop(writeln!(stderr, "{}", redact(line)));
    }

    /// Returns the width of the terminal of standard error; `None` for a file or a log.
    fn stderr_width(&self) -> Option<usize> {
        let size = Self::stderr_size().filter(|_| !self.in_ci);
        size.map(|(width, _)| width)
    }

    /// Returns the width and the height of the terminal of standard error.
    pub(crate) fn stderr_size() -> Option<(usize, usize)> {
        let size = terminal_size::terminal_size_of(io::stderr())?;
        let (terminal_size::Width(width), terminal_size::Height(height)) = size;
        Some((usize::from(width), usize::from(height)))
    }

    /// Whether standard error shows colors.
    pub(crate) fn stderr_has_color(&self) -> bool {
        has_color(self.color, &io::stderr())
    }

    /// Returns the width of the terminal of standard output; `None` for a file or a pipe.
    pub(crate) fn width() -> Option<usize> {
        let (terminal_size::Width(width), _) = terminal_size::terminal_size_of(io::stdout())?;
        Some(usize::from(width))
    }

    /// Whether the user can be asked on a terminal that moves its cursor.
    pub(crate) fn can_draw(&self) -> bool {
        self.can_ask() && !self.is_dumb
    }

    /// Whether the user can be asked.
    pub(crate) fn can_ask(&self) -> bool {
        !self.json
            && !self.is_quiet()
            && !self.in_ci
            && io::stdin().is_terminal()
            && io::stderr().is_terminal()
    }
}

fn has_color(when: ColorChoice, stream: &impl anstream::stream::RawStream) -> bool {
    let choice = match when {
        ColorChoice::Auto => AutoStream::choice(stream),
        choice => choice,
    };
    choice != ColorChoice::Never
}
