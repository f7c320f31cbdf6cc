//! The known fields of a frontmatter, and the clients that document them.
//!
//! Sources: the specification; Copilot CLI's and VS Code's documentation of May 2026; Codex's
//! `core-skills/loader.rs`; Claude Code's and Cursor's documentation.

use crate::profile::Profile;

/// The six fields of the specification.
pub(crate) const SPEC_FIELDS: [&str; 6] = [
    "name",
    "description",
    "license",
    "compatibility",
    "metadata",
    "allowed-tools",
];

/// A field that the specification does not have, and the clients that document it.
#[derive(Debug)]
pub(crate) struct ClientField {
    /// Its key.
    pub key: &'static str,
    /// The clients, in their vendors' spelling.
    pub clients: &'static [&'static str],
}

const COPILOT_CLI: &str = "Copilot CLI";
const VS_CODE: &str = "VS Code";
const CLAUDE_CODE: &str = "Claude Code";
const CURSOR: &str = "Cursor";

/// Every field that a client documents beyond the specification.
pub(crate) const CLIENT_FIELDS: [ClientField; 12] = [
    field("agent", &[CLAUDE_CODE]),
    field("argument-hint", &[COPILOT_CLI, VS_CODE, CLAUDE_CODE]),
    field("arguments", &[CLAUDE_CODE]),
    field("context", &[VS_CODE, CLAUDE_CODE]),
    field(
        "disable-model-invocation",
        &[COPILOT_CLI, VS_CODE, CLAUDE_CODE, CURSOR],
    ),
    field("effort", &[CLAUDE_CODE]),
    field("hooks", &[CLAUDE_CODE]),
    field("model", &[CLAUDE_CODE]),
    field("paths", &[CLAUDE_CODE]),
    field("shell", &[CLAUDE_CODE]),
    field("user-invocable", &[COPILOT_CLI, VS_CODE, CLAUDE_CODE]),
    field("when_to_use", &[CLAUDE_CODE]),
];

const fn field(key: &'static str, clients: &'static [&'static str]) -> ClientField {
    ClientField { key, clients }
}

impl ClientField {
    /// Whether the profile accepts the field. Only Claude's profile does: Copilot's profile is for
    /// skills that work in every client, and the specification has none of these fields.
    #[must_use]
    pub(crate) fn is_known_to(&self, profile: Profile) -> bool {
        profile == Profile::Claude && self.clients.contains(&CLAUDE_CODE)
    }
}

/// Whether the specification defines the field.
#[must_use]
pub(crate) fn is_specified(key: &str) -> bool {
    SPEC_FIELDS.contains(&key)
}

/// Returns the client field with this key.
#[must_use]
pub(crate) fn client_field(key: &str) -> Option<&'static ClientField> {
    CLIENT_FIELDS.iter().find(|field| field.key == key)
}

/// Returns the known field that is closest to an unknown key, such as `user_invocable`, `Name` or `licence`.
#[must_use]
pub(crate) fn closest_field(key: &str) -> Option<&'static str> {
    let written = key.to_lowercase().replace('_', "-");
    // Parts of a name are too far from it for the edit distance below.
    match written.as_str() {
        "argument" => return Some("argument-hint"),
        "tools" => return Some("allowed-tools"),
        _ => {}
    }
    let known = SPEC_FIELDS
        .into_iter()
        .chain(CLIENT_FIELDS.iter().map(|field| field.key));
    let distances = known.map(|known| {
        let distance = strsim::damerau_levenshtein(&known.replace('_', "-"), &written);
        (distance, known)
    });
    // Two letters of eight are a typo; `type` and `title` are other words.
    distances
        .filter(|(distance, known)| *distance <= known.len() / 4)
        .min()
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closest_field_finds_typos_only() {
        assert_eq!(closest_field("user_invocable"), Some("user-invocable"));
        assert_eq!(closest_field("when-to-use"), Some("when_to_use"));
        assert_eq!(closest_field("Description"), Some("description"));
        assert_eq!(closest_field("licence"), Some("license"));
        assert_eq!(closest_field("argument"), Some("argument-hint"));
        assert_eq!(closest_field("tools"), Some("allowed-tools"));
        assert_eq!(closest_field("alowed-tools"), Some("allowed-tools"));
        for own in [
            "version", "author", "tags", "type", "requires", "source", "risk", "category", "title",
            "owner", "color", "triggers",
        ] {
            assert_eq!(closest_field(own), None, "{own}");
        }
    }
}
