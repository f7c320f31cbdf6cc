//! [`Sides`]: the lockfiles of two branches, and their union.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Serialize, Serializer};

use super::{Entry, Lockfile};
use crate::target::Target;
use mdskill_lint::name::SkillName;
use mdskill_lint::path::fold;

/// A side of a merge, as git names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The branch that is checked out.
    Ours,
    /// The branch that is merged into it.
    Theirs,
}

/// The versions of a lockfile in a merge.
#[derive(Debug, Clone)]
pub struct Sides {
    /// The lockfile of the branch that is checked out.
    pub ours: Lockfile,
    /// The lockfile of the branch that is merged into it.
    pub theirs: Lockfile,
    /// Their common ancestor; `None` when it can't be read.
    pub base: Option<Lockfile>,
}

/// A skill, or an unknown key, that differs between the sides.
#[derive(Debug, Clone, Serialize)]
pub struct Difference {
    /// The skill's name, or the key.
    pub name: String,
    /// The chosen side; `None` if only the user can choose.
    pub side: Option<Side>,
    /// Our version; `None` if it is absent.
    pub ours: Option<Item>,
    /// Their version; `None` if it is absent.
    pub theirs: Option<Item>,
}

/// A skill's block, or the value of an unknown key as TOML.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "unknown keys are rare")]
pub enum Item {
    /// A skill.
    Skill(SkillName, Entry),
    /// The value of a key.
    Key(String, String),
}

/// Whether it is a skill, and its name in lower case or the key.
type Key = (bool, String);
type Items = BTreeMap<Key, Item>;

impl Item {
    fn name(&self) -> &str {
        match self {
            Self::Skill(name, _) => name.as_str(),
            Self::Key(key, _) => key,
        }
    }

    /// Returns the keys and values of the block, texts without quotes.
    #[must_use]
    pub fn fields(&self) -> BTreeMap<String, String> {
        match self {
            Self::Key(key, value) => BTreeMap::from([(key.clone(), value.clone())]),
            Self::Skill(name, entry) => entry
                .to_table(name)
                .iter()
                .map(|(key, item)| {
                    let text = item.as_str().map(str::to_owned);
                    let text = text.unwrap_or_else(|| item.to_string().trim().to_owned());
                    (key.to_owned(), text)
                })
                .collect(),
        }
    }

    /// Whether both are the same version of a skill, taken from different commits.
    fn has_files_of(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Skill(name, entry), Self::Skill(other_name, other)) => {
                let moved = Entry {
                    commit: other.commit,
                    ..entry.clone()
                };
                name == other_name && moved == *other
            }
            _ => false,
        }
    }
}

impl Serialize for Item {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.fields())
    }
}

impl Sides {
    /// Returns the union of both sides, and where they differ.
    ///
    /// `chosen` returns the side for a name. `rest` is the side for everything else that both sides
    /// changed; without it, these differences have no side, and the lockfile has our version.
    pub fn merge(
        &self,
        chosen: impl Fn(&str) -> Option<Side>,
        rest: Option<Side>,
    ) -> (Lockfile, Vec<Difference>) {
        let (ours, theirs) = (items(&self.ours), items(&self.theirs));
        let base = self.base.as_ref().map(items);
        let mut merged = Lockfile {
            targets: self.targets(),
            ..Lockfile::default()
        };
        let mut differences = Vec::new();
        let keys: BTreeSet<_> = ours.keys().chain(theirs.keys()).collect();
        for key in keys {
            let (our, their) = (ours.get(key), theirs.get(key));
            let mut side = Some(Side::Ours);
            if our != their {
                let name = our.or(their).map_or("", Item::name);
                side = chosen(name)
                    .or_else(|| clear_side(key, &ours, &theirs, base.as_ref()))
                    .or(rest);
                differences.push(Difference {
                    name: name.to_owned(),
                    side,
                    ours: our.cloned(),
                    theirs: their.cloned(),
                });
            }
            let taken = if side == Some(Side::Theirs) {
                their
            } else {
                our
            };
            merged.insert(taken.cloned());
        }
        (merged, differences)
    }

    /// Returns the targets of both sides, without those that one of them removed.
    fn targets(&self) -> Vec<Target> {
        let (ours, theirs) = (&self.ours.targets, &self.theirs.targets);
        let base = self.base.as_ref().map_or(&[][..], |base| &base.targets);
        let added = theirs.iter().filter(|target| !ours.contains(target));
        ours.iter()
            .chain(added)
            .filter(|target| {
                !base.contains(target) || (ours.contains(target) && theirs.contains(target))
            })
            .cloned()
            .collect()
    }
}

impl Lockfile {
    fn insert(&mut self, item: Option<Item>) {
        match item {
            Some(Item::Skill(name, entry)) => {
                self.skills.insert(name, entry);
            }
            Some(Item::Key(key, value)) => {
                self.unknown.insert(key, value);
            }
            None => {}
        }
    }
}

/// Returns the unknown keys and the skills. Names that differ only in case are one skill, because
/// they would share a folder.
fn items(lockfile: &Lockfile) -> Items {
    let keys = lockfile.unknown.iter().map(|(key, value)| {
        let item = Item::Key(key.clone(), value.clone());
        ((false, key.clone()), item)
    });
    let skills = lockfile.skills.iter().map(|(name, entry)| {
        let item = Item::Skill(name.clone(), entry.clone());
        ((true, fold(name.as_str())), item)
    });
    keys.chain(skills).collect()
}

/// Returns the side that can be chosen without a question: the only one that changed the item, or
/// either one if both have the same files.
fn clear_side(key: &Key, ours: &Items, theirs: &Items, base: Option<&Items>) -> Option<Side> {
    let (our, their) = (ours.get(key), theirs.get(key));
    if let Some(base) = base {
        if their == base.get(key) {
            return Some(Side::Ours);
        }
        if our == base.get(key) {
            return Some(Side::Theirs);
        }
    }
    match (our, their) {
        (Some(our), Some(their)) => our.has_files_of(their).then_some(Side::Ours),
        _ if base.is_some() => None,
        (Some(_), None) => Some(Side::Ours),
        (None, _) => Some(Side::Theirs),
    }
}

#[cfg(test)]
mod tests;
