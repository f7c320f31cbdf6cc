//! [`Keyboard`]: reads single keys from the terminal of standard input.

use std::io;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::process::{Signal, kill_current_process_group};
use rustix::stdio::stdin;
use rustix::termios::{OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};

use crate::platform::key::Key;

/// A read that returns nothing in less than this time has reached the end of the input. Otherwise
/// it waits for a tenth of a second, the smallest timeout that a terminal has.
const SHORTEST_WAIT: Duration = Duration::from_millis(30);

/// The number of reads without a key after which an escape is the Escape key: a slow connection
/// delivers the rest of a sequence late.
const ESCAPE_WAITS: u8 = 2;

/// The number of reads without a key after which an unfinished sequence is dropped.
const SEQUENCE_WAITS: u8 = 10;

/// The terminal in raw mode. When dropped, the terminal is as before.
pub(crate) struct Keyboard {
    before: Termios,
    raw: Termios,
    decoder: Decoder,
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
        Ok(Self {
            before,
            raw,
            decoder: Decoder::default(),
        })
    }

    /// Returns a function that makes the terminal as before, for a panic that drops nothing.
    pub(crate) fn restorer(&self) -> impl Fn() + Send + Sync + 'static {
        let before = self.before.clone();
        move || {
            let _ = tcsetattr(stdin(), OptionalActions::Drain, &before);
        }
    }

    /// Stops the process, as Ctrl-Z does at a shell, with the terminal as before. Returns when it
    /// continues.
    pub(crate) fn suspend(&mut self) -> io::Result<()> {
        self.restorer()();
        Ok(kill_current_process_group(Signal::TSTP)?)
    }

    /// Switches to raw mode again, after a shell has changed the mode.
    pub(crate) fn resume(&mut self) -> io::Result<()> {
        Ok(tcsetattr(stdin(), OptionalActions::Drain, &self.raw)?)
    }

    /// Returns the next key, or `None` if none was pressed within a tenth of a second.
    pub(crate) fn read(&mut self) -> io::Result<Option<Key>> {
        if let Some(key) = self.buffered() {
            return Ok(Some(key));
        }
        let started = Instant::now();
        let mut buffer = [0; 1024];
        match rustix::io::read(stdin(), &mut buffer) {
            Ok(0) if started.elapsed() < SHORTEST_WAIT => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(0) => Ok(self.decoder.wait()),
            Ok(count) => {
                self.decoder.push(&buffer[..count]);
                Ok(self.buffered())
            }
            Err(Errno::INTR) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Returns the next key of those that were already read.
    pub(crate) fn buffered(&mut self) -> Option<Key> {
        self.decoder.next(false)
    }
}

impl Drop for Keyboard {
    fn drop(&mut self) {
        self.restorer()();
    }
}

/// Makes keys of the bytes that a terminal sends.
#[derive(Default)]
struct Decoder {
    bytes: Vec<u8>,
    /// Whether the bytes are part of a pasted text.
    is_pasting: bool,
    /// The number of reads without a byte since the last one.
    waits: u8,
}

impl Decoder {
    fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        self.waits = 0;
    }

    /// Returns the key that is complete because nothing followed it for long enough.
    fn wait(&mut self) -> Option<Key> {
        self.waits = self.waits.saturating_add(1);
        let enough = match self.bytes.as_slice() {
            [0x1b] | [0x1b, 0x1b] => ESCAPE_WAITS,
            _ => SEQUENCE_WAITS,
        };
        if self.waits < enough {
            return None;
        }
        // The end of a paste that got lost must not lock the keyboard.
        self.is_pasting = false;
        self.next(true)
    }

    /// Removes the first key from the bytes. Returns `None` if they are the start of a key, unless
    /// nothing follows them.
    fn next(&mut self, is_complete: bool) -> Option<Key> {
        loop {
            let (token, length) = first_token(&self.bytes, is_complete)?;
            self.bytes.drain(..length);
            match token {
                Token::Paste(is_start) => self.is_pasting = is_start,
                Token::Key(key) if !self.is_pasting => return Some(key),
                Token::Key(Key::Char(c)) => return Some(Key::Pasted(c)),
                // A line break or a tab separates words.
                Token::Key(Key::Enter | Key::Tab) => return Some(Key::Pasted(' ')),
                // A paste is never a command.
                Token::Key(_) => {}
            }
        }
    }
}

