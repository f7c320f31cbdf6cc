//! [`Interrupt`]: a flag set by Ctrl-C, which long operations check.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

use crate::platform;

/// The exit code of an interrupted command.
const EXIT_CODE: i32 = 130;

/// Whether signals are for another program, which uses the terminal.
static IS_IGNORED: AtomicBool = AtomicBool::new(false);

/// A flag set by Ctrl-C. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Interrupt {
    happened: Arc<AtomicBool>,
    notify: Arc<Notify>,
}

/// Ignores signals while it exists.
pub(crate) struct Ignored(());

impl Interrupt {
    /// Returns a flag with a handler, as [`Interrupt::handle`] installs it.
    #[must_use]
    pub fn listen() -> Self {
        let interrupt = Self::default();
        interrupt.handle();
        interrupt
    }

    /// Installs a handler for Ctrl-C, SIGTERM, and SIGHUP. The first signal sets the flag, so that the
    /// command undoes its changes. The second one ends the process, which may wait for a disk or
    /// calculate; then the next command recovers. The third one kills it.
    ///
    /// If that fails (a process can have only one handler), the handler from before remains, or the
    /// platform's default applies: the process ends, and the next command recovers.
    pub fn handle(&self) {
        let flag = self.clone();
        let mut count = 0;
        drop(ctrlc::set_handler(move || {
            if IS_IGNORED.load(Ordering::SeqCst) {
                return;
            }
            count += 1;
            match count {
                1 => flag.raise(),
                2 => exit(),
                _ => platform::kill_self(),
            }
        }));
    }

    /// Ignores signals until the returned value is dropped, because another program uses the terminal.
    pub(crate) fn ignore() -> Ignored {
        IS_IGNORED.store(true, Ordering::SeqCst);
        Self::default().handle();
        Ignored(())
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

impl Drop for Ignored {
    fn drop(&mut self) {
        IS_IGNORED.store(false, Ordering::SeqCst);
    }
}

/// Ends the process, from another thread than the handler's, which still hears the third signal.
#[expect(clippy::exit, reason = "the other threads may not end")]
fn exit() {
    let exit = || std::process::exit(EXIT_CODE);
    if std::thread::Builder::new().spawn(exit).is_err() {
        exit();
    }
}
