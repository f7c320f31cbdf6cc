//! [`FirstSeen`]: when this machine first saw each commit of a source.
//!
//! The policy's `min-age` counts from this time, so every error makes a commit newer: if the file is
//! damaged, lost, or can't be written, commits count as new. It is not inside the cache of the source,
//! so that removing that cache does not make commits new.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Serialize, Serializer};

use crate::fs;
use mdskill_git::ObjectId;

/// The folder in the cache folder; the number changes with the layout.
pub(crate) const FOLDER: &str = "seen-v1";
/// The number of commits of a source above which those that it no longer names are forgotten.
const MAX_COMMITS: usize = 8192;

/// The recorded times of a source.
#[derive(Debug, Clone)]
pub(crate) struct FirstSeen {
    file: PathBuf,
    known: BTreeMap<ObjectId, u64>,
}

impl FirstSeen {
    /// Returns the times of the source whose folder in the cache has this name.
    pub(crate) fn of(cache: &Path, name: &str) -> Self {
        let file = cache.join(FOLDER).join(format!("{name}.json"));
        let known = read(&file);
        Self { file, known }
    }

    /// Returns when a commit was first seen, in Unix seconds; `None` if it was not.
    pub(crate) fn first(&self, commit: ObjectId) -> Option<u64> {
        self.known.get(&commit).copied()
    }

    /// Records that commits were seen now, unless they were seen before. Times that another process
    /// has written are kept, and the earlier of two times wins.
    pub(crate) fn record(&mut self, commits: impl IntoIterator<Item = ObjectId>, now: u64) {
        let mut known = read(&self.file);
        let mut is_new = false;
        let here: BTreeSet<ObjectId> = commits.into_iter().collect();
        for commit in &here {
            // A time in the future is from a wrong clock, and is replaced by now.
            let first = known.entry(*commit).or_insert(u64::MAX);
            is_new |= *first > now;
            *first = now.min(*first);
        }
        if is_new {
            if known.len() > MAX_COMMITS {
                known.retain(|commit, _| here.contains(commit));
            }
            // An error is ignored, because it does not make commits older.
            if let Ok(text) = serde_json::to_vec(&AsText(&known)) {
                drop(fs::atomic::write_cache(&self.file, &text));
            }
        }
        self.known = known;
    }
}

/// The times as the file has them. Hexadecimal ids take five times the memory, which a server with
/// 500,000 refs would fill.
struct AsText<'a>(&'a BTreeMap<ObjectId, u64>);

impl Serialize for AsText<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let times = self.0.iter();
        serializer.collect_map(times.map(|(commit, time)| (commit.to_string(), time)))
    }
}

fn read(file: &Path) -> BTreeMap<ObjectId, u64> {
    let text = fs::open_plain(file).and_then(std::io::read_to_string);
    let text = text.unwrap_or_default();
    let times: BTreeMap<&str, u64> = serde_json::from_str(&text).unwrap_or_default();
    let parsed = times
        .into_iter()
        .map(|(id, time)| Some((id.parse().ok()?, time)));
    parsed.collect::<Option<_>>().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit(number: u32) -> ObjectId {
        format!("{number:040x}").parse().unwrap()
    }

    fn new_times() -> (tempfile::TempDir, FirstSeen) {
        let cache = tempfile::tempdir().unwrap();
        let seen = FirstSeen::of(cache.path(), "x-1");
        (cache, seen)
    }

    /// Reads the file again, as the next command does.
    fn next(cache: &tempfile::TempDir) -> FirstSeen {
        FirstSeen::of(cache.path(), "x-1")
    }

    #[test]
    fn first_time_is_kept() {
        let (cache, mut seen) = new_times();
        assert_eq!(next(&cache).first(commit(1)), None);
        seen.record([commit(1)], 100);
        seen.record([commit(1), commit(2)], 200);
        for seen in [&next(&cache), &seen] {
            assert_eq!(seen.first(commit(1)), Some(100));
            assert_eq!(seen.first(commit(2)), Some(200));
        }
    }

    #[test]
    fn times_of_other_process_are_kept_and_future_time_is_now() {
        let (cache, mut seen) = new_times();
        seen.record([commit(1)], 100);
        seen.record([commit(9)], 900);
        seen.record([commit(9)], 300);
        assert_eq!(next(&cache).first(commit(1)), Some(100));
        assert_eq!(next(&cache).first(commit(9)), Some(300));
    }

    #[test]
    fn damaged_file_makes_all_commits_new() {
        for damaged in ["", "{", "[]", "{\"x\":-1}", "{\"x\":\"y\"}"] {
            let (cache, mut seen) = new_times();
            seen.record([commit(1)], 100);
            std::fs::write(&seen.file, damaged).unwrap();
            assert_eq!(next(&cache).first(commit(1)), None, "{damaged}");
            seen.record([commit(1)], 500);
            assert_eq!(next(&cache).first(commit(1)), Some(500), "{damaged}");
        }
    }

    #[test]
    fn times_are_limited_and_current_commits_are_kept() {
        let (cache, mut seen) = new_times();
        let most = u32::try_from(MAX_COMMITS).unwrap();
        seen.record((0..most).map(commit), 1);
        assert_eq!(next(&cache).first(commit(1)), Some(1));
        seen.record([commit(0), commit(most)], 3);
        assert_eq!(next(&cache).first(commit(0)), Some(1));
        assert_eq!(next(&cache).first(commit(1)), None);
        assert_eq!(next(&cache).first(commit(most)), Some(3));
    }
}
