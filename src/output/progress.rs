//! [`Spinner`]: shows the current step and the received bytes on a terminal.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::printer::Printer;
use super::sanitize;
use mdskill_git::progress::Progress;

const TICK: Duration = Duration::from_millis(100);

/// Shows progress on standard error, and prints warnings.
pub(crate) struct Spinner {
    printer: Printer,
    bar: ProgressBar,
    /// The number of steps that have begun and not ended.
    steps: AtomicUsize,
}

impl Spinner {
    /// Creates a spinner, which shows progress if `shows` is set.
    pub(crate) fn new(printer: Printer, shows: bool) -> Self {
        let target = if shows {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(None, target);
        let style = ProgressStyle::with_template("{spinner:.green} {prefix}{msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        bar.finish_and_clear();
        Self {
            printer,
            bar,
            steps: AtomicUsize::new(0),
        }
    }
}

impl Progress for Spinner {
    fn begin(&self, phrase: &str) {
        let is_first = self.steps.fetch_add(1, Ordering::Relaxed) == 0;
        if is_first && !self.bar.is_hidden() {
            self.bar.set_prefix(sanitize::line(phrase));
            self.bar.set_message("");
            self.bar.reset();
            self.bar.enable_steady_tick(TICK);
        }
    }

    fn received(&self, count: u64) {
        self.bar.inc(count);
        let bytes = HumanBytes(self.bar.position());
        self.bar.set_message(format!(" ({bytes})"));
    }

    fn end(&self) {
        if self.steps.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.bar.finish_and_clear();
        }
    }

    fn warn(&self, sentence: &str) {
        self.bar.suspend(|| self.printer.warn(sentence));
    }
}

impl Drop for Spinner {
    /// Clears the line after an error, which ends no step.
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
