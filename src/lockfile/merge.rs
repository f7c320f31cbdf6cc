//! [`Sides`]: two lockfiles that were made of one, and what is to be done where they differ.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Entry, Lockfile, paths};
use crate::name::SkillName;
use crate::oid::ObjectId;
use crate::path::fold;
use crate::target::Target;

/// What is said of the list of targets.
const TARGETS: &str = "targets";

/// A side of a merge, as git calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// What was here: above the line in the middle.
    Ours,
    /// What was merged into it: below.
    Theirs,
}

/// Both sides of a merge.
#[derive(Debug, Clone)]
pub struct Sides {
    /// What was here.
    pub ours: Lockfile,
    /// What was merged into it.
    pub theirs: Lockfile,
    /// What both come from, where that is known.
    pub base: Option<Lockfile>,
}

/// Something that the sides do not agree about.
#[derive(Debug, Clone)]
pub struct Difference {
    subject: Subject,
    verdict: Verdict,
}

#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "there are a few of them at most")]
enum Subject {
    Skill {
        ours: Option<Locked>,
        theirs: Option<Locked>,
    },
    Key {
        key: String,
        ours: Option<String>,
        theirs: Option<String>,
    },
}

type Locked = (SkillName, Entry);

/// What is to be done about a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// One side is right; why.
    Take(Side, &'static str),
    /// The newer of the two commits is, if one comes after the other.
    Newer {
        /// The commit on our side.
        ours: ObjectId,
        /// The commit on theirs.
        theirs: ObjectId,
    },
    /// Both added targets or took some away: all of that.
    Both(Vec<Target>),
    /// Only a person can tell; why.
    Ask(&'static str),
}

impl Sides {
    /// Returns everything that the sides do not agree about: keys first, then skills by name.
    #[must_use]
    pub fn differences(&self) -> Vec<Difference> {
        let mut found = self.keys();
        let (ours, theirs) = (folded(&self.ours), folded(&self.theirs));
        let base = self.base.as_ref().map(folded);
        let names: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
        for name in names {
            let (our, their) = (ours.get(name), theirs.get(name));
            if our == their {
                continue;
            }
            let base = match &base {
                Some(base) => Base::Known(base.get(name).copied()),
                None => Base::Unknown,
            };
            let verdict = verdict_on_skill(our.copied(), their.copied(), base);
            let own = |found: Option<&Found<'_>>| {
                found.map(|(name, entry)| ((*name).clone(), (*entry).clone()))
            };
            let (ours, theirs) = (own(our), own(their));
            found.push(Difference {
                subject: Subject::Skill { ours, theirs },
                verdict,
            });
        }
        found
    }

    fn keys(&self) -> Vec<Difference> {
        let (ours, theirs) = (values(&self.ours), values(&self.theirs));
        let base = self.base.as_ref().map(values);
        let keys: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
        let mut found = Vec::new();
        for key in keys {
            let (our, their) = (ours.get(key), theirs.get(key));
            if our == their {
                continue;
            }
            let settled = base
                .as_ref()
                .and_then(|base| changed_by_one(&our, &their, &base.get(key)));
            let verdict = match (settled, &self.base) {
                (Some(verdict), _) => verdict,
                (None, Some(base)) if key == TARGETS => Verdict::Both(self.both_targets(base)),
                (None, _) => Verdict::Ask("the sides have different values"),
            };
            found.push(Difference {
                subject: Subject::Key {
                    key: key.clone(),
                    ours: our.cloned(),
                    theirs: their.cloned(),
                },
                verdict,
            });
        }
        found
    }

    fn both_targets(&self, base: &Lockfile) -> Vec<Target> {
        let (ours, theirs) = (&self.ours.targets, &self.theirs.targets);
        let kept = ours
            .iter()
            .filter(|target| theirs.contains(target) || !base.targets.contains(target));
        let new = theirs
            .iter()
            .filter(|target| !ours.contains(target) && !base.targets.contains(target));
        kept.chain(new).cloned().collect()
    }

    /// Returns the lockfile with each difference settled as `choices` says: ours where it says
    /// nothing.
    #[must_use]
    pub fn merged(&self, choices: &[(&Difference, Verdict)]) -> Lockfile {
        let mut merged = self.ours.clone();
        for (difference, verdict) in choices {
            match (&difference.subject, verdict) {
                (_, Verdict::Both(targets)) => merged.targets.clone_from(targets),
                (Subject::Skill { ours, theirs }, Verdict::Take(side, _)) => {
                    let (taken, other) = match side {
                        Side::Ours => (ours, theirs),
                        Side::Theirs => (theirs, ours),
                    };
                    if let Some((name, _)) = ours {
                        merged.skills.remove(name);
                    }
                    if let Some((name, entry)) = taken {
                        let entry = entry
                            .clone()
                            .with_unknown_of(other.as_ref().map(|(_, entry)| entry));
                        merged.skills.insert(name.clone(), entry);
                    }
                }
                (Subject::Key { key, .. }, Verdict::Take(Side::Theirs, _)) => {
                    if key == TARGETS {
                        merged.targets.clone_from(&self.theirs.targets);
                    } else if let Some(value) = self.theirs.unknown.get(key) {
                        merged.unknown.insert(key.clone(), value.clone());
                    } else {
                        merged.unknown.remove(key);
                    }
                }
                _ => {}
            }
        }
        merged
    }
}

