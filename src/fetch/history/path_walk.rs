//! [`PathWalk`]: the commits that changed a path, in the order of `git log -- PATH`. Without I/O: objects
//! are read by functions.
//!
//! Source: git-log(1), "History Simplification", the default mode; `try_to_simplify_commit` and
//! `process_parents` in git's revision.c.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};

use mdskill_git::ObjectId;
use mdskill_git::commits::CommitObject;
use mdskill_git::objects::ObjectError;

/// Reads commits, and what they have at the path.
pub(crate) trait History {
    /// Returns a commit.
    fn commit(&self, id: ObjectId) -> Result<CommitObject, ObjectError>;

    /// Returns the object at the path in a commit; `None` without one.
    fn at_path(&self, commit: &CommitObject) -> Result<Option<ObjectId>, ObjectError>;
}

/// A commit that changed the path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    /// The commit.
    pub(crate) id: ObjectId,
    /// The object at the path; `None` if the commit removed it.
    pub(crate) after: Option<ObjectId>,
    /// The object at the path in the first parent.
    pub(crate) before: Option<ObjectId>,
    /// The first parent.
    pub(crate) parent: Option<ObjectId>,
}

/// The result of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// The next commit that changed the path.
    Found(Change),
    /// These commits, or their trees, are needed to go on.
    Missing(Vec<ObjectId>),
    /// There are no further commits.
    End,
}

/// The walk from a commit back to the first one.
pub(crate) struct PathWalk {
    /// The commits to look at, the youngest first; of equally old ones, the first that was reached.
    queue: BinaryHeap<(i64, Reverse<usize>, ObjectId)>,
    seen: HashSet<ObjectId>,
    /// The tip, until it is read.
    tip: Option<ObjectId>,
}

impl PathWalk {
    /// Creates the walk from a commit.
    pub(crate) fn from(tip: ObjectId) -> Self {
        Self {
            queue: BinaryHeap::new(),
            seen: HashSet::new(),
            tip: Some(tip),
        }
    }

    /// Returns the commit that is looked at next.
    pub(crate) fn next_commit(&self) -> Option<ObjectId> {
        let next = self.queue.peek();
        next.map(|(_, _, id)| *id)
    }

    /// Walks to the next commit that changed the path. After [`Step::Missing`], the step can be repeated.
    ///
    /// # Errors
    /// When an object is damaged.
    pub(crate) fn next(&mut self, history: &dyn History) -> Result<Step, ObjectError> {
        if let Some(tip) = self.tip {
            let Some(commit) = if_here(history.commit(tip))? else {
                return Ok(Step::Missing(vec![tip]));
            };
            self.tip = None;
            self.reach(tip, commit.time);
        }
        while let Some((_, _, id)) = self.queue.peek().copied() {
            let looked = look(history, id)?;
            let (change, follows) = match looked {
                Looked::Missing(missing) => return Ok(Step::Missing(missing)),
                Looked::Changed(change, follows) => (Some(change), follows),
                Looked::Same(follows) => (None, follows),
            };
            self.queue.pop();
            for (parent, time) in follows {
                self.reach(parent, time);
            }
            if let Some(change) = change {
                return Ok(Step::Found(change));
            }
        }
        Ok(Step::End)
    }

    fn reach(&mut self, id: ObjectId, time: i64) {
        if self.seen.insert(id) {
            self.queue.push((time, Reverse(self.seen.len()), id));
        }
    }
}

/// A commit compared with its parents, and the parents to follow, with their times.
enum Looked {
    Missing(Vec<ObjectId>),
    Changed(Change, Vec<(ObjectId, i64)>),
    Same(Vec<(ObjectId, i64)>),
}

