//! The picker: chooses items of a list on a terminal.
//!
//! [`state`] and [`view`] are pure: keys in, lines out. [`Screen`] is the terminal.

mod state;
#[cfg(test)]
mod tests;
mod view;

use std::fmt::Write as _;
use std::io::{self, Write};

use anstream::adapter::strip_str;

use self::state::State;
use self::view::Frame;
use super::printer::Printer;
use crate::platform::Keyboard;

/// The size of a terminal that does not report it.
const DEFAULT_SIZE: (usize, usize) = (80, 24);

/// Something that can be picked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Item {
    /// The name, which the filter searches first.
    pub(crate) name: String,
    /// The group in which it is shown.
    pub(crate) group: Option<String>,
    /// The description.
    pub(crate) description: String,
    /// A word about its state, such as `installed`.
    pub(crate) mark: Option<&'static str>,
    /// Facts for the preview, one a line.
    pub(crate) preview: Vec<String>,
}

/// The result of a picker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Picked {
    /// The indexes of the picked items, at least one.
    Items(Vec<usize>),
    /// The user cancelled with Escape.
    Cancelled,
    /// Ctrl-C, or a signal to end.
    Interrupted,
}

/// Asks the user to pick items, on the terminal of standard input and standard error.
pub(crate) fn pick(
    printer: &Printer,
    title: &str,
    items: &[Item],
    is_interrupted: impl Fn() -> bool,
) -> io::Result<Picked> {
    let mut state = State::new(items);
    let mut screen = Screen::open(printer.stderr_has_color())?;
    let mut drawn = None;
    loop {
        let (width, height) = Printer::stderr_size().unwrap_or(DEFAULT_SIZE);
        let frame = Frame::draw(&state, title, width, height);
        let page = frame.page;
        // The loop also turns without a key, to notice a new size.
        if drawn.as_ref() != Some(&frame) {
            screen.show(&frame)?;
            drawn = Some(frame);
        }
        let Some(key) = screen.keyboard.read()? else {
            if is_interrupted() {
                return Ok(Picked::Interrupted);
            }
            continue;
        };
        if let Some(picked) = state.press(key, page) {
            return Ok(picked);
        }
    }
}

/// The alternate screen of the terminal, in raw mode. Dropping it shows what was there before.
struct Screen {
    keyboard: Keyboard,
    has_color: bool,
}

impl Screen {
    fn open(has_color: bool) -> io::Result<Self> {
        let keyboard = Keyboard::open()?;
        let restore = keyboard.restorer();
        // A panic ends a released program without dropping anything.
        let report = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            leave();
            restore();
            report(panic);
        }));
        let screen = Self {
            keyboard,
            has_color,
        };
        write("\x1b[?1049h")?;
        Ok(screen)
    }

    fn show(&self, frame: &Frame) -> io::Result<()> {
        let mut text = String::from("\x1b[?25l\x1b[H");
        for (at, line) in frame.lines.iter().enumerate() {
            if at > 0 {
                text.push_str("\r\n");
            }
            if self.has_color {
                text.push_str(line);
            } else {
                let _ = write!(text, "{}", strip_str(line));
            }
            text.push_str("\x1b[K");
        }
        let _ = write!(text, "\x1b[J\x1b[2;{}H\x1b[?25h", frame.cursor + 1);
        write(&text)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        leave();
        // Removes the hook, unless it is running.
        if !std::thread::panicking() {
            drop(std::panic::take_hook());
        }
    }
}

fn leave() {
    let _ = write("\x1b[?25h\x1b[?1049l");
}

fn write(text: &str) -> io::Result<()> {
    let mut stderr = io::stderr().lock();
    stderr.write_all(text.as_bytes())?;
    stderr.flush()
}
