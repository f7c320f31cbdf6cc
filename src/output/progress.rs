//! [`Spinner`]: shows the current step and the received bytes on a terminal.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::printer::Printer;
use super::sanitize;
use crate::interrupt::Interrupt;
use mdskill_git::progress::Progress;

const TICK: Duration = Duration::from_millis(100);
/// The time after which a step is shown: a line that is visible for less flickers.
const DELAY: Duration = Duration::from_millis(150);

/// Shows progress on standard error, and prints warnings.
pub(crate) struct Spinner {
    printer: Printer,
    bar: ProgressBar,
    shows: bool,
    interrupt: Interrupt,
    steps: Arc<Mutex<Steps>>,
}

/// The steps that have begun and not ended.
#[derive(Default)]
struct Steps {
    open: usize,
    /// The number of times that a first step has begun.
    turn: usize,
}

impl Spinner {
    /// Creates a spinner, which shows progress if `shows` is set.
    pub(crate) fn new(printer: Printer, shows: bool, interrupt: Interrupt) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let template = if printer.stderr_has_color() {
            "{spinner:.green} {prefix}{msg}"
        } else {
            "{spinner} {prefix}{msg}"
        };
        let style = ProgressStyle::with_template(template);
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        Self {
            printer,
            bar,
            shows,
            interrupt,
            steps: Arc::default(),
        }
    }

    /// Shows the step of this turn later, if it is still open then.
    fn show_later(&self, turn: usize) {
        let (bar, steps) = (self.bar.clone(), Arc::clone(&self.steps));
        let show = move || {
            std::thread::sleep(DELAY);
            loop {
                let steps = lock(&steps);
                if steps.open == 0 || steps.turn != turn {
                    return;
                }
                if bar.is_hidden() {
                    bar.set_draw_target(ProgressDrawTarget::stderr());
                }
                bar.tick();
                drop(steps);
                std::thread::sleep(TICK);
            }
        };
        // Without a thread, nothing is shown. The bar would panic if it could not start its own.
        drop(std::thread::Builder::new().spawn(show));
    }

    fn hide(&self) {
        self.bar.finish_and_clear();
        self.bar.set_draw_target(ProgressDrawTarget::hidden());
    }
}

fn lock(steps: &Mutex<Steps>) -> MutexGuard<'_, Steps> {
    steps.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Progress for Spinner {
    fn begin(&self, phrase: &str) {
        let mut steps = lock(&self.steps);
        steps.open += 1;
        if steps.open == 1 && self.shows {
            steps.turn += 1;
            self.bar.set_prefix(sanitize::line(phrase));
            self.bar.set_message("");
            self.bar.reset();
            self.show_later(steps.turn);
        }
    }

    fn received(&self, count: u64) {
        self.bar.inc(count);
        let bytes = HumanBytes(self.bar.position());
        self.bar.set_message(format!(" ({bytes})"));
    }

    fn end(&self) {
        let mut steps = lock(&self.steps);
        steps.open = steps.open.saturating_sub(1);
        if steps.open == 0 {
            self.hide();
        }
    }

    fn is_cancelled(&self) -> bool {
        self.interrupt.is_raised()
    }

    fn warn(&self, sentence: &str) {
        self.bar.suspend(|| self.printer.warn(sentence));
    }
}

impl Drop for Spinner {
    /// Clears the line after an error, which ends no step.
    fn drop(&mut self) {
        lock(&self.steps).open = 0;
        self.hide();
    }
}
