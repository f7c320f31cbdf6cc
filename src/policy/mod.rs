//! [`Policy`]: the skills that a project allows, from `[policy]` in `mdskill.toml`.
//!
//! The policy fails closed: it refuses what it can't determine. No command-line option overrides it.
//!
//! The age of a commit is measured from when this machine first saw it. The author chooses the dates
//! in a commit and in an annotated tag, so an old date proves nothing, and only a recent date counts,
//! against the commit. The publication date of a release is only in the REST API of the host, which
//! `install` and `update` never use, because its rate limit could block a team.

mod address;
mod age;
mod checks;
mod sources;

use serde::Serialize;

pub use age::{Age, ParseAgeError};
pub(crate) use age::{format_day, format_time};
pub use sources::Sources;

use crate::source::Source;
use mdskill_git::ObjectId;
use mdskill_lint::capability::{Capability, Kind};

/// The skills that a project allows. The default allows everything.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// The allowed sources; `None` allows any.
    pub sources: Option<Sources>,
    /// The minimum age of a commit.
    pub min_age: Option<Age>,
    /// The capabilities that no skill may gain.
    pub deny: Vec<Kind>,
    /// The required kind of pin.
    pub pin: Option<Pin>,
    /// Whether the commit, or the tag that named it, must be signed by a key that the user's git
    /// accepts.
    pub signed: bool,
}

/// A valid signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The fingerprint of the key.
    pub key: String,
    /// The name of the signer in the user's list of keys.
    pub signer: Option<String>,
    /// The signed tag; `None` if the commit itself is signed.
    pub tag: Option<ObjectId>,
}

/// The required kind of pin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pin {
    /// A tag, a range over the tags, or a commit.
    Tag,
    /// A commit.
    Commit,
}

/// The kind of ref that a skill follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefKind {
    /// No ref: the default branch.
    Default,
    /// A branch.
    Branch,
    /// A tag.
    Tag,
    /// A range over the tags.
    Range,
    /// A commit.
    Commit,
    /// A name that may be a branch or a tag, or an unparsable ref.
    Unknown,
    /// A folder or a site, which has no refs.
    Folder,
}

/// The facts about a skill that the policy checks.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The source of the skill.
    pub source: &'a Source,
    /// The source that a redirect led to, if any.
    pub moved_to: Option<&'a Source>,
    /// The kind of ref that the skill follows.
    pub kind: RefKind,
    /// The ref, as in the lockfile.
    pub git_ref: Option<&'a str>,
    /// The commit of the skill.
    pub commit: Option<ObjectId>,
    /// Whether the commit was given by its id, and no branch or tag of the source is known to contain
    /// it.
    pub is_unverified: bool,
    /// The result of the verification of the signature, or the reason as a sentence; `None` if the
    /// signature was not verified.
    pub signature: Option<&'a Result<Signed, String>>,
    /// The content that would be written.
    pub content: Content<'a>,
}

/// The content that would be written.
#[derive(Debug, Clone, Copy)]
pub enum Content<'a> {
    /// The locked content. Its age and its capabilities were checked when it was locked.
    AsLocked,
    /// New content.
    New {
        /// The capabilities that the skill gains; all of them for a new skill.
        gained: &'a [Capability],
        /// The evidence for the age of the commit.
        evidence: Evidence,
    },
}

/// The evidence for the age of a commit, in Unix seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evidence {
    /// The time at which this machine first saw the commit.
    pub first_seen: Option<u64>,
    /// The date in the commit.
    pub committed: Option<u64>,
    /// The current time.
    pub now: u64,
}

/// The result of a policy check: a verdict for each key that is set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Decision {
    /// The verdicts, in the order of [`Key`].
    pub verdicts: Vec<Verdict>,
}

/// The verdict of one key of the policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The key.
    pub key: Key,
    /// The value of the key, as TOML.
    pub value: String,
    /// Whether the key allows the skill.
    pub is_allowed: bool,
    /// The reason, as a sentence.
    pub reason: String,
    /// The next step after a refusal, as a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// The reason why a key refuses a skill.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Denial {
    reason: String,
    hint: String,
}

/// The keys of the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Key {
    /// The allowed sources.
    Sources,
    /// The required kind of pin.
    Pin,
    /// Whether a signature is required.
    Signed,
    /// The minimum age of a commit.
    MinAge,
    /// The capabilities that no skill may gain.
    Deny,
}

impl Key {
    /// All keys, in the order in which they are checked.
    pub const ALL: [Self; 5] = [
        Self::Sources,
        Self::Pin,
        Self::Signed,
        Self::MinAge,
        Self::Deny,
    ];

