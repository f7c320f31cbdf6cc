//! [`Capability`]: something that a skill can make an agent do or access.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// A capability of a skill, with its place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Capability {
    /// The kind.
    pub kind: Kind,
    /// A path, a tool, a host, or a command.
    pub what: String,
    /// The file, relative to the skill.
    pub file: String,
    /// The line, from 1; `None` if the capability is the file itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
}

/// The kind of a capability, the most severe first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A command that the client runs automatically, such as `hooks` in the frontmatter.
    Hook,
    /// `allowed-tools` that let the agent run any command without confirmation.
    UnrestrictedBash,
    /// Characters that are invisible to people but not to agents.
    HiddenCharacters,
    /// A file that is a program.
    Script,
    /// A file with the executable bit.
    Executable,
    /// A tool that `allowed-tools` lets the agent use without confirmation.
    Tool,
    /// A host that a page or a script names.
    Host,
    /// A program that a page or a script calls.
    Command,
}

/// A word that is not a kind of capability.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown capability `{0}`")]
pub struct ParseKindError(pub String);

impl Kind {
    /// All kinds, the most severe first.
    pub const ALL: [Self; 8] = [
        Self::Hook,
        Self::UnrestrictedBash,
        Self::HiddenCharacters,
        Self::Script,
        Self::Executable,
        Self::Tool,
        Self::Host,
        Self::Command,
    ];

    /// Whether it is rare and dangerous: 20 of 335 skills in eight public repositories have such a
    /// capability, while 150 name a host and 58 have a script.
    #[must_use]
    pub const fn is_severe(self) -> bool {
        self.needs_consent() || matches!(self, Self::HiddenCharacters)
    }

    /// Whether it lets commands run without asking the user, who is therefore asked before a skill
    /// with it is installed.
    #[must_use]
    pub const fn needs_consent(self) -> bool {
        matches!(self, Self::Hook | Self::UnrestrictedBash)
    }

    /// Whether it is only a name in a text.
    #[must_use]
    pub const fn is_mention(self) -> bool {
        matches!(self, Self::Host | Self::Command)
    }

    /// Returns the word for the kind in `[policy] deny` and in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Hook => "hooks",
            Self::UnrestrictedBash => "unrestricted-bash",
            Self::HiddenCharacters => "hidden-characters",
            Self::Script => "scripts",
            Self::Executable => "executables",
            Self::Tool => "tools",
            Self::Host => "hosts",
            Self::Command => "commands",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Kind {
    type Err = ParseKindError;

    fn from_str(word: &str) -> Result<Self, ParseKindError> {
        let mut kinds = Self::ALL.into_iter();
        let found = kinds.find(|kind| kind.word() == word);
        found.ok_or_else(|| ParseKindError(word.to_owned()))
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}
