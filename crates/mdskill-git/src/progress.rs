//! [`Progress`]: receives the progress and the warnings of long operations.

/// Receives progress. Every method does nothing by default.
pub trait Progress {
    /// A step has started; `phrase` is for example "fetching wshobson/agents".
    fn begin(&self, _phrase: &str) {}
    /// `count` more bytes were received.
    fn received(&self, _count: u64) {}
    /// The step has ended.
    fn end(&self) {}
    /// A warning, as a sentence.
    fn warn(&self, _sentence: &str) {}
    /// Whether the user wants to stop. A pack that is being decoded is then refused.
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// Ignores all progress and warnings.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {}
