//! [`Diagnostic`]: one finding about a skill, as data.

use std::fmt;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Something to know.
    Info,
    /// Something that misleads an agent or a reader.
    Warning,
    /// Something that a client refuses, or that breaks for the agent.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// A finding, with the place it stands at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable code, `SK302`; never renumbered.
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// File inside the skill, with forward slashes.
    pub file: String,
    /// Line of the whole file, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong, one sentence without a full stop.
    pub message: String,
    /// What to do about it.
    pub help: String,
    /// Whether clients do not load the skill at all because of this.
    pub blocks_loading: bool,
}