/// Compares a commit with its parents. A commit that has the same at the path as one of them brings
/// nothing: only that parent is followed, as git does.
fn look(history: &dyn History, id: ObjectId) -> Result<Looked, ObjectError> {
    let Some(commit) = if_here(history.commit(id))? else {
        return Ok(Looked::Missing(vec![id]));
    };
    let Some(after) = if_here(history.at_path(&commit))? else {
        return Ok(Looked::Missing(vec![id]));
    };
    let mut parents = Vec::new();
    let mut missing = Vec::new();
    for parent in &commit.parents {
        let found = if_here(history.commit(*parent))?;
        let before = match &found {
            Some(found) => if_here(history.at_path(found))?,
            None => None,
        };
        match (found, before) {
            (Some(found), Some(before)) => parents.push((*parent, found.time, before)),
            _ => missing.push(*parent),
        }
        // git compares with one parent after the other, too.
        if let Some((same, time, _)) = parents.last().filter(|(_, _, before)| *before == after)
            && missing.is_empty()
        {
            return Ok(Looked::Same(vec![(*same, *time)]));
        }
    }
    if !missing.is_empty() {
        return Ok(Looked::Missing(missing));
    }
    if parents.is_empty() && after.is_none() {
        return Ok(Looked::Same(Vec::new()));
    }
    let change = Change {
        id,
        after,
        before: parents.first().and_then(|(_, _, before)| *before),
        parent: commit.parents.first().copied(),
    };
    let follows = parents.into_iter().map(|(parent, time, _)| (parent, time));
    Ok(Looked::Changed(change, follows.collect()))
}

/// Turns the error of a missing object into `None`.
fn if_here<T>(read: Result<T, ObjectError>) -> Result<Option<T>, ObjectError> {
    match read {
        Err(ObjectError::Missing(_)) => Ok(None),
        read => read.map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mdskill_git::commits::Author;

    /// Commits as number, time, parents, and the content of the path.
    type Commits<'a> = &'a [(u8, i64, &'a [u8], Option<u8>)];

    struct Listed<'a>(Commits<'a>);

    fn id(number: u8) -> ObjectId {
        ObjectId::from_bytes([number; 20])
    }

    impl History for Listed<'_> {
        fn commit(&self, wanted: ObjectId) -> Result<CommitObject, ObjectError> {
            let found = self.0.iter().find(|(number, ..)| id(*number) == wanted);
            let (number, time, parents, _) = found.ok_or(ObjectError::Missing(wanted))?;
            Ok(CommitObject {
                parents: parents.iter().copied().map(id).collect(),
                tree: id(*number),
                summary: String::new(),
                time: *time,
                author: Author::default(),
            })
        }

        fn at_path(&self, commit: &CommitObject) -> Result<Option<ObjectId>, ObjectError> {
            let found = self
                .0
                .iter()
                .find(|(number, ..)| id(*number) == commit.tree);
            Ok(found.and_then(|(.., content)| content.map(id)))
        }
    }

    fn walked(tip: u8, commits: Commits<'_>) -> (Vec<u8>, Step) {
        let mut walk = PathWalk::from(id(tip));
        let mut found = Vec::new();
        loop {
            match walk.next(&Listed(commits)).unwrap() {
                Step::Found(change) => found.push(change.id.as_bytes()[0]),
                step => return (found, step),
            }
        }
    }

    #[test]
    fn side_branch_without_effect_is_not_followed() {
        // 5 merges 3 and 4, and has what 3 has; 4 changed the path, and 5 did not take it.
        let commits: Commits<'_> = &[
            (1, 1, &[], Some(1)),
            (2, 2, &[1], Some(2)),
            (3, 3, &[2], Some(2)),
            (4, 4, &[2], Some(4)),
            (5, 5, &[3, 4], Some(2)),
        ];
        assert_eq!(walked(5, commits), (vec![2, 1], Step::End));
        // A merge that differs from both parents is listed, and both are followed.
        let commits: Commits<'_> = &[
            (1, 1, &[], None),
            (2, 3, &[1], Some(2)),
            (3, 2, &[1], Some(3)),
            (4, 4, &[2, 3], Some(4)),
        ];
        assert_eq!(walked(4, commits), (vec![4, 2, 3], Step::End));
    }

    #[test]
    fn missing_parent_is_needed_and_step_can_be_repeated() {
        let commits: Commits<'_> = &[
            (1, 1, &[], Some(1)),
            (2, 2, &[1], Some(1)),
            (3, 3, &[2], Some(3)),
        ];
        let mut walk = PathWalk::from(id(3));
        let next = |walk: &mut PathWalk, from: usize| walk.next(&Listed(&commits[from..])).unwrap();
        assert_eq!(next(&mut walk, 3), Step::Missing(vec![id(3)]));
        assert_eq!(next(&mut walk, 2), Step::Missing(vec![id(2)]));
        assert!(matches!(next(&mut walk, 1), Step::Found(change) if change.id == id(3)));
        assert_eq!(next(&mut walk, 1), Step::Missing(vec![id(1)]));
        assert!(matches!(next(&mut walk, 0), Step::Found(change) if change.id == id(1)));
        assert_eq!(next(&mut walk, 0), Step::End);
    }
}
