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
        /// Whether at least one parent of the new commit is present.
        has_parent: bool,
    },
}

/// The commits from which a commit was reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Reached {
    from_old: bool,
    from_new: bool,
}

impl Reached {
    fn and(self, other: Self) -> Self {
        Self {
            from_old: self.from_old || other.from_old,
            from_new: self.from_new || other.from_new,
        }
    }

    fn is_both(self) -> bool {
        self.from_old && self.from_new
    }

    fn only_from_new(self) -> bool {
        self.from_new && !self.from_old
    }
}

/// Finds how `new` relates to `old`, and walks the ancestors of both, the youngest first.
pub(in crate::fetch) fn trace(
    old: ObjectId,
    new: ObjectId,
    read: impl Fn(ObjectId) -> Option<CommitObject>,
) -> Traced {
    let mut walk = Walk {
        reached: HashMap::new(),
        commits: HashMap::new(),
        queue: BinaryHeap::new(),
    };
    let (from_old, from_new) = (true, true);
    walk.reach(
        old,
        Reached {
            from_old,
            ..Reached::default()
        },
        &read,
    );
    walk.reach(
        new,
        Reached {
            from_new,
            ..Reached::default()
        },
        &read,
    );
    let (mut walked, mut slop) = (0, SLOP);
    while slop > 0 {
        let Some((reached, parents)) = walk.next() else {
            break;
        };
        for parent in parents {
            walk.reach(parent, reached, &read);
        }
        walked += 1;
        if walked > MAX_WALKED {
            return Traced::Final(Lineage::Far);
        }
        slop = match walk.is_open() {
            true => SLOP,
            false => slop - 1,
        };
    }
    walk.conclude(old, new)
}

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
        let before = self.reached.get(&id).copied().unwrap_or_default();
        let now = before.and(from);
        if now == before {
            return;
        }
        self.reached.insert(id, now);
        let commit = self.commits.entry(id).or_insert_with(|| read(id));
        if let Some(commit) = commit {
            self.queue.push((commit.time, id));
        }
    }

    /// Whether a commit in the queue was reached from one side only.
    fn is_open(&self) -> bool {
        let is_open = |(_, id): &(i64, ObjectId)| !self.reached[id].is_both();
        self.queue.iter().any(is_open)
    }

    fn next(&mut self) -> Option<(Reached, Vec<ObjectId>)> {
        let (_, id) = self.queue.pop()?;
        let commit = self.commits.get(&id)?.as_ref()?;
        Some((self.reached[&id], commit.parents.clone()))
    }

    fn conclude(&self, old: ObjectId, new: ObjectId) -> Traced {
        if self.reached[&old].from_new {
            return Traced::Final(self.forward(new));
        }
        if self.reached[&new].from_old {
            return Traced::Final(Lineage::Back);
        }
        // A common ancestor can't be a descendant of the old one. Behind other missing commits, the
        // old one may be found.
        let is_new = |reached: Reached| reached.from_new && !reached.from_old;
        let is_old = |reached: Reached| reached.from_old && !reached.from_new;
        if self.has_gap(is_new) {
            let parents = self.commits[&new].iter().flat_map(|commit| &commit.parents);
            let mut here = parents.map(|parent| self.commits.get(parent));
            return Traced::Open {
                has_parent: here.any(|commit| matches!(commit, Some(Some(_)))),
            };
        }
        let time = |id: ObjectId| self.commits[&id].as_ref().map(|commit| commit.time);
        match self.has_gap(is_old) && time(new) <= time(old) {
            true => Traced::NotForward,
            false => Traced::Final(Lineage::Rewritten),
        }
    }

    /// Whether a missing commit was reached in this way.
    fn has_gap(&self, reached_so: impl Fn(Reached) -> bool) -> bool {
        let is_gap = |(id, commit): (&ObjectId, &Option<CommitObject>)| {
            commit.is_none() && reached_so(self.reached[id])
        };
        self.commits.iter().any(is_gap)
    }

    /// Lists the commits reached from the new one only, in git's topological order: children before
    /// parents, one line of development after the other.
    fn forward(&self, new: ObjectId) -> Lineage {
        let is_listed = |id: &ObjectId| self.reached[id].only_from_new();
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
        assert_eq!(traced(1, 9, &only_new), Traced::Open { has_parent: false });
        let some: [(u32, i64, &[u32]); 2] = [(9, 9, &[8]), (8, 8, &[7])];
        assert_eq!(traced(1, 9, &some), Traced::Open { has_parent: true });
        assert_eq!(traced(1, 9, &[]), Traced::Open { has_parent: false });
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
            })
        };
        assert_eq!(trace(id(0), id(1), endless), Traced::Final(Lineage::Far));
    }
}
