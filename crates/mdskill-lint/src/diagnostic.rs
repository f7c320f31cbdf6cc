//! [`Diagnostic`]: one finding about a skill, as data: what, where, and how to mend it.

use std::fmt;
use std::str::FromStr;

use crate::span::{Position, Span};

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

impl Severity {
    /// Every severity, the mildest first.
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

/// No severity is called so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no severity: write error, warning or info")]
pub struct NoSuchSeverity(String);

impl FromStr for Severity {
    type Err = NoSuchSeverity;

    fn from_str(word: &str) -> Result<Self, NoSuchSeverity> {
        let found = Self::ALL
            .into_iter()
            .find(|severity| severity.word() == word);
        found.ok_or_else(|| NoSuchSeverity(word.to_owned()))
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
    /// Where it begins; the first character when the file as a whole is meant.
    pub start: Position,
    /// Where it ends: the place after its last character.
    pub end: Position,
    /// What is wrong, one sentence without a full stop.
    pub message: String,
    /// What to do about it.
    pub help: String,
    /// Whether clients do not load the skill at all because of this.
    pub blocks_loading: bool,
    /// The line it stands in; nothing when the file as a whole is meant.
    pub excerpt: Option<Excerpt>,
    /// How a program can mend it.
    pub fix: Option<Fix>,
    /// Where each edit of the fix begins and ends, in the fix's order.
    pub edit_places: Vec<(Position, Position)>,
}

impl Diagnostic {
    /// Whether it stops a skill from being installed: clients would not load it, and nobody
    /// lowered the rule.
    #[must_use]
    pub fn stops(&self) -> bool {
        self.blocks_loading && self.severity == Severity::Error
    }
}

/// The line of a finding, to show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The line, without its end; of a long one the part around the finding.
    pub line: String,
    /// The part of `line` that the finding is about.
    pub marked: Span,
    /// Whether the file's line begins before `line`.
    pub is_cut_before: bool,
    /// Whether the file's line ends after `line`.
    pub is_cut_after: bool,
}

/// What a program can do about a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as a command to the reader: "quote the value".
    pub title: String,
    /// Whether it can change what the skill means.
    pub safety: Safety,
    /// The change.
    pub change: Change,
}

/// Whether a fix can change what a skill means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Safety {
    /// It says the same better; `--fix` does it.
    Safe,
    /// It may say something else; `--fix --unsafe` does it.
    Unsafe,
}

/// How a fix changes a skill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Pieces of the finding's file are replaced, sorted, none over another.
    Edit(Vec<Edit>),
    /// The finding's file gets another path inside the skill.
    Rename(String),
    /// The finding's file becomes executable.
    MakeExecutable,
}

/// One piece of a file that is replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced, in bytes of the whole file.
    pub span: Span,
    /// What comes there.
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
    /// Returns a fix that replaces one piece and means the same.
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

    /// Returns the same fix, marked as one that may change the meaning.
    #[must_use]
    pub fn as_unsafe(self) -> Self {
        Self {
            safety: Safety::Unsafe,
            ..self
        }
    }
}
