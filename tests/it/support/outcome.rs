//! A started program, and its result.

use rustix::process::{Pid, Signal, kill_process_group};
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// The time limit of a command: one that takes longer hangs.
const LONGEST_RUN: Duration = Duration::from_mins(1);

/// A running program, whose output is read so that it never blocks.
pub struct Running {
    command_line: String,
    child: Child,
    output: JoinHandle<String>,
    errors: JoinHandle<String>,
}

/// The result of a program.
#[derive(Debug)]
pub struct Outcome {
    /// The command line, for failure messages.
    pub command_line: String,
    /// The exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    /// Whether it exceeded the time limit.
    pub hung: bool,
}

impl Running {
    /// Starts a command in its own process group, so that a kill reaches its child processes.
    pub fn start(mut command: Command, input: Vec<u8>) -> Self {
        use std::io::Write;
        use std::os::unix::process::CommandExt;
        let command_line = format!("{command:?}");
        command
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command
            .spawn()
            .unwrap_or_else(|error| panic!("{command_line} did not start: {error}"));
        let mut stdin = child.stdin.take().expect("piped");
        // A program may close its input without reading it.
        std::thread::spawn(move || stdin.write_all(&input));
        let output = read_along(child.stdout.take().expect("piped"));
        let errors = read_along(child.stderr.take().expect("piped"));
        Self {
            command_line,
            child,
            output,
            errors,
        }
    }

    /// Kills the process group with SIGKILL.
    pub fn kill(&self) {
        self.signal(Signal::KILL);
    }

    /// Sends SIGINT, as Ctrl-C does.
    pub fn interrupt(&self) {
        self.signal(Signal::INT);
    }

    /// Whether it is still running.
    pub fn runs(&mut self) -> bool {
        self.child
            .try_wait()
            .expect("a child can be asked")
            .is_none()
    }

    /// Waits for the end, and kills a program that exceeds the time limit.
    pub fn wait(mut self) -> Outcome {
        let group = self.group();
        let (ended, watched) = channel::<()>();
        let watchdog = std::thread::spawn(move || {
            let hung = watched.recv_timeout(LONGEST_RUN) == Err(RecvTimeoutError::Timeout);
            if hung {
                // It may have ended in the meantime.
                let _ = kill_process_group(group, Signal::KILL);
            }
            hung
        });
        let status = self.child.wait().expect("a child can be waited for");
        drop(ended);
        Outcome {
            command_line: self.command_line,
            code: status.code(),
            stdout: self.output.join().expect("the reader of stdout"),
            stderr: self.errors.join().expect("the reader of stderr"),
            hung: watchdog.join().expect("the watchdog"),
        }
    }

    fn signal(&self, signal: Signal) {
        // It may have ended already.
        let _ = kill_process_group(self.group(), signal);
    }

    fn group(&self) -> Pid {
        Pid::from_child(&self.child)
    }
}

impl Outcome {
    /// Asserts that the exit code is 0.
    #[track_caller]
    pub fn ok(&self) -> &Self {
        self.fails(0)
    }

    /// Asserts this exit code.
    #[track_caller]
    pub fn fails(&self, code: i32) -> &Self {
        assert!(!self.hung, "it hung and was killed\n{self}");
        assert!(self.code == Some(code), "expected exit {code}\n{self}");
        self
    }

    /// Asserts that stdout or stderr contains this text.
    #[track_caller]
    pub fn says(&self, text: &str) -> &Self {
        assert!(
            self.said().contains(text),
            "expected to read {text:?}\n{self}"
        );
        self
    }

    /// Asserts that neither stdout nor stderr contains this text.
    #[track_caller]
    pub fn never_says(&self, text: &str) -> &Self {
        assert!(
            !self.said().contains(text),
            "did not expect to read {text:?}\n{self}"
        );
        self
    }

    /// Parses stdout as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("no JSON on stdout: {error}\n{self}"))
    }

    fn said(&self) -> String {
        format!("{}\n{}", self.stdout, self.stderr)
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            command_line,
            code,
            stdout,
            stderr,
            ..
        } = self;
        write!(
            formatter,
            "{command_line}\nexit {code:?}\n--- stdout\n{stdout}\n--- stderr\n{stderr}\n---"
        )
    }
}

fn read_along(mut pipe: impl Read + Send + 'static) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // After an error, return the bytes that were read before.
        let _ = pipe.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}
