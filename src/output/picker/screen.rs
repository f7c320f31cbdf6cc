//! [`Screen`]: the alternate screen of a terminal.

use std::fmt::Write as _;
use std::io::{self, Write};

use anstream::adapter::strip_str;

use super::view::Frame;
use crate::platform::Keyboard;

/// Switches to the alternate screen, without wrapped lines and with marks around pasted text.
const ENTER: &str = "\x1b[?1049h\x1b[?7l\x1b[?2004h\x1b[2J";
/// Undoes [`ENTER`], and shows the cursor.
const LEAVE: &str = "\x1b[?2004l\x1b[?7h\x1b[?25h\x1b[?1049l";

/// The alternate screen of the terminal, in raw mode. Dropping it shows what was there before.
pub(super) struct Screen {
    pub(super) keyboard: Keyboard,
    has_color: bool,
    shown: Option<Frame>,
}

impl Screen {
    pub(super) fn open(has_color: bool) -> io::Result<Self> {
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
            shown: None,
        };
        write(ENTER)?;
        Ok(screen)
    }

    /// Shows a frame. Only the lines that changed are sent, because the connection may be slow.
    pub(super) fn show(&mut self, frame: Frame) -> io::Result<()> {
        if self.shown.as_ref() == Some(&frame) {
            return Ok(());
        }
        let before = self.shown.as_ref().filter(|shown| shown.size == frame.size);
        let mut text = String::from("\x1b[?25l");
        if before.is_none() {
            text.push_str("\x1b[2J");
        }
        for (at, line) in frame.lines.iter().enumerate() {
            if before.is_some_and(|shown| shown.lines.get(at) == Some(line)) {
                continue;
            }
            let _ = write!(text, "\x1b[{};1H\x1b[2K", at + 1);
            if self.has_color {
                text.push_str(line);
            } else {
                let _ = write!(text, "{}", strip_str(line));
            }
        }
        let (row, column) = frame.cursor;
        let _ = write!(text, "\x1b[{};{}H\x1b[?25h", row + 1, column + 1);
        write(&text)?;
        self.shown = Some(frame);
        Ok(())
    }

    /// Stops the process until the shell continues it.
    pub(super) fn suspend(&mut self) -> io::Result<()> {
        leave();
        self.keyboard.suspend()?;
        self.resume()
    }

    /// Draws the screen again, after the process was stopped.
    pub(super) fn resume(&mut self) -> io::Result<()> {
        self.keyboard.resume()?;
        self.shown = None;
        write(ENTER)
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
    let _ = write(LEAVE);
}

fn write(text: &str) -> io::Result<()> {
    let mut stderr = io::stderr().lock();
    stderr.write_all(text.as_bytes())?;
    stderr.flush()
}
