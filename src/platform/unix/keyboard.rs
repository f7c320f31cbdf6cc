//! [`Keyboard`]: reads single keys from the terminal of standard input.

use std::io;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::stdio::stdin;
use rustix::termios::{OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};

use crate::platform::key::Key;

/// A read that returns nothing in less than this time has reached the end of the input. Otherwise
/// it waits for a tenth of a second, the smallest timeout that a terminal has.
const SHORTEST_WAIT: Duration = Duration::from_millis(30);

/// The terminal in raw mode. When dropped, the terminal is as before.
pub(crate) struct Keyboard {
    before: Termios,
    bytes: Vec<u8>,
}

impl Keyboard {
    /// Switches the terminal to raw mode: without echo, and with Ctrl-C as a key.
    pub(crate) fn open() -> io::Result<Self> {
        let before = tcgetattr(stdin())?;
        let mut raw = before.clone();
        raw.make_raw();
        raw.output_modes = before.output_modes;
        raw.special_codes[SpecialCodeIndex::VMIN] = 0;
        raw.special_codes[SpecialCodeIndex::VTIME] = 1;
        tcsetattr(stdin(), OptionalActions::Drain, &raw)?;
        let bytes = Vec::new();
        Ok(Self { before, bytes })
    }

    /// Returns a function that makes the terminal as before, for a panic that drops nothing.
    pub(crate) fn restorer(&self) -> impl Fn() + Send + Sync + 'static {
        let before = self.before.clone();
        move || {
            let _ = tcsetattr(stdin(), OptionalActions::Drain, &before);
        }
    }

    /// Returns the next key, or `None` if none was pressed within a tenth of a second.
    pub(crate) fn read(&mut self) -> io::Result<Option<Key>> {
        if let Some(key) = take_key(&mut self.bytes, false) {
            return Ok(Some(key));
        }
        let started = Instant::now();
        let mut buffer = [0; 64];
        match rustix::io::read(stdin(), &mut buffer) {
            Ok(0) if started.elapsed() < SHORTEST_WAIT => Err(io::ErrorKind::UnexpectedEof.into()),
            // Nothing follows, so an escape is the key and not the start of a sequence.
            Ok(0) => Ok(take_key(&mut self.bytes, true)),
            Ok(count) => {
                self.bytes.extend_from_slice(&buffer[..count]);
                Ok(take_key(&mut self.bytes, false))
            }
            Err(Errno::INTR) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

impl Drop for Keyboard {
    fn drop(&mut self) {
        self.restorer()();
    }
}

/// Removes the first key from `bytes`. Returns `None` if they are the start of a key, unless nothing
/// follows them.
fn take_key(bytes: &mut Vec<u8>, is_complete: bool) -> Option<Key> {
    let (key, length) = match *bytes.as_slice() {
        [] => return None,
        [0x1b, b'[' | b'O', ref rest @ ..] => {
            let end = rest.iter().position(|byte| (0x40..=0x7e).contains(byte));
            match end {
                Some(end) => (sequence(&rest[..=end]), end + 3),
                None if is_complete => (Key::Other, bytes.len()),
                None => return None,
            }
        }
        [0x1b] if !is_complete => return None,
        // Escape once or twice; otherwise Alt and a key.
        [0x1b] | [0x1b, 0x1b, ..] => (Key::Escape, 1),
        [0x1b, ..] => (Key::Other, 2),
        [b'\r' | b'\n', ..] => (Key::Enter, 1),
        [b'\t', ..] => (Key::Tab, 1),
        [0x08 | 0x7f, ..] => (Key::Backspace, 1),
        [byte @ 1..=0x1a, ..] => (Key::Ctrl(char::from(byte - 1 + b'a')), 1),
        [first, ..] => {
            let length = match first {
                0xf0.. => 4,
                0xe0.. => 3,
                0xc0.. => 2,
                _ => 1,
            };
            if bytes.len() < length && !is_complete {
                return None;
            }
            let length = length.min(bytes.len());
            let text = std::str::from_utf8(&bytes[..length]).unwrap_or_default();
            let is_typed = |c: &char| !c.is_control();
            let typed = text.chars().next().filter(is_typed);
            (typed.map_or(Key::Other, Key::Char), length)
        }
    };
    bytes.drain(..length);
    Some(key)
}

/// Returns the key of an escape sequence, without its first two bytes.
fn sequence(rest: &[u8]) -> Key {
    match rest {
        b"A" => Key::Up,
        b"B" => Key::Down,
        b"H" | b"1~" | b"7~" => Key::Home,
        b"F" | b"4~" | b"8~" => Key::End,
        b"5~" => Key::PageUp,
        b"6~" => Key::PageDown,
        _ => Key::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Vec<Key> {
        let mut bytes = text.as_bytes().to_vec();
        let mut keys = Vec::new();
        while let Some(key) = take_key(&mut bytes, false) {
            keys.push(key);
        }
        keys.extend(take_key(&mut bytes, true));
        assert!(bytes.is_empty(), "{text:?} leaves {bytes:?}");
        keys
    }

    #[test]
    fn bytes_are_keys() {
        assert_eq!(keys("a\r"), [Key::Char('a'), Key::Enter]);
        assert_eq!(keys("ä技"), [Key::Char('ä'), Key::Char('技')]);
        assert_eq!(
            keys("\u{1}\u{3}\u{15}"),
            [Key::Ctrl('a'), Key::Ctrl('c'), Key::Ctrl('u')]
        );
        assert_eq!(
            keys("\u{7f}\t "),
            [Key::Backspace, Key::Tab, Key::Char(' ')]
        );
    }

    #[test]
    fn sequences_are_keys() {
        assert_eq!(keys("\u{1b}[A\u{1b}OB"), [Key::Up, Key::Down]);
        assert_eq!(keys("\u{1b}[5~\u{1b}[F"), [Key::PageUp, Key::End]);
        assert_eq!(keys("\u{1b}[1;5Ax"), [Key::Other, Key::Char('x')]);
        assert_eq!(keys("\u{1b}"), [Key::Escape]);
        assert_eq!(keys("\u{1b}\u{1b}"), [Key::Escape, Key::Escape]);
        assert_eq!(keys("\u{1b}["), [Key::Other]);
    }

    #[test]
    fn parts_of_a_key_wait_for_the_rest() {
        for part in [
            &b"\x1b"[..],
            b"\x1b[",
            b"\x1b[5",
            "技".as_bytes()[..2].as_ref(),
        ] {
            let mut bytes = part.to_vec();
            assert_eq!(take_key(&mut bytes, false), None, "{part:?}");
            assert_eq!(bytes, part);
        }
        assert_eq!(take_key(&mut vec![0xff, 0xfe], true), Some(Key::Other));
    }
}
