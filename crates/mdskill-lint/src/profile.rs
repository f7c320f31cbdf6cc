//! [`Profile`]: the client whose rules apply.

use std::fmt;
use std::str::FromStr;

use crate::diagnostic::Severity;

/// The client whose rules apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Profile {
    /// GitHub Copilot and VS Code, the strictest of the clients that read `.github/skills`.
    #[default]
    Copilot,
    /// Claude Code. It replaces a missing name by the folder and a missing description by the first
    /// line, and accepts lists of tools.
    Claude,
    /// Only the requirements and recommendations of the specification.
    Spec,
}

impl Profile {
    /// All profiles.
    pub const ALL: [Self; 3] = [Self::Copilot, Self::Claude, Self::Spec];

    /// Returns its name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Copilot => "copilot",
            Self::Claude => "claude",
            Self::Spec => "spec",
        }
    }

    /// Returns the level of the rule with this code, where it differs from the default of the rule.
    pub(super) fn level(self, code: &str) -> Option<Level> {
        use Severity::{Error, Info, Warning};
        match (self, code) {
            // A missing name defaults to the folder, and a name that differs is only displayed.
            (Self::Claude, "SK201" | "SK203") => Some(Level::At(Info)),
            // A description is recommended, and is truncated at 1,536 characters, not refused.
            (Self::Claude, "SK204" | "SK210" | "SK211") => Some(Level::At(Warning)),
            // Lists of tools are accepted, and Claude's own variables are replaced.
            (Self::Claude, "SK112" | "SK311") => Some(Level::Off),
            // The specification defines the form, even if clients accept others.
            (Self::Spec, "SK112" | "SK113" | "SK114") => Some(Level::At(Error)),
            (Self::Spec, code) if !SPECIFIED.contains(&code) => Some(Level::Off),
            _ => None,
        }
    }
}

/// Rules that the specification requires or recommends: the form of `SKILL.md` (SK0 and SK10),
/// its fields (SK112 to SK212), paths relative to the root of the skill (SK301 to SK311), one level
/// deep (SK310), and the length of the text (SK4). It does not define other fields, other files of
/// the skill, or other clients.
const SPECIFIED: [&str; 28] = [
    "SK001", "SK002", "SK007", "SK008", "SK101", "SK102", "SK103", "SK104", "SK105", "SK112",
    "SK113", "SK114", "SK115", "SK116", "SK201", "SK202", "SK203", "SK210", "SK211", "SK212",
    "SK301", "SK302", "SK304", "SK307", "SK310", "SK311", "SK402", "SK403",
];

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// The error for an unknown profile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown profile `{0}`: use copilot, claude, or spec")]
pub struct UnknownProfile(String);

impl FromStr for Profile {
    type Err = UnknownProfile;

    fn from_str(word: &str) -> Result<Self, UnknownProfile> {
        let found = Self::ALL.into_iter().find(|profile| profile.word() == word);
        found.ok_or_else(|| UnknownProfile(word.to_owned()))
    }
}

/// How findings of a rule are reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// The rule is disabled.
    Off,
    /// With the severity of the profile, or else of the finding or the rule.
    Own,
    /// All with this severity.
    At(Severity),
}
