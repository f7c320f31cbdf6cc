//! [`Interrupt`]: Ctrl-C as a value that long steps ask.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// Whether the user gave up. Clones share one answer.
#[derive(Debug, Clone, Default)]
pub struct Interrupt {
    happened: Arc<AtomicBool>,
    notify: Arc<Notify>,
}

impl Interrupt {
    /// Listens to Ctrl-C and SIGTERM from now on.
    ///
    /// Without a handler (a second one in a process) the platform's default stays:
    /// the process dies, and the next command recovers.
    #[must_use]
    pub fn listen() -> Self {
        let interrupt = Self::default();
        let heard = interrupt.clone();
        drop(ctrlc::set_handler(move || heard.raise()));
        interrupt
    }

    /// Notes that the user gave up.
    pub fn raise(&self) {
        self.happened.store(true, Ordering::SeqCst);
        self.notify.notify_waiters();
    }

    /// Whether the user gave up.
    #[must_use]
    pub fn is_raised(&self) -> bool {
        self.happened.load(Ordering::SeqCst)
    }

    /// Waits until the user gives up.
    pub async fn raised(&self) {
        let mut notified = std::pin::pin!(self.notify.notified());
        // Listening must begin before the look, or a Ctrl-C between the two is missed.
        notified.as_mut().enable();
        if !self.is_raised() {
            notified.await;
        }
    }
}
