//! A program on a pseudo terminal, and the keys that a person presses.

use super::test_context::Prepared;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use std::fs::File;
use std::io::{Read, Write};
use std::process::Stdio;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// The time limit for the next output.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// What a person saw on a terminal, and the exit code.
#[derive(Debug)]
pub struct Seen {
    /// The output, with its escape sequences.
    pub screen: String,
    pub code: Option<i32>,
}

impl Seen {
    /// Asserts the exit code.
    #[track_caller]
    pub fn ends(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "{}", self.screen);
        self
    }

    /// Asserts that a text was shown.
    #[track_caller]
    pub fn says(&self, text: &str) -> &Self {
        assert!(
            self.screen.contains(text),
            "expected {text:?} in\n{}",
            self.screen
        );
        self
    }

    /// Asserts that a text was not shown.
    #[track_caller]
    pub fn never_says(&self, text: &str) -> &Self {
        assert!(
            !self.screen.contains(text),
            "unexpected {text:?} in\n{}",
            self.screen
        );
        self
    }
}

/// Runs a command on a terminal of 100 columns. Each pair of `dialog` is a text to wait for, and the
/// keys to press then.
#[track_caller]
pub fn on_terminal(prepared: Prepared, dialog: &[(&str, &str)]) -> Seen {
    let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
    grantpt(&controller).expect("a terminal");
    unlockpt(&controller).expect("a terminal");
    let size = Winsize {
        ws_row: 40,
        ws_col: 100,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    tcsetwinsize(&controller, size).expect("a terminal has a size");
    let name = ptsname(&controller, Vec::new()).expect("a terminal has a name");
    let path = name.to_str().expect("its name is a text");
    let open = || File::options().read(true).write(true).open(path);
    let stream = || Stdio::from(open().expect("a terminal can be opened"));
    let mut command = prepared.into_command();
    command.stdin(stream()).stdout(stream()).stderr(stream());
    let mut child = command.spawn().expect("the program starts");
    // The terminal ends when no process has it open.
    drop(command);
    let mut controller = File::from(controller);
    let output = read_along(controller.try_clone().expect("a terminal can be read"));
    let mut screen = String::new();
    for (text, keys) in dialog {
        while !screen.contains(text) {
            match output.recv_timeout(LONGEST_WAIT) {
                Ok(more) => screen += &more,
                Err(error) => panic!("{error} while waiting for {text:?} in\n{screen}"),
            }
        }
        controller.write_all(keys.as_bytes()).expect("keys");
    }
    loop {
        match output.recv_timeout(LONGEST_WAIT) {
            Ok(more) => screen += &more,
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                drop(child.kill());
                panic!("the program waits for keys after\n{screen}");
            }
        }
    }
    let status = child.wait().expect("a child ends");
    Seen {
        screen,
        code: status.code(),
    }
}

fn read_along(mut terminal: File) -> Receiver<String> {
    let (send, receive) = channel();
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        // Reading fails when the program has ended.
        while let Ok(count) = terminal.read(&mut buffer) {
            let text = String::from_utf8_lossy(&buffer[..count]).into_owned();
            if count == 0 || send.send(text).is_err() {
                break;
            }
        }
    });
    receive
}
