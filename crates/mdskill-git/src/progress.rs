//! [`Progress`]: how a long step tells what it is doing, without knowing who listens.

/// Listens to long steps. Every method does nothing by default.
pub trait Progress {
    /// A step of work on `subject` began, as a phrase: "fetching wshobson/agents".
    fn begin(&self, _phrase: &str) {}
    /// `count` more bytes arrived.
    fn received(&self, _count: u64) {}
    /// The step is over; what was shown may go.
    fn end(&self) {}
    /// Something worth a line of its own that stops nothing, as a sentence.
    fn warn(&self, _sentence: &str) {}
}

/// A listener that ignores everything.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {}
