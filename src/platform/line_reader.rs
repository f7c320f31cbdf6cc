//! [`LineReader`]: reads a line of standard input, on all platforms.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// The time that a read waits for the line.
const WAIT: Duration = Duration::from_millis(100);

/// A line that a thread reads, because a signal does not end the reading of a line.
pub(crate) struct LineReader(Receiver<io::Result<String>>);

impl LineReader {
    /// Starts to read a line.
    pub(crate) fn start() -> io::Result<Self> {
        let (sender, receiver) = channel();
        let thread = std::thread::Builder::new().name("line reader".to_owned());
        thread.spawn(move || {
            let mut line = String::new();
            let read = io::stdin().read_line(&mut line);
            // The receiver is gone if the question was interrupted.
            drop(sender.send(read.map(|_| line)));
        })?;
        Ok(Self(receiver))
    }

    /// Returns the line with its line break, or `None` if it did not end within a tenth of a second. The
    /// end of the input is an empty text.
    pub(crate) fn read(&mut self) -> io::Result<Option<String>> {
        match self.0.recv_timeout(WAIT) {
            Ok(line) => line.map(Some),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}
