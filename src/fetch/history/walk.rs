//! Finds how one commit relates to another among the commits that are present. Without I/O: commits
//! are read by a function.

use std::collections::{BinaryHeap, HashMap};

use super::{CommitLine, Lineage};
use mdskill_git::ObjectId;
use mdskill_git::commits::CommitObject;

/// The maximum number of commits in a lineage.
const MAX_LISTED: usize = 100;
/// The maximum number of commits to walk, because a local repository may have a million.
const MAX_WALKED: usize = 20_000;
/// The number of further commits to walk when the result seems final, because clocks differ. Git does
/// the same.
const SLOP: usize = 200;

/// The result of a walk through the commits that are present.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::fetch) enum Traced {
    /// The result is final.
    Final(Lineage),
    /// The new commit is not a descendant of the old one. It may be an ancestor, because not all
    /// ancestors of the old one are present.
    NotForward,
    /// More commits are needed.
    Open {
        /// The number of commits that are present on the way from the new commit, with it.
        commits: usize,
    },
}

/// The commits from which a commit was reached, as flags.
type Reached = u8;
const FROM_OLD: Reached = 1;
const FROM_NEW: Reached = 2;
const FROM_BOTH: Reached = FROM_OLD | FROM_NEW;

/// Finds how `new` relates to `old`, and walks the ancestors of both, the youngest first.
pub(in crate::fetch) fn trace(
    old: ObjectId,
    new: ObjectId,
    read: impl Fn(ObjectId) -> Option<CommitObject>,
) -> Traced {
    let mut walk = Walk::default();
    walk.reach(old, FROM_OLD, &read);
    walk.reach(new, FROM_NEW, &read);
    let (mut walked, mut slop) = (0, SLOP);
    while slop > 0
        && let Some((_, id)) = walk.queue.pop()
    {
        let reached = walk.reached[&id];
        let commit = walk.commits[&id].as_ref();
        let parents = commit.map_or_else(Vec::new, |commit| commit.parents.clone());
        for parent in parents {
            walk.reach(parent, reached, &read);
        }
        walked += 1;
        if walked > MAX_WALKED {
            return Traced::Final(Lineage::Far);
        }
        let mut queue = walk.queue.iter();
        let is_open = queue.any(|(_, id)| walk.reached[id] != FROM_BOTH);
        slop = if is_open { SLOP } else { slop - 1 };
    }
    walk.conclude(old, new)
}

#[derive(Default)]
struct Walk {
    reached: HashMap<ObjectId, Reached>,
    /// The commits that were read; `None` for a missing one.
    commits: HashMap<ObjectId, Option<CommitObject>>,
    queue: BinaryHeap<(i64, ObjectId)>,
}

impl Walk {
    fn reach(
        &mut self,
        id: ObjectId,
        from: Reached,
        read: &impl Fn(ObjectId) -> Option<CommitObject>,
    ) {
        let reached = self.reached.entry(id).or_default();
        if *reached | from == *reached {
            return;
        }
        *reached |= from;
        let commit = self.commits.entry(id).or_insert_with(|| read(id));
        if let Some(commit) = commit {
            self.queue.push((commit.time, id));
        }
    }

    fn conclude(&self, old: ObjectId, new: ObjectId) -> Traced {
        if self.reached[&old] == FROM_BOTH {
            return Traced::Final(self.forward(new));
        }
        if self.reached[&new] == FROM_BOTH {
            return Traced::Final(Lineage::Back);
        }
        // A common ancestor can't be a descendant of the old one. After other missing commits, the
        // old one may be found.
        if self.has_gap(FROM_NEW) {
            let here = self.commits.iter().filter(|(_, commit)| commit.is_some());
            let here = here.filter(|(id, _)| self.reached[id] & FROM_NEW != 0);
            return Traced::Open {
                commits: here.count(),
            };
        }
        let time = |id: ObjectId| self.commits[&id].as_ref().map(|commit| commit.time);
        if self.has_gap(FROM_OLD) && time(new) <= time(old) {
            Traced::NotForward
        } else {
            Traced::Final(Lineage::Rewritten)
        }
    }

    /// Whether a missing commit was reached from exactly this side.
    fn has_gap(&self, side: Reached) -> bool {
        let mut commits = self.commits.iter();
        commits.any(|(id, commit)| commit.is_none() && self.reached[id] == side)
    }