impl Difference {
    /// Returns the skill's name, or the key.
    #[must_use]
    pub fn name(&self) -> &str {
        match &self.subject {
            Subject::Skill { ours, theirs } => {
                let found = ours.as_ref().or(theirs.as_ref());
                found.map_or("", |(name, _)| name.as_str())
            }
            Subject::Key { key, .. } => key,
        }
    }

    /// Returns what is to be done.
    #[must_use]
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// Returns the skill as one side has it.
    #[must_use]
    pub fn entry(&self, side: Side) -> Option<&Entry> {
        match (&self.subject, side) {
            (Subject::Skill { ours, .. }, Side::Ours) => ours.as_ref().map(|(_, entry)| entry),
            (Subject::Skill { theirs, .. }, Side::Theirs) => {
                theirs.as_ref().map(|(_, entry)| entry)
            }
            (Subject::Key { .. }, _) => None,
        }
    }

    /// Returns the key's value as one side has it.
    #[must_use]
    pub fn value(&self, side: Side) -> Option<&str> {
        match (&self.subject, side) {
            (Subject::Key { ours, .. }, Side::Ours) => ours.as_deref(),
            (Subject::Key { theirs, .. }, Side::Theirs) => theirs.as_deref(),
            (Subject::Skill { .. }, _) => None,
        }
    }

    pub(super) fn quoted(&self) -> String {
        match &self.subject {
            Subject::Skill { .. } => format!("`{}`", self.name()),
            Subject::Key { key, .. } => format!("the key `{key}`"),
        }
    }
}

type Found<'a> = (&'a SkillName, &'a Entry);

/// Two names that fold to one would share a folder, so they are one skill.
fn folded(lockfile: &Lockfile) -> BTreeMap<String, Found<'_>> {
    let skills = lockfile.skills.iter();
    skills
        .map(|(name, entry)| (fold(name.as_str()), (name, entry)))
        .collect()
}

/// Returns all keys but the skills, as TOML.
fn values(lockfile: &Lockfile) -> BTreeMap<String, String> {
    let mut values = lockfile.unknown.clone();
    values.insert(TARGETS.to_owned(), paths(&lockfile.targets).to_string());
    values
}

/// Returns the side that changed what the other left as it was.
fn changed_by_one<T: PartialEq>(ours: &T, theirs: &T, base: &T) -> Option<Verdict> {
    match (ours == base, theirs == base) {
        (true, false) => Some(Verdict::Take(Side::Theirs, "only theirs changed it")),
        (false, true) => Some(Verdict::Take(Side::Ours, "only ours changed it")),
        _ => None,
    }
}

/// What both sides come from.
#[derive(Clone, Copy)]
enum Base<'a> {
    Unknown,
    /// Nothing, when the skill was not there.
    Known(Option<Found<'a>>),
}

fn verdict_on_skill(ours: Option<Found<'_>>, theirs: Option<Found<'_>>, base: Base<'_>) -> Verdict {
    let is_known = matches!(base, Base::Known(_));
    if let Base::Known(base) = base
        && let Some(verdict) = changed_by_one(&ours, &theirs, &base)
    {
        return verdict;
    }
    match (ours, theirs) {
        (Some((_, ours)), Some((_, theirs))) => verdict_on_entries(ours, theirs),
        (Some(_), None) if is_known => Verdict::Ask("theirs removed it, ours changed it"),
        (None, Some(_)) if is_known => Verdict::Ask("ours removed it, theirs changed it"),
        (Some(_), _) => Verdict::Take(Side::Ours, "only ours has it"),
        (None, _) => Verdict::Take(Side::Theirs, "only theirs has it"),
    }
}

fn verdict_on_entries(ours: &Entry, theirs: &Entry) -> Verdict {
    let disagrees = |(key, value)| ours.unknown.get(key).is_some_and(|other| other != value);
    if ours.source != theirs.source {
        return Verdict::Ask("the sides have different sources");
    }
    if ours.reference != theirs.reference {
        return Verdict::Ask("the sides follow different refs");
    }
    if ours.targets != theirs.targets {
        return Verdict::Ask("the sides have different targets");
    }
    if ours.edits != theirs.edits {
        return Verdict::Ask("the sides have different edits");
    }
    if theirs.unknown.iter().any(disagrees) {
        return Verdict::Ask("the sides have different values that a newer mdskill wrote");
    }
    let is_one_version =
        (&ours.path, ours.tree, ours.digest) == (&theirs.path, theirs.tree, theirs.digest);
    match (ours.commit, theirs.commit) {
        (Some(ours), Some(theirs)) if ours != theirs => Verdict::Newer { ours, theirs },
        _ if is_one_version => Verdict::Take(Side::Ours, "both have it"),
        (None, None) => Verdict::Ask("the sides have different files of a folder"),
        _ => Verdict::Ask("the sides have different files of one commit"),
    }
}

#[cfg(test)]
mod tests;
