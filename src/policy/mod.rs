//! [`Policy`]: what a project lets in, as `[policy]` of `mdskill.toml` says it.
//!
//! It fails closed: what can't be told is refused. Nothing on the command line overrides it.
//!
//! The age of a commit is counted from when this machine first saw it. The dates in a commit and
//! in an annotated tag are what their author wrote, so an old one proves nothing; only a young one
//! counts, against it. When a release was published, only a forge's REST API tells, which installing
//! and updating never ask (a quota would stand between a team and its skills).

mod address;
mod age;
mod reasons;
mod sources;

use serde::Serialize;

pub use age::{Age, NoAge};
pub use sources::Sources;

use crate::source::Source;
use mdskill_git::ObjectId;
use mdskill_lint::capability::{Capability, Kind};

/// What a project lets in. The default lets in everything.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// Where skills may come from; without it, from anywhere.
    pub sources: Option<Sources>,
    /// How long a commit must have been known.
    pub min_age: Option<Age>,
    /// What no skill may gain.
    pub deny: Vec<Kind>,
    /// What a skill must be pinned to.
    pub pin: Option<Pin>,
}

/// What a skill must be pinned to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pin {
    /// A tag, a range over the tags, or a commit.
    Tag,
    /// A commit.
    Commit,
}

/// What kind of ref a skill follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefKind {
    /// None: the default branch.
    Default,
    /// A branch.
    Branch,
    /// A tag.
    Tag,
    /// A range over the tags.
    Range,
    /// A commit.
    Commit,
    /// A name that may be a branch's or a tag's.
    Unknown,
    /// A folder of files has no refs.
    Folder,
}

/// What the policy judges.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Where the skill comes from.
    pub source: &'a Source,
    /// The source that answered in its place, when a redirect led elsewhere.
    pub moved_to: Option<&'a Source>,
    /// What kind of ref it follows.
    pub kind: RefKind,
    /// That ref, as the lockfile writes it.
    pub git_ref: Option<&'a str>,
    /// The commit that it is or would be taken from.
    pub commit: Option<ObjectId>,
    /// What would be written.
    pub content: Content<'a>,
}

/// What would be written.
#[derive(Debug, Clone, Copy)]
pub enum Content<'a> {
    /// What is locked already: who locked it decided on its age and on what it can do.
    AsLocked,
    /// Something new.
    New {
        /// What the skill can do that it could not before; all, when it is new itself.
        gained: &'a [Capability],
        /// What tells the age of the commit.
        evidence: Evidence,
    },
}

/// What tells the age of a commit, in Unix seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evidence {
    /// When this machine first saw the commit.
    pub first_seen: Option<u64>,
    /// The date that its author gave it.
    pub committed: Option<u64>,
    /// Now.
    pub now: u64,
}

/// What the policy says: a verdict for each key that is set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Decision {
    /// The verdicts, in the order of [`Key`].
    pub verdicts: Vec<Verdict>,
}

/// What one key of the policy says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Which key.
    pub key: Key,
    /// Its value, as TOML.
    pub value: String,
    /// Whether it lets the skill in.
    pub is_allowed: bool,
    /// Why, as a sentence; of a refusal, with the next step.
    pub reason: String,
}

/// The keys of the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Key {
    /// Where skills may come from.
    Sources,
    /// What a skill must be pinned to.
    Pin,
    /// How long a commit must have been known.
    MinAge,
    /// What no skill may gain.
    Deny,
}

impl Key {
    /// All keys, in the order in which they are judged.
    pub const ALL: [Self; 4] = [Self::Sources, Self::Pin, Self::MinAge, Self::Deny];

    /// Returns the key as `mdskill.toml` has it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sources => "sources",
            Self::Pin => "pin",
            Self::MinAge => "min-age",
            Self::Deny => "deny",
        }
    }
}

impl Pin {
    /// Returns the word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Tag => "tag",
            Self::Commit => "commit",
        }
    }
}

impl Decision {
    /// Whether no key refuses.
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

/// Judges one skill by every key of the policy that is set.
#[must_use]
pub fn judge(policy: &Policy, facts: &Facts<'_>) -> Decision {
    let judge = |key| {
        let said = match key {
            Key::Sources => policy.judge_source(facts),
            Key::Pin => policy.judge_pin(facts),
            Key::MinAge => policy.judge_age(facts),
            Key::Deny => policy.judge_capabilities(facts),
        };
        said.zip(policy.value(key)).map(|(said, value)| Verdict {
            key,
            value,
            is_allowed: said.is_ok(),
            reason: said.unwrap_or_else(|reason| reason),
        })
    };
    Decision {
        verdicts: Key::ALL.into_iter().filter_map(judge).collect(),
    }
}

/// Judges what can be told before anything is fetched: the source, and the ref unless its name
/// alone does not tell what it is. Of what is refused here, nothing need be fetched.
#[must_use]
pub fn judge_unfetched(policy: &Policy, facts: &Facts<'_>) -> Decision {
    let mut decision = judge(policy, facts);
    let is_open = facts.kind == RefKind::Unknown && policy.pin == Some(Pin::Tag);
    decision.verdicts.retain(|verdict| match verdict.key {
        Key::Sources => true,
        Key::Pin => !is_open,
        Key::MinAge | Key::Deny => false,
    });
    decision
}

impl Policy {
    /// Whether nothing is set: then everything is let in.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        Key::ALL.into_iter().all(|key| self.value(key).is_none())
    }

    /// Returns a key's value as TOML; nothing when it is not set.
    #[must_use]
    pub fn value(&self, key: Key) -> Option<String> {
        match key {
            Key::Sources => self.sources.as_ref().map(|sources| list(sources.globs())),
            Key::Pin => self.pin.map(|pin| format!("\"{}\"", pin.word())),
            Key::MinAge => self.min_age.map(|age| format!("\"{age}\"")),
            Key::Deny if self.deny.is_empty() => None,
            Key::Deny => Some(list(self.deny.iter().map(|kind| kind.word()))),
        }
    }

    /// Returns what a key asks for, in words; nothing when it is not set.
    #[must_use]
    pub fn meaning(&self, key: Key) -> Option<String> {
        let words = match key {
            Key::Sources => match self.sources.as_ref()?.globs().next() {
                None => "skills may come from nowhere".to_owned(),
                Some(_) => "skills may come only from these".to_owned(),
            },
            Key::Pin => match self.pin? {
                Pin::Tag => {
                    "a skill follows a tag, a range over the tags or a commit, and no branch"
                }
                Pin::Commit => "a skill stays at a commit",
            }
            .to_owned(),
            Key::MinAge => format!(
                "this machine must have seen a commit {} before its skills are added or updated; a commit's own date counts only when it is younger, for anybody can write an old one",
                self.min_age?.words()
            ),
            Key::Deny if self.deny.is_empty() => return None,
            Key::Deny => "no skill that is added has any of these, and none gains one by an update"
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
