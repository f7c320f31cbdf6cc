//! [`Seen`]: when this machine first saw each commit of a source.
//!
//! It is what `min-age` of the policy counts from, so it only ever errs towards "just now": a file that
//! is damaged, lost or can't be written makes commits new again. It lies beside the store and not in
//! it, so that pruning the store, or its starting anew, makes no commit young.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::fs;
use mdskill_git::ObjectId;

/// The folder below the cache; the number changes when the layout does.
pub const FOLDER: &str = "seen-v1";
/// Most commits that are remembered of one source.
const MAX_COMMITS: usize = 8192;

/// What is remembered of one source.
#[derive(Debug, Clone)]
pub struct Seen {
    file: PathBuf,
    /// What the file held when it was last read: a hundred commits may be asked about.
    known: RefCell<Option<BTreeMap<String, u64>>>,
}

impl Seen {
    /// Returns the memory of the source whose place in the store has this name.
    #[must_use]
    pub fn of(cache: &Path, name: &str) -> Self {
        let file = cache.join(FOLDER).join(format!("{name}.json"));
        Self {
            file,
            known: RefCell::default(),
        }
    }

    /// Returns when a commit was first seen, in Unix seconds; nothing when it never was.
    #[must_use]
    pub fn first(&self, commit: ObjectId) -> Option<u64> {
        let mut known = self.known.borrow_mut();
        let known = known.get_or_insert_with(|| self.read());
        known.get(&commit.to_string()).copied()
    }

    /// Remembers that commits were seen now, unless they were before. What another process wrote
    /// stays, and of two times the earlier.
    pub fn remember(&self, commits: impl IntoIterator<Item = ObjectId>, now: u64) {
        let mut known = self.read();
        let mut is_new = false;
        let mut here = Vec::new();
        for commit in commits {
            let commit = commit.to_string();
            // A time to come was a wrong clock's: from now on it is now.
            let first = known.entry(commit.clone()).or_insert(u64::MAX);
            is_new |= *first > now;
            *first = now.min(*first);
            here.push(commit);
        }
        if is_new {
            forget_some(&mut known, here);
            // Not being able to write makes nothing older.
            if let Ok(text) = serde_json::to_vec(&known) {
                drop(fs::atomic::write_cache(&self.file, &text));
            }
        }
        self.known.replace(Some(known));
    }

    fn read(&self) -> BTreeMap<String, u64> {
        let text = fs::read_if_found(&self.file).ok().flatten();
        text.and_then(|text| serde_json::from_slice(&text).ok())
            .unwrap_or_default()
    }
}

/// Drops the oldest beyond the bound; first those that the source no longer names.
fn forget_some(known: &mut BTreeMap<String, u64>, here: Vec<String>) {
    let here: std::collections::BTreeSet<String> = here.into_iter().collect();
    let excess = known.len().saturating_sub(MAX_COMMITS);
    let mut by_age: Vec<(bool, u64, String)> = known
        .iter()
        .map(|(commit, first)| (here.contains(commit), *first, commit.clone()))
        .collect();
    by_age.sort();
    for (.., commit) in by_age.into_iter().take(excess) {
        known.remove(&commit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit(number: u32) -> ObjectId {
        format!("{number:040x}").parse().unwrap()
    }

    fn memory() -> (tempfile::TempDir, Seen) {
        let cache = tempfile::tempdir().unwrap();
        let seen = Seen::of(cache.path(), "x-1");
        (cache, seen)
    }

    /// Asks as the next command does, which has the file alone to go by.
    fn next(cache: &tempfile::TempDir) -> Seen {
        Seen::of(cache.path(), "x-1")
    }

    #[test]
    fn the_first_time_stays() {
        let (cache, seen) = memory();
        assert_eq!(next(&cache).first(commit(1)), None);
        seen.remember([commit(1)], 100);
        seen.remember([commit(1), commit(2)], 200);
        for seen in [&next(&cache), &seen] {
            assert_eq!(seen.first(commit(1)), Some(100));
            assert_eq!(seen.first(commit(2)), Some(200));
        }
    }

    #[test]
    fn what_another_wrote_stays_and_a_time_to_come_is_now() {
        let (cache, seen) = memory();
        seen.remember([commit(1)], 100);
        seen.remember([commit(9)], 900);
        seen.remember([commit(9)], 300);
        assert_eq!(next(&cache).first(commit(1)), Some(100));
        assert_eq!(next(&cache).first(commit(9)), Some(300));
    }

    #[test]
    fn a_damaged_file_makes_everything_new() {
        for damaged in ["", "{", "[]", "{\"x\":-1}", "{\"x\":\"y\"}"] {
            let (cache, seen) = memory();
            seen.remember([commit(1)], 100);
            std::fs::write(&seen.file, damaged).unwrap();
            assert_eq!(next(&cache).first(commit(1)), None, "{damaged}");
            seen.remember([commit(1)], 500);
            assert_eq!(next(&cache).first(commit(1)), Some(500), "{damaged}");
        }
    }

    #[test]
    fn it_is_bounded_and_keeps_what_the_source_still_names() {
        let (cache, seen) = memory();
        let most = u32::try_from(MAX_COMMITS).unwrap();
        seen.remember([commit(0)], 1);
        seen.remember((1..most).map(commit), 2);
        seen.remember([commit(0), commit(most)], 3);
        assert_eq!(seen.read().len(), MAX_COMMITS);
        assert_eq!(next(&cache).first(commit(0)), Some(1));
        assert_eq!(next(&cache).first(commit(1)), None);
        assert_eq!(next(&cache).first(commit(most)), Some(3));
    }
}