/// A key, or the start or the end of a pasted text.
#[derive(Debug, PartialEq, Eq)]
enum Token {
    Key(Key),
    Paste(bool),
}

/// Returns the first key or mark of `bytes`, and its length.
fn first_token(bytes: &[u8], is_complete: bool) -> Option<(Token, usize)> {
    let key = |key, length| Some((Token::Key(key), length));
    match *bytes {
        [] => None,
        [0x1b, b'[', ref rest @ ..] => match control_sequence(rest) {
            Some((token, length)) => Some((token, length + 2)),
            None if is_complete => key(Key::Other, bytes.len()),
            None => None,
        },
        [0x1b, b'O', last, ..] => key(named(&[last]), 3),
        // The answer of a terminal to a question, which another program may have asked.
        [0x1b, b']' | b'P' | b'_' | b'^' | b'X', ref rest @ ..] => match end_of_string(rest) {
            Some(length) => key(Key::Other, length + 2),
            None if is_complete => key(Key::Other, bytes.len()),
            None => None,
        },
        [0x1b] | [0x1b, b'O' | 0x1b] if !is_complete => None,
        [0x1b, b'O'] => key(Key::Other, 2),
        // Alt and a key that is a sequence itself.
        [0x1b, 0x1b, b'[' | b'O', ..] => {
            let (_, length) = first_token(&bytes[1..], is_complete)?;
            key(Key::Other, length + 1)
        }
        // Escape once or twice; otherwise Alt and a key.
        [0x1b] | [0x1b, 0x1b, ..] => key(Key::Escape, 1),
        [0x1b, ref rest @ ..] => {
            let (_, length) = first_token(rest, is_complete)?;
            key(Key::Other, length + 1)
        }
        [b'\r' | b'\n', ..] => key(Key::Enter, 1),
        [b'\t', ..] => key(Key::Tab, 1),
        [0x08 | 0x7f, ..] => key(Key::Backspace, 1),
        [byte @ 1..=0x1a, ..] => key(Key::Ctrl(char::from(byte - 1 + b'a')), 1),
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
            let typed = text.chars().next().filter(|c| !c.is_control());
            key(typed.map_or(Key::Other, Key::Char), length)
        }
    }
}

/// Returns the meaning and the length of a sequence, without its first two bytes.
fn control_sequence(rest: &[u8]) -> Option<(Token, usize)> {
    // The function keys of the Linux console.
    if let [b'[', letter, ..] = *rest {
        let key = if letter == b'A' { Key::F1 } else { Key::Other };
        return Some((Token::Key(key), 2));
    }
    if rest == b"[" {
        return None;
    }
    let end = rest.iter().position(|byte| (0x40..=0x7e).contains(byte))?;
    let token = match &rest[..=end] {
        b"200~" => Token::Paste(true),
        b"201~" => Token::Paste(false),
        // The position of the mouse follows.
        b"M" if rest.len() < 4 => return None,
        b"M" => return Some((Token::Key(Key::Other), 4)),
        name => Token::Key(named(name)),
    };
    Some((token, end + 1))
}

/// Returns the length of the rest of a string that BEL or ESC \ ends.
fn end_of_string(rest: &[u8]) -> Option<usize> {
    let bell = rest.iter().position(|byte| *byte == 0x07);
    let slash = rest.windows(2).position(|two| two == b"\x1b\\");
    let (bell, slash) = (bell.map(|at| at + 1), slash.map(|at| at + 2));
    bell.into_iter().chain(slash).min()
}

