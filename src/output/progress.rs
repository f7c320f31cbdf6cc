//! [`Spinner`]: says what a long step is doing, on a terminal, once it takes a moment.

use std::sync::Mutex;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::printer::Printer;
use super::sanitize;
use mdskill_git::progress::Progress;

/// Shorter steps need no words.
const A_MOMENT: Duration = Duration::from_millis(400);
const TICK: Duration = Duration::from_millis(100);

/// The listener of a command on a terminal, or of one that is silent until it warns.
pub struct Spinner {
    printer: Printer,
    shows: bool,
    running: Mutex<Option<Running>>,
}

struct Running {
    bar: ProgressBar,
    stop: Sender<()>,
    waiter: JoinHandle<()>,
    steps: usize,
    bytes: u64,
    phrase: String,
}

impl Spinner {
    /// Makes a listener that shows progress if `shows`.
    #[must_use]
    pub fn new(printer: Printer, shows: bool) -> Self {
        Self {
            printer,
            shows,
            running: Mutex::new(None),
        }
    }

    fn with_running(&self, act: impl FnOnce(&mut Option<Running>)) {
        // A panic elsewhere must not add a second one here.
        if let Ok(mut running) = self.running.lock() {
            act(&mut running);
        }
    }
}

impl Running {
    fn start(phrase: String) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template("{spinner:.green} {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        bar.set_message(phrase.clone());
        let (stop, stopped) = channel();
        let shown = bar.clone();
        let waiter = std::thread::spawn(move || {
            if stopped.recv_timeout(A_MOMENT) == Err(RecvTimeoutError::Timeout) {
                shown.set_draw_target(ProgressDrawTarget::stderr());
                shown.enable_steady_tick(TICK);
            }
        });
        Self {
            bar,
            stop,
            waiter,
            steps: 1,
            bytes: 0,
            phrase,
        }
    }

    fn finish(self) {
        drop(self.stop);
        drop(self.waiter.join());
        self.bar.finish_and_clear();
    }
}

impl Progress for Spinner {
    fn begin(&self, phrase: &str) {
        if !self.shows {
            return;
        }
        self.with_running(|running| match running {
            Some(running) => running.steps += 1,
            None => *running = Some(Running::start(sanitize::line(phrase))),
        });
    }

    fn received(&self, count: u64) {
        self.with_running(|running| {
            if let Some(running) = running {
                running.bytes += count;
                running.bar.set_message(format!(
                    "{} ({})",
                    running.phrase,
                    HumanBytes(running.bytes)
                ));
            }
        });
    }

    fn end(&self) {
        self.with_running(|running| {
            let is_last = running.as_mut().is_some_and(|running| {
                running.steps -= 1;
                running.steps == 0
            });
            if is_last && let Some(running) = running.take() {
                running.finish();
            }
        });
    }

    fn warn(&self, sentence: &str) {
        let mut bar = None;
        self.with_running(|running| bar = running.as_ref().map(|running| running.bar.clone()));
        match bar {
            Some(bar) => bar.suspend(|| self.printer.warn(sentence)),
            None => self.printer.warn(sentence),
        }
    }
}

impl Drop for Spinner {
    /// An error leaves no half-drawn line behind.
    fn drop(&mut self) {
        self.with_running(|running| {
            if let Some(running) = running.take() {
                running.finish();
            }
        });
    }
}
