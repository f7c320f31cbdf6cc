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
    /// Claude Code, which takes the folder for a missing name, the first line for a missing
    /// description, and lists of tools.
    Claude,
    /// Only what the specification demands or recommends.
    Spec,
}

impl Profile {
    /// Every profile.
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

    /// Returns how this profile takes the rule of that code, where it differs from the rule's
    /// own word.
    pub(super) fn level(self, code: &str) -> Option<Level> {
        use Severity::{Error, Info, Warning};
        match (self, code) {
            // A name that is missing is the folder's; one that differs is for display.
            (Self::Claude, "SK201" | "SK203") => Some(Level::At(Info)),
            // A description is recommended, and cut at 1,536 characters, not refused.
            (Self::Claude, "SK204" | "SK210" | "SK211") => Some(Level::At(Warning)),
            // Lists of tools are read, and Claude's own variables are filled in.
            (Self::Claude, "SK112" | "SK311") => Some(Level::Off),
            // The specification defines their form, however well clients bear another.
            (Self::Spec, "SK112" | "SK113" | "SK114") => Some(Level::At(Error)),
            (Self::Spec, code) if !SPECIFIED.contains(&code) => Some(Level::Off),
            _ => None,
        }
    }
}

/// What the specification demands, defines or recommends: what `SKILL.md` is (the SK0 and SK10
/// rules), each field it has (SK112 to SK212), that files are referred to by paths from the
/// skill's root (SK301 to SK311), one level deep (SK310), and how long the text is to be (SK4).
/// It says nothing of other fields, of what lies beside `SKILL.md`, and of other clients.
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

/// No profile is called so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no profile `{0}`; there are copilot, claude and spec")]
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
    /// They count as the profile says, else the rule and the finding.
    Own,
    /// They all count the same.
    At(Severity),
}