    /// Returns the key as written in `mdskill.toml`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sources => "sources",
            Self::Pin => "pin",
            Self::Signed => "signed",
            Self::MinAge => "min-age",
            Self::Deny => "deny",
        }
    }
}

impl Verdict {
    /// Returns the reason, with the next step after a refusal.
    #[must_use]
    pub fn sentence(&self) -> String {
        match &self.hint {
            Some(hint) => format!("{}; {hint}", self.reason),
            None => self.reason.clone(),
        }
    }
}

impl Pin {
    /// Returns the pin as written in `mdskill.toml`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Tag => "tag",
            Self::Commit => "commit",
        }
    }
}

impl Decision {
    /// Whether every key allows the skill.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.verdicts.iter().all(|verdict| verdict.is_allowed)
    }

    /// Returns the verdicts that refuse.
    #[must_use]
    pub fn refusals(self) -> Vec<Verdict> {
        let mut verdicts = self.verdicts;
        verdicts.retain(|verdict| !verdict.is_allowed);
        verdicts
    }
}

/// Checks a skill against every key of the policy that is set.
#[must_use]
pub fn judge(policy: &Policy, facts: &Facts<'_>) -> Decision {
    let judge = |key| {
        let result = match key {
            Key::Sources => policy.check_source(facts),
            Key::Pin => policy.check_pin(facts),
            Key::Signed => policy.check_signature(facts),
            Key::MinAge => policy.check_age(facts),
            Key::Deny => policy.check_capabilities(facts),
        };
        let (is_allowed, reason, hint) = match result? {
            Ok(reason) => (true, reason, None),
            Err(denial) => (false, denial.reason, Some(denial.hint)),
        };
        Some(Verdict {
            key,
            value: policy.value(key)?,
            is_allowed,
            reason,
            hint,
        })
    };
    Decision {
        verdicts: Key::ALL.into_iter().filter_map(judge).collect(),
    }
}

/// Checks what is known before a fetch: the source, and the ref unless its name alone does not
/// determine its kind. Nothing is fetched for a skill that is refused here.
#[must_use]
pub fn judge_unfetched(policy: &Policy, facts: &Facts<'_>) -> Decision {
    let mut decision = judge(policy, facts);
    let is_open = facts.kind == RefKind::Unknown && policy.pin == Some(Pin::Tag);
    decision.verdicts.retain(|verdict| match verdict.key {
        Key::Sources => true,
        Key::Pin => !is_open,
        Key::Signed | Key::MinAge | Key::Deny => false,
    });
    decision
}

impl Policy {
    /// Whether no key is set, so that everything is allowed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        Key::ALL.into_iter().all(|key| self.value(key).is_none())
    }

    /// Returns the value of a key as TOML, or `None` if it is not set.
    #[must_use]
    pub fn value(&self, key: Key) -> Option<String> {
        match key {
            Key::Sources => self.sources.as_ref().map(|sources| list(sources.globs())),
            Key::Pin => self.pin.map(|pin| format!("\"{}\"", pin.word())),
            Key::Signed => self.signed.then(|| "true".to_owned()),
            Key::MinAge => self.min_age.map(|age| format!("\"{age}\"")),
            Key::Deny if self.deny.is_empty() => None,
            Key::Deny => Some(list(self.deny.iter().map(|kind| kind.word()))),
        }
    }

    /// Returns the meaning of a key in words, or `None` if it is not set.
    #[must_use]
    pub fn meaning(&self, key: Key) -> Option<String> {
        let words = match key {
            Key::Sources => match self.sources.as_ref()?.globs().next() {
                None => "no source is allowed".to_owned(),
                Some(_) => "only these sources are allowed".to_owned(),
            },
            Key::Pin => match self.pin? {
                Pin::Tag => {
                    "a skill must follow a tag, a range of tags, or a commit, not a branch"
                }
                Pin::Commit => "a skill must be pinned to a commit",
            }
            .to_owned(),
            Key::Signed if !self.signed => return None,
            Key::Signed => "a commit, or the tag that names it, must be signed by a key that `git verify-commit` or `git verify-tag` accepts on this machine".to_owned(),
            Key::MinAge => format!(
                "this machine must have seen a commit {} before its skills are added or updated; the date in the commit counts only if it is later, because anyone can write an old date",
                self.min_age?.words()
            ),
            Key::Deny if self.deny.is_empty() => return None,
            Key::Deny => "an added skill must not have any of these capabilities, and an update must not add one"
                .to_owned(),
        };
        Some(words)
    }
}

fn list<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<String> = words.map(|word| format!("\"{word}\"")).collect();
    format!("[{}]", words.join(", "))
}

#[cfg(test)]
mod tests;
