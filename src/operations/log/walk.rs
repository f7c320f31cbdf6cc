//! Walks back from a commit, and finds the commits that changed each of several folders.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use super::OpError;
use crate::fetch::Repository;
use crate::fetch::history::path_walk::{Change, History, PathWalk, Step};
use mdskill_git::ObjectId;
use mdskill_git::commits::CommitObject;
use mdskill_git::objects::{ObjectError, Objects};

/// The numbers of commits that are requested, one after the other. All commits of a repository with 680
/// of them take 540 KB, the last 100 90 KB.
const BATCHES: [u32; 4] = [100, 400, 1600, 6400];

/// The phrase for commits that are not in the cache.
pub(super) const OFFLINE: &str = "the cache does not have them, and the network is off";

/// The commits that changed a folder.
#[derive(Debug, Default)]
pub(crate) struct Walked {
    /// The changes, the newest first.
    pub(crate) changes: Vec<Change>,
    /// Whether there are older ones.
    pub(crate) has_more: bool,
    /// The reason why older ones are unknown, as a phrase.
    pub(crate) cut: Option<&'static str>,
}

/// The walk of one folder.
struct FolderWalk<'p> {
    path: &'p str,
    walk: PathWalk,
    walked: Walked,
    is_done: bool,
    /// The commits that are needed to go on.
    missing: Vec<ObjectId>,
}

/// Walks back from the tip for each folder, and fetches what is missing on the way. `locked` is a commit
/// whose objects may be here.
pub(super) async fn walk(
    repository: &mut Repository<'_>,
    tip: ObjectId,
    locked: Option<ObjectId>,
    paths: &[&str],
    limit: usize,
) -> Result<Vec<Walked>, OpError> {
    let mut walks: Vec<FolderWalk<'_>> = paths
        .iter()
        .map(|path| FolderWalk {
            path,
            walk: PathWalk::from(tip),
            walked: Walked::default(),
            is_done: false,
            missing: Vec::new(),
        })
        .collect();
    let mut batches = BATCHES.into_iter();
    let cache = Cache::default();
    loop {
        let objects = repository.objects();
        for walk in walks.iter_mut().filter(|walk| !walk.is_done) {
            walk.advance(objects, &cache, limit)?;
        }
        let open = || walks.iter().filter(|walk| !walk.is_done);
        let missing: BTreeSet<ObjectId> = open().flat_map(|walk| &walk.missing).copied().collect();
        if missing.is_empty() {
            break;
        }
        let Some(steps) = batches.next() else {
            stop(&mut walks, |_| true, "the history has too many commits");
            break;
        };
        let next = open().filter_map(|walk| walk.walk.next_commit());
        let known: BTreeSet<ObjectId> = next.chain(locked).collect();
        let (missing, known) = (Vec::from_iter(missing), Vec::from_iter(known));
        let has_come = repository.fetch_back(&missing, &known, steps).await?;
        let is_offline = repository.refs_as_of().is_some();
        let objects = repository.objects();
        let lacks = |walk: &FolderWalk<'_>| {
            let history = walk.history(objects, &cache);
            let is_here = |id: &ObjectId| {
                let commit = history.commit(*id);
                commit.is_ok_and(|commit| history.at_path(&commit).is_ok())
            };
            !has_come || !walk.missing.iter().all(is_here)
        };
        let phrase = if is_offline {
            OFFLINE
        } else {
            "the source does not have them"
        };
        stop(&mut walks, lacks, phrase);
    }
    Ok(walks.into_iter().map(|walk| walk.walked).collect())
}

/// Ends the walks that can't go on.
fn stop(
    walks: &mut [FolderWalk<'_>],
    is_stuck: impl Fn(&FolderWalk<'_>) -> bool,
    phrase: &'static str,
) {
    for walk in walks.iter_mut().filter(|walk| !walk.is_done) {
        if is_stuck(walk) {
            walk.is_done = true;
            walk.walked.cut = Some(phrase);
        }
    }
}

impl FolderWalk<'_> {
    fn history<'a>(&'a self, objects: &'a Objects, cache: &'a Cache) -> FolderHistory<'a> {
        FolderHistory {
            objects,
            cache,
            path: self.path,
        }
    }

    /// Walks until the end, the limit, or a commit that is not here.
    fn advance(&mut self, objects: &Objects, cache: &Cache, limit: usize) -> Result<(), OpError> {
        let history = FolderHistory {
            objects,
            cache,
            path: self.path,
        };
        self.missing.clear();
        loop {
            let is_full = self.walked.changes.len() == limit;
            match self.walk.next(&history)? {
                Step::Found(change) if !is_full => self.walked.changes.push(change),
                // Older commits are not fetched only to know whether there are some.
                Step::Found(_) => self.walked.has_more = true,
                Step::Missing(_) if is_full => self.walked.has_more = true,
                Step::Missing(missing) => {
                    self.missing = missing;
                    return Ok(());
                }
                Step::End => self.is_done = true,
            }
            self.is_done |= self.walked.has_more;
            if self.is_done {
                return Ok(());
            }
        }
    }
}

/// The entries of a tree: names, and ids with whether they are trees.
type Entries = HashMap<Vec<u8>, (ObjectId, bool)>;

/// Commits and trees that were read: those of many folders are the same.
#[derive(Default)]
struct Cache {
    commits: RefCell<HashMap<ObjectId, CommitObject>>,
    trees: RefCell<HashMap<ObjectId, Rc<Entries>>>,
}

impl Cache {
    fn tree(&self, objects: &Objects, id: ObjectId) -> Result<Rc<Entries>, ObjectError> {
        if let Some(known) = self.trees.borrow().get(&id) {
            return Ok(Rc::clone(known));
        }
        let entries = objects.tree(id)?.into_iter();
        let entries = entries.map(|entry| {
            let is_tree = entry.is_tree();
            (entry.name, (entry.id, is_tree))
        });
        let entries = Rc::new(entries.collect());
        self.trees.borrow_mut().insert(id, Rc::clone(&entries));
        Ok(entries)
    }
}

/// The history of a folder in a repository.
struct FolderHistory<'a> {
    objects: &'a Objects,
    cache: &'a Cache,
    path: &'a str,
}

impl History for FolderHistory<'_> {
    fn commit(&self, id: ObjectId) -> Result<CommitObject, ObjectError> {
        if let Some(known) = self.cache.commits.borrow().get(&id) {
            return Ok(known.clone());
        }
        let commit = self.objects.commit(id)?;
        let mut commits = self.cache.commits.borrow_mut();
        commits.insert(id, commit.clone());
        Ok(commit)
    }

    fn at_path(&self, commit: &CommitObject) -> Result<Option<ObjectId>, ObjectError> {
        let mut found = (commit.tree, true);
        for name in self.path.split('/').filter(|name| !name.is_empty()) {
            let (tree, true) = found else {
                return Ok(None);
            };
            let entries = self.cache.tree(self.objects, tree)?;
            match entries.get(name.as_bytes()) {
                Some(entry) => found = *entry,
                None => return Ok(None),
            }
        }
        Ok(Some(found.0))
    }
}