/// Returns the key of an escape sequence, without its first two bytes.
fn named(sequence: &[u8]) -> Key {
    match sequence {
        b"A" => Key::Up,
        b"B" => Key::Down,
        b"H" | b"1~" | b"7~" => Key::Home,
        b"F" | b"4~" | b"8~" => Key::End,
        b"5~" => Key::PageUp,
        b"6~" => Key::PageDown,
        b"Z" => Key::BackTab,
        b"P" | b"11~" => Key::F1,
        _ => Key::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Vec<Key> {
        let mut decoder = Decoder::default();
        decoder.push(text.as_bytes());
        let mut keys: Vec<Key> = std::iter::from_fn(|| decoder.next(false)).collect();
        keys.extend(std::iter::from_fn(|| decoder.next(true)));
        assert!(
            decoder.bytes.is_empty(),
            "{text:?} leaves {:?}",
            decoder.bytes
        );
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
        assert_eq!(keys("\u{1b}[Z\u{1b}OP"), [Key::BackTab, Key::F1]);
        assert_eq!(keys("\u{1b}[1;5Ax"), [Key::Other, Key::Char('x')]);
        assert_eq!(keys("\u{1b}"), [Key::Escape]);
        assert_eq!(keys("\u{1b}\u{1b}"), [Key::Escape, Key::Escape]);
        assert_eq!(keys("\u{1b}["), [Key::Other]);
    }

    #[test]
    fn unknown_sequences_type_nothing() {
        for sequence in [
            "\u{1b}[[B",
            "\u{1b}[1;5A",
            "\u{1b}OQ",
            "\u{1b}\u{1b}[A",
            "\u{1b}\u{1b}OA",
            "\u{1b}b",
            "\u{1b}ä",
            "\u{1b}[M !!",
            "\u{1b}[<0;12;7M",
            "\u{1b}]11;rgb:0000/0000/0000\u{1b}\\",
            "\u{1b}]11;rgb:0000/0000/0000\u{7}",
            "\u{1b}P>|XTerm(370)\u{1b}\\",
        ] {
            let typed = keys(&format!("{sequence}x"));
            assert_eq!(typed, [Key::Other, Key::Char('x')], "{sequence:?}");
        }
    }

    #[test]
    fn pasted_text_is_no_command() {
        assert_eq!(
            keys("\u{1b}[200~a?\r\n\u{3}\u{1b}[A技\u{1b}[201~\r"),
            [
                Key::Pasted('a'),
                Key::Pasted('?'),
                Key::Pasted(' '),
                Key::Pasted(' '),
                Key::Pasted('技'),
                Key::Enter
            ]
        );
    }

    #[test]
    fn parts_of_a_key_wait_for_the_rest() {
        for part in [
            &b"\x1b"[..],
            b"\x1b[",
            b"\x1b[5",
            b"\x1bO",
            b"\x1b[[",
            b"\x1b[M!",
            b"\x1b]11;",
            "技".as_bytes()[..2].as_ref(),
        ] {
            let mut decoder = Decoder::default();
            decoder.push(part);
            assert_eq!(decoder.next(false), None, "{part:?}");
            assert_eq!(decoder.bytes, part);
        }
        let mut decoder = Decoder::default();
        decoder.push(&[0xff, 0xfe]);
        assert_eq!(decoder.next(true), Some(Key::Other));
    }

    /// A slow connection splits a sequence.
    #[test]
    fn late_rest_of_a_sequence_is_not_typed() {
        let mut decoder = Decoder::default();
        decoder.push(b"\x1b");
        assert_eq!(decoder.wait(), None);
        decoder.push(b"[");
        assert_eq!(decoder.next(false), None);
        for _ in 0..SEQUENCE_WAITS - 1 {
            assert_eq!(decoder.wait(), None);
        }
        decoder.push(b"B");
        assert_eq!(decoder.next(false), Some(Key::Down));
        decoder.push(b"\x1b");
        assert_eq!(decoder.wait(), None);
        assert_eq!(decoder.wait(), Some(Key::Escape));
    }
}
