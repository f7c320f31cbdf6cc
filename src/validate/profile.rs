//! [`Profile`]: whose eyes a skill is looked at with.

use std::fmt;
use std::str::FromStr;

use crate::diagnostic::Severity;

/// Whose eyes a skill is looked at with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Profile {
    /// GitHub Copilot and VS Code, the strictest of the clients that read `.github/skills`.
    #[default]
    Copilot,
    /// Claude Code, which takes missing names, knows more fields, and reads lists of tools.
    Claude,
    /// Only what the specification demands or recommends.
    Spec,
    /// What the specification's reference checker finds, which is stricter and blinder.
    Reference,
}

impl Profile {
    /// Every profile, by its name.
    pub const ALL: [Self; 4] = [Self::Copilot, Self::Claude, Self::Spec, Self::Reference];

    /// Returns its name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Copilot => "copilot",
            Self::Claude => "claude",
            Self::Spec => "spec",
            Self::Reference => "reference",
        }
    }

    /// Returns how this profile takes the rule of that code, where it differs from the rule's
    /// own word.
    pub(super) fn level(self, code: &str) -> Option<Level> {
        use Severity::{Error, Info, Warning};
        match (self, code) {
            // SK107 says why the reference checker sees other fields than the author.
            (Self::Claude, "SK201" | "SK203") | (Self::Reference, "SK107") => Some(Level::At(Info)),
            (Self::Claude, "SK204" | "SK210") => Some(Level::At(Warning)),
            (Self::Claude, "SK112" | "SK311") => Some(Level::Off),
            (Self::Spec, "SK112" | "SK113") => Some(Level::At(Error)),
            (Self::Spec, code) if !SPECIFIED.contains(&code) => Some(Level::Off),
            (Self::Reference, code) => Some(match REFERENCE.contains(&code) {
                true => Level::At(Error),
                false => Level::Off,
            }),
            _ => None,
        }
    }
}

/// What the specification demands or recommends.
const SPECIFIED: [&str; 22] = [
    "SK001", "SK002", "SK007", "SK008", "SK101", "SK102", "SK103", "SK104", "SK105", "SK112",
    "SK113", "SK114", "SK115", "SK201", "SK202", "SK203", "SK210", "SK211", "SK301", "SK310",
    "SK402", "SK403",
];

/// What the reference checker finds.
const REFERENCE: [&str; 16] = [
    "SK001", "SK002", "SK003", "SK101", "SK102", "SK103", "SK104", "SK105", "SK106", "SK110",
    "SK115", "SK201", "SK202", "SK203", "SK210", "SK211",
];

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// No profile is called so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no profile `{0}`; there are copilot, claude, spec and reference")]
pub struct NoSuchProfile(String);

impl FromStr for Profile {
    type Err = NoSuchProfile;

    fn from_str(word: &str) -> Result<Self, NoSuchProfile> {
        let found = Self::ALL.into_iter().find(|profile| profile.word() == word);
        found.ok_or_else(|| NoSuchProfile(word.to_owned()))
    }
}

/// What becomes of a rule's findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// They are not looked for.
    Off,
    /// They count as the rule and the finding say.
    Own,
    /// They all count the same.
    At(Severity),
}