    /// Lists the commits reached from the new one only, in git's topological order: children before
    /// parents, one line of development after the other.
    fn forward(&self, new: ObjectId) -> Lineage {
        let is_listed = |id: &ObjectId| self.reached[id] == FROM_NEW;
        let here = |id: &ObjectId| self.commits.get(id).and_then(Option::as_ref);
        let mut children: HashMap<ObjectId, usize> = HashMap::new();
        for (id, commit) in &self.commits {
            let commit = commit.as_ref().filter(|_| is_listed(id));
            for parent in commit.iter().flat_map(|commit| &commit.parents) {
                *children.entry(*parent).or_default() += 1;
            }
        }
        let mut commits = Vec::new();
        let mut ready = vec![new];
        while let Some(id) = ready.pop() {
            let Some(commit) = here(&id).filter(|_| is_listed(&id)) else {
                continue;
            };
            if commits.len() == MAX_LISTED {
                return Lineage::Far;
            }
            commits.push(CommitLine {
                id,
                summary: commit.summary.clone(),
            });
            for parent in &commit.parents {
                let left = children.entry(*parent).or_default();
                *left = left.saturating_sub(1);
                if *left == 0 {
                    ready.push(*parent);
                }
            }
        }
        Lineage::Forward { commits }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mdskill_git::commits::Author;

    fn id(number: u32) -> ObjectId {
        let mut bytes = [0; 20];
        bytes[..4].copy_from_slice(&number.to_be_bytes());
        ObjectId::from_bytes(bytes)
    }

    /// Traces among commits of these numbers, times and parents; all others are missing.
    fn traced(old: u32, new: u32, commits: &[(u32, i64, &[u32])]) -> Traced {
        trace(id(old), id(new), |wanted| {
            let found = commits.iter().find(|(number, ..)| id(*number) == wanted)?;
            Some(CommitObject {
                parents: found.2.iter().copied().map(id).collect(),
                tree: id(0),
                summary: format!("{}", found.0),
                time: found.1,
                author: Author::default(),
            })
        })
    }

    fn forward(numbers: &[u32]) -> Traced {
        let line = |number: &u32| CommitLine {
            id: id(*number),
            summary: number.to_string(),
        };
        let commits = numbers.iter().map(line).collect();
        Traced::Final(Lineage::Forward { commits })
    }

    #[test]
    fn missing_commit_is_found_by_its_children() {
        // The old commit itself may be missing if a child of it is present.
        assert_eq!(
            traced(1, 3, &[(2, 2, &[1]), (3, 3, &[2])]),
            forward(&[3, 2])
        );
        // Both have the same missing parent: the commit was amended.
        let amended: [(u32, i64, &[u32]); 2] = [(2, 2, &[1]), (3, 3, &[1])];
        assert_eq!(traced(2, 3, &amended), Traced::Final(Lineage::Rewritten));
        assert_eq!(traced(2, 2, &amended), forward(&[]));
    }

    #[test]
    fn missing_ancestors_leave_result_open() {
        let only_new: [(u32, i64, &[u32]); 1] = [(9, 9, &[8])];
        assert_eq!(traced(1, 9, &only_new), Traced::Open { commits: 1 });
        let some: [(u32, i64, &[u32]); 2] = [(9, 9, &[8]), (8, 8, &[7])];
        assert_eq!(traced(1, 9, &some), Traced::Open { commits: 2 });
        assert_eq!(traced(1, 9, &[]), Traced::Open { commits: 0 });
    }

    #[test]
    fn older_root_may_be_ancestor() {
        let commits: [(u32, i64, &[u32]); 2] = [(1, 1, &[]), (3, 3, &[2])];
        assert_eq!(traced(3, 1, &commits), Traced::NotForward);
        let commits: [(u32, i64, &[u32]); 2] = [(1, 5, &[]), (3, 3, &[2])];
        let rewritten = Traced::Final(Lineage::Rewritten);
        assert_eq!(traced(3, 1, &commits), rewritten);
    }

    #[test]
    fn clock_skew_does_not_change_result() {
        let commits: [(u32, i64, &[u32]); 4] =
            [(1, 100, &[]), (2, 1, &[1]), (3, 50, &[2]), (4, 2, &[3])];
        assert_eq!(traced(2, 4, &commits), forward(&[4, 3]));
        assert_eq!(traced(4, 2, &commits), Traced::Final(Lineage::Back));
    }

    #[test]
    fn walk_is_limited() {
        let endless = |wanted: ObjectId| {
            let number = u32::from_be_bytes(*wanted.as_bytes().first_chunk().unwrap());
            Some(CommitObject {
                parents: vec![id(number + 2)],
                tree: id(0),
                summary: String::new(),
                time: -i64::from(number),
                author: Author::default(),
            })
        };
        assert_eq!(trace(id(0), id(1), endless), Traced::Final(Lineage::Far));
    }
}
