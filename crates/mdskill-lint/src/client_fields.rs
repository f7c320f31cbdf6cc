//! The fields of a frontmatter, and which client documents which.
//!
//! Sources: the specification; Copilot CLI's and VS Code's documentation of May 2026; Codex's
//! `core-skills/loader.rs`; Claude Code's and Cursor's documentation.

use crate::profile::Profile;

/// The six fields of the specification.
pub const SPECIFIED: [&str; 6] = [
    "name",
    "description",
    "license",
    "compatibility",
    "metadata",
    "allowed-tools",
];

/// A field that is not the specification's, and the clients that document it.
#[derive(Debug)]
pub struct ClientField {
    /// Its key.
    pub key: &'static str,
    /// The clients, as their makers write them.
    pub clients: &'static [&'static str],
}

const COPILOT_CLI: &str = "Copilot CLI";
const VS_CODE: &str = "VS Code";
const CLAUDE_CODE: &str = "Claude Code";
const CURSOR: &str = "Cursor";

/// Every field that a client documents beyond the specification.
pub const OF_CLIENTS: [ClientField; 12] = [
    of("agent", &[CLAUDE_CODE]),
    of("argument-hint", &[COPILOT_CLI, VS_CODE, CLAUDE_CODE]),
    of("arguments", &[CLAUDE_CODE]),
    of("context", &[VS_CODE, CLAUDE_CODE]),
    of(
        "disable-model-invocation",
        &[COPILOT_CLI, VS_CODE, CLAUDE_CODE, CURSOR],
    ),
    of("effort", &[CLAUDE_CODE]),
    of("hooks", &[CLAUDE_CODE]),
    of("model", &[CLAUDE_CODE]),
    of("paths", &[CLAUDE_CODE]),
    of("shell", &[CLAUDE_CODE]),
    of("user-invocable", &[COPILOT_CLI, VS_CODE, CLAUDE_CODE]),
    of("when_to_use", &[CLAUDE_CODE]),
];

const fn of(key: &'static str, clients: &'static [&'static str]) -> ClientField {
    ClientField { key, clients }
}

impl ClientField {
    /// Whether the client that a profile stands for is one of them. Copilot's profile is the one
    /// for skills that are to work everywhere, so to it no field of a few clients is.
    #[must_use]
    pub fn is_known_to(&self, profile: Profile) -> bool {
        profile == Profile::Claude && self.clients.contains(&CLAUDE_CODE)
    }
}

/// Whether the specification has the field.
#[must_use]
pub fn is_specified(key: &str) -> bool {
    SPECIFIED.contains(&key)
}

/// Returns the field of that key that only clients have.
#[must_use]
pub fn of_clients(key: &str) -> Option<&'static ClientField> {
    OF_CLIENTS.iter().find(|field| field.key == key)
}

/// Returns the field that was meant by a key that none has: `user_invocable`, `Name`, `licence`.
#[must_use]
pub fn meant_by(key: &str) -> Option<&'static str> {
    let written = key.to_lowercase().replace('_', "-");
    // Not slips, but halves of the names.
    match written.as_str() {
        "argument" => return Some("argument-hint"),
        "tools" => return Some("allowed-tools"),
        _ => {}
    }
    let known = SPECIFIED
        .into_iter()
        .chain(OF_CLIENTS.iter().map(|field| field.key));
    let distances = known.map(|known| {
        let distance = strsim::damerau_levenshtein(&known.replace('_', "-"), &written);
        (distance, known)
    });
    // Two letters of eight are a slip; `type` and `title` are words of their own.
    distances
        .filter(|(distance, known)| *distance <= known.len() / 4)
        .min()
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_told_from_a_field_of_somebody() {
        assert_eq!(meant_by("user_invocable"), Some("user-invocable"));
        assert_eq!(meant_by("when-to-use"), Some("when_to_use"));
        assert_eq!(meant_by("Description"), Some("description"));
        assert_eq!(meant_by("licence"), Some("license"));
        assert_eq!(meant_by("argument"), Some("argument-hint"));
        assert_eq!(meant_by("tools"), Some("allowed-tools"));
        assert_eq!(meant_by("alowed-tools"), Some("allowed-tools"));
        for own in [
            "version", "author", "tags", "type", "requires", "source", "risk", "category", "title",
            "owner", "color", "triggers",
        ] {
            assert_eq!(meant_by(own), None, "{own}");
        }
    }
}
