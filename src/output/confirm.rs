//! A question on a terminal that is answered with yes or no.

use std::io::{self, Write};

use super::sanitize;
use crate::platform::Keyboard;
use crate::platform::key::Key;

/// The answer to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The line begins with a `y`.
    Yes,
    /// Any other line, or Escape.
    No,
    /// Ctrl-C, or a signal to end.
    Interrupted,
}

/// Asks a question on standard error, and reads the answer from standard input.
///
/// Keys are read one by one, because a signal does not end the reading of a line.
pub(crate) fn confirm(question: &str, is_interrupted: impl Fn() -> bool) -> io::Result<Answer> {
    write(&format!("{} (y/N) ", sanitize::line(question)))?;
    let answer = read(&mut Keyboard::open()?, is_interrupted);
    write("\r\n")?;
    answer
}

fn read(keyboard: &mut Keyboard, is_interrupted: impl Fn() -> bool) -> io::Result<Answer> {
    let mut line = String::new();
    loop {
        match keyboard.read()? {
            None if is_interrupted() => return Ok(Answer::Interrupted),
            Some(Key::Ctrl('c')) => return Ok(Answer::Interrupted),
            Some(Key::Enter) if line.starts_with(['y', 'Y']) => return Ok(Answer::Yes),
            Some(Key::Enter | Key::Escape) => return Ok(Answer::No),
            Some(Key::Backspace) if line.pop().is_some() => write("\u{8} \u{8}")?,
            Some(Key::Char(c)) if c.is_ascii_graphic() => {
                line.push(c);
                write(c.encode_utf8(&mut [0; 4]))?;
            }
            _ => {}
        }
    }
}

fn write(text: &str) -> io::Result<()> {
    let mut stderr = io::stderr().lock();
    stderr.write_all(text.as_bytes())?;
    stderr.flush()
}
