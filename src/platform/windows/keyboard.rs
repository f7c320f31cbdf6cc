//! [`Keyboard`]: reads single keys from the console.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use console::Term;

use crate::platform::key::Key;

/// The time that a read waits for a key.
const WAIT: Duration = Duration::from_millis(100);

/// The keyboard of the console.
///
/// A thread reads the keys, because a read can't be ended by Ctrl-C or by a new size of the console. It
/// reads one key for each request, so that it takes none from a program that runs later.
pub(crate) struct Keyboard {
    requests: Sender<()>,
    keys: Receiver<io::Result<console::Key>>,
    is_reading: bool,
}

impl Keyboard {
    /// Opens the console, which needs no other mode to read single keys.
    pub(crate) fn open() -> io::Result<Self> {
        // Asking for colors makes the console understand escape sequences.
        let _ = Term::stderr().features().colors_supported();
        let (requests, requested) = channel();
        let (found, keys) = channel();
        std::thread::Builder::new()
            .name("keyboard".to_owned())
            .spawn(move || {
                let term = Term::stderr();
                while requested.recv().is_ok() {
                    if found.send(term.read_key_raw()).is_err() {
                        return;
                    }
                }
            })?;
        Ok(Self {
            requests,
            keys,
            is_reading: false,
        })
    }

    /// Returns a function that does nothing.
    pub(crate) fn restorer(&self) -> impl Fn() + Send + Sync + 'static {
        || {}
    }

    /// Does nothing: the console has no Ctrl-Z.
    pub(crate) fn suspend(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Does nothing, as [`Keyboard::suspend`].
    pub(crate) fn resume(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Returns the next key, or `None` if none was pressed within a tenth of a second.
    pub(crate) fn read(&mut self) -> io::Result<Option<Key>> {
        if !self.is_reading {
            let request = self.requests.send(());
            request.map_err(|_| io::ErrorKind::UnexpectedEof)?;
            self.is_reading = true;
        }
        match self.keys.recv_timeout(WAIT) {
            Ok(key) => {
                self.is_reading = false;
                Ok(Some(named(&key?)))
            }
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    /// Returns `None`: keys are read one by one.
    pub(crate) fn buffered(&mut self) -> Option<Key> {
        None
    }
}

fn named(key: &console::Key) -> Key {
    match key {
        console::Key::Char(c @ '\u{1}'..='\u{1a}') => Key::Ctrl(char::from(*c as u8 - 1 + b'a')),
        console::Key::Char(c) => Key::Char(*c),
        console::Key::CtrlC => Key::Ctrl('c'),
        console::Key::Enter => Key::Enter,
        console::Key::Escape => Key::Escape,
        console::Key::Tab => Key::Tab,
        console::Key::BackTab => Key::BackTab,
        console::Key::Backspace => Key::Backspace,
        console::Key::ArrowUp => Key::Up,
        console::Key::ArrowDown => Key::Down,
        console::Key::PageUp => Key::PageUp,
        console::Key::PageDown => Key::PageDown,
        console::Key::Home => Key::Home,
        console::Key::End => Key::End,
        _ => Key::Other,
    }
}
