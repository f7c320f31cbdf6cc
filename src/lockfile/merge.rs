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
    /// Their common ancestor; empty if both created the lockfile, or it can't be read.
    pub base: Lockfile,
}

/// A skill that differs between the sides.
#[derive(Debug, Clone, Serialize)]
pub struct Difference {
    /// The skill's name.
    pub name: SkillName,
    /// The chosen side; `None` if only the user can choose.
    pub side: Option<Side>,
    /// Our version; `None` if it is absent.
    pub ours: Option<Block>,
    /// Their version; `None` if it is absent.
    pub theirs: Option<Block>,
}

/// A skill's block in a lockfile.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    name: SkillName,
    entry: Entry,
}

impl Block {
    /// Returns the keys and values of the block, texts without quotes.
    #[must_use]
    pub fn fields(&self) -> BTreeMap<String, String> {
        let table = self.entry.to_table(&self.name);
        let fields = table.iter().map(|(key, item)| {
            let text = item.as_str().map(str::to_owned);
            let text = text.unwrap_or_else(|| item.to_string().trim().to_owned());
            (key.to_owned(), text)
        });
        fields.collect()
    }

    /// Whether both are the same version, taken from different commits.
    fn has_files_of(&self, other: &Self) -> bool {
        let mut moved = self.clone();
        moved.entry.commit = other.entry.commit;
        moved.entry.version.clone_from(&other.entry.version);
        moved == *other
    }
}

impl Serialize for Block {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.fields())
    }
}

impl Sides {
    /// Returns the union of both sides, and the skills that differ.
    ///
    /// `chosen` returns the side for a name. `rest` is the side for every other skill that both sides
    /// changed; without it, these differences have no side, and the lockfile has our version.
    pub fn merge(
        &self,
        chosen: impl Fn(&str) -> Option<Side>,
        rest: Option<Side>,
    ) -> (Lockfile, Vec<Difference>) {
        let (ours, theirs) = (blocks(&self.ours), blocks(&self.theirs));
        let base = blocks(&self.base);
        let mut merged = Lockfile {
            targets: self.targets(),
            unknown: self.unknown(),
            ..Lockfile::default()
        };
        let mut differences = Vec::new();
        let keys: BTreeSet<_> = ours.keys().chain(theirs.keys()).collect();
        for key in keys {
            let (our, their) = (ours.get(key), theirs.get(key));
            let mut side = Some(Side::Ours);
            if let (true, Some(Block { name, .. })) = (our != their, our.or(their)) {
                side = chosen(name.as_str())
                    .or_else(|| clear_side(our, their, base.get(key)))
                    .or(rest);
                differences.push(Difference {
                    name: name.clone(),
                    side,
                    ours: our.cloned(),
                    theirs: their.cloned(),
                });
            }
            let taken = match side {
                Some(Side::Theirs) => their,
                _ => our,
            };
            let taken = taken.cloned().map(|block| (block.name, block.entry));
            merged.skills.extend(taken);
        }
        (merged, differences)
    }

    /// Returns the targets of both sides, without those that one of them removed.
    fn targets(&self) -> Vec<Target> {
        let (ours, theirs) = (&self.ours.targets, &self.theirs.targets);
        let base = &self.base.targets;
        let added = theirs.iter().filter(|target| !ours.contains(target));
        ours.iter()
            .chain(added)
            .filter(|target| {
                !base.contains(target) || (ours.contains(target) && theirs.contains(target))
            })
            .cloned()
            .collect()
    }

    /// Returns the unknown keys of both sides; our value if both changed one.
    fn unknown(&self) -> BTreeMap<String, String> {
        let (ours, base) = (&self.ours.unknown, &self.base.unknown);
        let theirs = self.theirs.unknown.iter();
        let changed = theirs.filter(|(key, _)| ours.get(*key) == base.get(*key));
        let changed = changed.map(|(key, value)| (key.clone(), value.clone()));
        ours.clone().into_iter().chain(changed).collect()
    }
}

/// Returns the blocks by name in lower case. Names that differ only in case are one skill, because
/// they would share a folder.
fn blocks(lockfile: &Lockfile) -> BTreeMap<String, Block> {
    let skills = lockfile.skills.iter().map(|(name, entry)| {
        let block = Block {
            name: name.clone(),
            entry: entry.clone(),
        };
        (fold(name.as_str()), block)
    });
    skills.collect()
}

/// Returns the side that can be chosen without a question: the only one that changed the skill, or
/// either one if both have the same files.
fn clear_side(our: Option<&Block>, their: Option<&Block>, base: Option<&Block>) -> Option<Side> {
    match (our, their) {
        _ if their == base => Some(Side::Ours),
        _ if our == base => Some(Side::Theirs),
        (Some(our), Some(their)) if our.has_files_of(their) => Some(Side::Ours),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
