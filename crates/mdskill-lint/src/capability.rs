//! [`Capability`]: something that a skill can make an agent do or reach.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// One thing that a skill can do, and where that is seen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Capability {
    /// What kind of thing.
    pub kind: Kind,
    /// The thing itself: a path, a tool, a host, a command.
    pub what: String,
    /// The file that shows it, from inside the skill.
    pub file: String,
    /// The line, from 1; nothing when it is the file itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
}

/// What kind of thing a skill can do, the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A command that the client runs by itself: `hooks` of the frontmatter.
    Hook,
    /// `allowed-tools` that let the agent run any command unasked.
    UnrestrictedBash,
    /// Characters that people do not see and agents read.
    HiddenCharacters,
    /// A file that is a program.
    Script,
    /// A file that the system may execute.
    Executable,
    /// A tool that `allowed-tools` lets the agent use unasked.
    Tool,
    /// A host that a page or a script names.
    Host,
    /// A program that a page or a script calls.
    Command,
}

/// A word that is no kind of capability.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no capability `{0}`")]
pub struct NoSuchKind(pub String);

impl Kind {
    /// All kinds, the gravest first.
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

    /// Returns the word for it, as `[policy] deny` and reports have it.
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
    type Err = NoSuchKind;

    fn from_str(word: &str) -> Result<Self, NoSuchKind> {
        let mut kinds = Self::ALL.into_iter();
        let found = kinds.find(|kind| kind.word() == word);
        found.ok_or_else(|| NoSuchKind(word.to_owned()))
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}
