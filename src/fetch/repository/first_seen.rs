//! The time when this machine first saw each commit of a source.

use std::time::SystemTime;

use super::Repository;
use mdskill_git::ObjectId;

impl Repository<'_> {
    /// Records that commits were seen now, unless they were seen before.
    pub(super) fn record_seen(&self, commits: impl IntoIterator<Item = ObjectId>) {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        // A clock before 1970 is wrong.
        if let Ok(now) = now {
            self.seen.record(commits, now.as_secs());
        }
    }

    /// Returns the time when this machine first saw a commit of this source, in Unix seconds: in a
    /// ref, or with its trees.
    #[must_use]
    pub fn first_seen(&self, commit: ObjectId) -> Option<u64> {
        self.seen.first(commit)
    }
}
