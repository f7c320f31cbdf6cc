//! A program that was started: while it runs, and what it left.

use rustix::process::{Pid, Signal, kill_process_group};
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// No command of the suite needs this long: who does hangs.
const LONGEST_RUN: Duration = Duration::from_mins(1);

/// A program that runs, its output being read so that it never waits for us.
pub struct Running {
    told: String,
    child: Child,
    output: JoinHandle<String>,
    errors: JoinHandle<String>,
}

/// What a program that has ended left.
#[derive(Debug)]
pub struct Outcome {
    /// The command line, for the texts of failures.
    pub told: String,
    /// The exit code; nothing when a signal ended it.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    /// Whether the watchdog had to end it.
    pub hung: bool,
}

impl Running {
    /// Starts a command in a process group of its own, so that a kill reaches what it started.
    pub fn start(mut command: Command, input: Vec<u8>) -> Self {
        use std::io::Write;
        use std::os::unix::process::CommandExt;
        let told = format!("{command:?}");
        command
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command
            .spawn()
            .unwrap_or_else(|error| panic!("{told} did not start: {error}"));
        let mut stdin = child.stdin.take().expect("piped");
        // A program that does not read its input closes it; that is its right.
        std::thread::spawn(move || stdin.write_all(&input));
        let output = read_along(child.stdout.take().expect("piped"));
        let errors = read_along(child.stderr.take().expect("piped"));
        Self {
            told,
            child,
            output,
            errors,
        }
    }

    /// Kills it and all that it started, as the kernel would: no warning, no cleaning up.
    pub fn kill(&self) {
        self.signal(Signal::KILL);
    }

    /// Interrupts it, as Ctrl-C does.
    pub fn interrupt(&self) {
        self.signal(Signal::INT);
    }

    /// Whether it still runs.
    pub fn runs(&mut self) -> bool {
        self.child
            .try_wait()
            .expect("a child can be asked")
            .is_none()
    }

    /// Waits for its end; what takes longer than a minute is killed.
    pub fn wait(mut self) -> Outcome {
        let group = self.group();
        let (ended, watched) = channel::<()>();
        let watchdog = std::thread::spawn(move || {
            let hung = watched.recv_timeout(LONGEST_RUN) == Err(RecvTimeoutError::Timeout);
            if hung {
                // It may have ended at this very moment.
                let _ = kill_process_group(group, Signal::KILL);
            }
            hung
        });
        let status = self.child.wait().expect("a child can be waited for");
        drop(ended);
        Outcome {
            told: self.told,
            code: status.code(),
            stdout: self.output.join().expect("the reader of stdout"),
            stderr: self.errors.join().expect("the reader of stderr"),
            hung: watchdog.join().expect("the watchdog"),
        }
    }

    fn signal(&self, signal: Signal) {
        // It may have ended already: then there is nothing to tell it.
        let _ = kill_process_group(self.group(), signal);
    }

    fn group(&self) -> Pid {
        Pid::from_child(&self.child)
    }
}

impl Outcome {
    /// It ended with exit code 0.
    #[track_caller]
    pub fn ok(&self) -> &Self {
        self.fails(0)
    }

    /// It ended with this exit code.
    #[track_caller]
    pub fn fails(&self, code: i32) -> &Self {
        assert!(!self.hung, "it hung and was killed\n{self}");
        assert!(self.code == Some(code), "expected exit {code}\n{self}");
        self
    }

    /// Somewhere, on stdout or stderr, stands this text.
    #[track_caller]
    pub fn says(&self, text: &str) -> &Self {
        assert!(
            self.said().contains(text),
            "expected to read {text:?}\n{self}"
        );
        self
    }

    /// Nowhere stands this text.
    #[track_caller]
    pub fn never_says(&self, text: &str) -> &Self {
        assert!(
            !self.said().contains(text),
            "did not expect to read {text:?}\n{self}"
        );
        self
    }

    /// What it printed on stdout, as JSON.
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
            told,
            code,
            stdout,
            stderr,
            ..
        } = self;
        write!(
            formatter,
            "{told}\nexit {code:?}\n--- stdout\n{stdout}\n--- stderr\n{stderr}\n---"
        )
    }
}

fn read_along(mut pipe: impl Read + Send + 'static) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // What was read before an error is what there is to show.
        let _ = pipe.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}
