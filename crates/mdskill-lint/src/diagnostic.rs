//! [`Diagnostic`]: a finding about a skill with its location, its help, and its fix.

use std::fmt;
use std::str::FromStr;

use crate::span::{Position, Span};

/// The prefix of the codes of the audit.
pub(crate) const AUDIT: &str = "A";
/// Rule SK408, which is older than the audit, and whose code does not change.
const PIPED_DOWNLOAD: &str = "SK408";

/// Severity of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// A note.
    Info,
    /// A problem that misleads an agent or a reader.
    Warning,
    /// A problem that makes a client refuse the skill, or that breaks it for the agent.
    Error,
}

impl Severity {
    /// All severities, from lowest to highest.
    pub const ALL: [Self; 3] = [Self::Info, Self::Warning, Self::Error];

    /// Returns its name: `info`, `warning` or `error`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// The error for an unknown severity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown severity `{0}`: use error, warning, or info")]
pub struct UnknownSeverity(String);

impl FromStr for Severity {
    type Err = UnknownSeverity;

    fn from_str(word: &str) -> Result<Self, UnknownSeverity> {
        let found = Self::ALL
            .into_iter()
            .find(|severity| severity.word() == word);
        found.ok_or_else(|| UnknownSeverity(word.to_owned()))
    }
}

/// A finding with its location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable code, for example `SK302`; codes are never renumbered.
    pub code: &'static str,
    /// Severity.
    pub severity: Severity,
    /// Path of the file, relative to the skill, with forward slashes.
    pub file: String,
    /// Start; the first character for a finding about the whole file.
    pub start: Position,
    /// End, exclusive.
    pub end: Position,
    /// Description of the problem: one sentence without a full stop.
    pub message: String,
    /// How to fix it.
    pub help: String,
    /// Whether clients refuse to load the skill because of this.
    pub blocks_loading: bool,
    /// Whether the skill is dangerous to install, so that it must be allowed by name.
    pub refuses: bool,
    /// The line of the finding; `None` for a finding about the whole file.
    pub excerpt: Option<Excerpt>,
    /// Automatic fix.
    pub fix: Option<Fix>,
    /// Start and end of each edit of the fix, in the order of the fix.
    pub edit_places: Vec<(Position, Position)>,
}

impl Diagnostic {
    /// Whether the finding prevents an installation: clients would not load the skill, and the
    /// severity of the rule was not lowered.
    #[must_use]
    pub fn stops(&self) -> bool {
        self.blocks_loading && self.severity == Severity::Error
    }

    /// Whether it is a finding of the audit that is shown before a skill is installed. Hooks are shown
    /// as capabilities.
    #[must_use]
    pub fn is_warning_of_audit(&self) -> bool {
        self.refuses || self.severity >= Severity::Warning && self.is_of_audit()
    }

    /// Whether it is a note of the audit. Hooks are shown as capabilities instead.
    #[must_use]
    pub fn is_note_of_audit(&self) -> bool {
        let is_capability = matches!(self.code, "A101" | "A102");
        !self.is_warning_of_audit() && self.is_of_audit() && !is_capability
    }

    /// Whether it is a finding about what is dangerous to install.
    fn is_of_audit(&self) -> bool {
        self.code.starts_with(AUDIT) || self.code == PIPED_DOWNLOAD
    }
}

/// The line of a finding, for display.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The line without its line break; for a long line, the part around the finding.
    pub line: String,
    /// The span of the finding in `line`.
    pub marked: Span,
    /// Whether the beginning of the line was cut.
    pub is_cut_before: bool,
    /// Whether the end of the line was cut.
    pub is_cut_after: bool,
}

/// An automatic fix of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// Description in the imperative, for example "quote the value".
    pub title: String,
    /// Whether the fix can change the meaning of the skill.
    pub safety: Safety,
    /// The change to the files.
    pub change: Change,
}

/// Whether a fix can change the meaning of a skill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Safety {
    /// The meaning stays the same; `--fix` applies it.
    Safe,
    /// The meaning may change; only `--fix --unsafe` applies it.
    Unsafe,
}

/// How a fix changes a skill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Replaces spans of the file of the finding. The edits are sorted and do not overlap.
    Edit(Vec<Edit>),
    /// Moves the file of the finding to this path, relative to the skill.
    Rename(String),
    /// Makes the file of the finding executable.
    MakeExecutable,
}

/// A replacement of one span of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The replaced span, in bytes of the whole file.
    pub span: Span,
    /// The new text.
    pub replacement: String,
}

impl Safety {
    /// Returns its name: `safe` or `unsafe`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
        }
    }
}

impl Fix {
    /// Creates a safe fix that replaces one span.
    #[must_use]
    pub fn safe(title: impl Into<String>, span: Span, replacement: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            safety: Safety::Safe,
            change: Change::Edit(vec![Edit {
                span,
                replacement: replacement.into(),
            }]),
        }
    }

    /// Returns its edits; none if it changes the path or mode of a file.
    #[must_use]
    pub fn edits(&self) -> &[Edit] {
        match &self.change {
            Change::Edit(edits) => edits,
            Change::Rename(_) | Change::MakeExecutable => &[],
        }
    }

    /// Marks the fix as unsafe.
    #[must_use]
    pub fn as_unsafe(self) -> Self {
        Self {
            safety: Safety::Unsafe,
            ..self
        }
    }
}
