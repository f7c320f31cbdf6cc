//! [`Interrupt`]: a flag set by Ctrl-C, which long operations check.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// A flag set by Ctrl-C. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Interrupt {
    happened: Arc<AtomicBool>,
    notify: Arc<Notify>,
}

impl Interrupt {
    /// Returns a flag with a handler, as [`Interrupt::handle`] installs it.
    #[must_use]
    pub fn listen() -> Self {
        let interrupt = Self::default();
        interrupt.handle();
        interrupt
    }

    /// Installs a handler for Ctrl-C, SIGTERM, and SIGHUP, which sets the flag.
    ///
    /// If that fails (a process can have only one handler), the handler from before remains, or the
    /// platform's default applies: the process ends, and the next command recovers.
    pub fn handle(&self) {
        let flag = self.clone();
        drop(ctrlc::set_handler(move || flag.raise()));
    }

    /// Sets the flag.
    pub fn raise(&self) {
        self.happened.store(true, Ordering::SeqCst);
        self.notify.notify_waiters();
    }

    /// Whether the flag is set.
    #[must_use]
    pub fn is_raised(&self) -> bool {
        self.happened.load(Ordering::SeqCst)
    }

    /// Waits until the flag is set.
    pub async fn raised(&self) {
        let mut notified = std::pin::pin!(self.notify.notified());
        // Enable the notification before checking the flag, because a Ctrl-C between the two would
        // be missed otherwise.
        notified.as_mut().enable();
        if !self.is_raised() {
            notified.await;
        }
    }
}
