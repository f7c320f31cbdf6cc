//! A question on a terminal that is answered with a line of text.

use std::io::{self, Write};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::printer::Printer;
use super::sanitize;
use crate::platform::Keyboard;
use crate::platform::key::Key;

/// Written before the answer.
const PROMPT: &str = "> ";

/// The answer to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The line, without spaces around it.
    Line(String),
    /// Ctrl-C, Escape, or a signal to end.
    Interrupted,
}

/// Asks a question on standard error, and reads the answer from standard input.
pub(crate) fn ask(
    printer: &Printer,
    question: &str,
    is_interrupted: impl Fn() -> bool,
) -> io::Result<Answer> {
    printer.question(question);
    write(PROMPT)?;
    let answer = read(&mut Keyboard::open()?, printer.can_draw(), is_interrupted);
    write("\r\n")?;
    answer
}

fn read(
    keyboard: &mut Keyboard,
    can_draw: bool,
    is_interrupted: impl Fn() -> bool,
) -> io::Result<Answer> {
    let mut line = String::new();
    loop {
        match keyboard.read()? {
            None if is_interrupted() => return Ok(Answer::Interrupted),
            Some(Key::Escape | Key::Ctrl('c')) => return Ok(Answer::Interrupted),
            Some(Key::Ctrl('d')) if line.is_empty() => return Ok(Answer::Interrupted),
            Some(Key::Enter) => return Ok(Answer::Line(line.trim().to_owned())),
            Some(key) => {
                let before = line.clone();
                press(&mut line, key);
                if can_draw {
                    let columns = Printer::stderr_size().map_or(80, |(width, _)| width);
                    let room = columns.saturating_sub(PROMPT.len() + 1);
                    write(&format!("\r{PROMPT}{}\u{1b}[K", tail(&line, room)))?;
                } else {
                    write(&echo(&before, &line))?;
                }
            }
            None => {}
        }
    }
}

/// Changes the line as a shell does.
fn press(line: &mut String, key: Key) {
    match key {
        Key::Char(c) => line.push(c),
        Key::Tab => line.push(' '),
        Key::Backspace => {
            line.pop();
        }
        Key::Ctrl('u') => line.clear(),
        Key::Ctrl('w') => {
            let words = line.trim_end();
            line.truncate(words.rfind(' ').map_or(0, |at| at + 1));
        }
        _ => {}
    }
}

/// Returns the end of the line that fits into these columns.
fn tail(line: &str, columns: usize) -> String {
    let line = sanitize::line(line);
    let mut start = line.len();
    let mut width = 0;
    for (at, c) in line.char_indices().rev() {
        width += c.width().unwrap_or(0);
        if width > columns {
            break;
        }
        start = at;
    }
    line[start..].to_owned()
}

/// Returns what a terminal that only prints characters has to print after a change at the end.
fn echo(before: &str, after: &str) -> String {
    match (after.strip_prefix(before), before.strip_prefix(after)) {
        (Some(added), _) => sanitize::line(added),
        (None, Some(removed)) => "\u{8} \u{8}".repeat(removed.width()),
        (None, None) => String::new(),
    }
}

fn write(text: &str) -> io::Result<()> {
    let mut stderr = io::stderr().lock();
    stderr.write_all(text.as_bytes())?;
    stderr.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_change_the_end_of_the_line() {
        let mut line = String::new();
        for key in "ab cä 技".chars().map(Key::Char) {
            press(&mut line, key);
        }
        assert_eq!(line, "ab cä 技");
        for (key, expected) in [
            (Key::Backspace, "ab cä "),
            (Key::Ctrl('w'), "ab "),
            (Key::Up, "ab "),
            (Key::Ctrl('w'), ""),
            (Key::Ctrl('w'), ""),
            (Key::Backspace, ""),
            (Key::Char('x'), "x"),
            (Key::Ctrl('u'), ""),
        ] {
            press(&mut line, key);
            assert_eq!(line, expected, "{key:?}");
        }
    }

    #[test]
    fn end_of_a_long_line_is_shown() {
        assert_eq!(tail("abcdef", 10), "abcdef");
        assert_eq!(tail("abcdef", 3), "def");
        assert_eq!(tail("ab技能", 3), "能");
        assert_eq!(tail("abc", 0), "");
    }

    #[test]
    fn plain_terminal_gets_the_change() {
        assert_eq!(echo("ab", "abc"), "c");
        assert_eq!(echo("a技", "a"), "\u{8} \u{8}\u{8} \u{8}");
        assert_eq!(echo("a", "a"), "");
    }
}
