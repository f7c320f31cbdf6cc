//! The time when this machine first saw each commit of a source.

use std::time::SystemTime;

use super::Repository;
use crate::source::Source;
use mdskill_git::ObjectId;

impl Repository<'_> {
    /// Records that commits were seen now, unless they were seen before.
    pub(super) fn saw(&self, commits: impl IntoIterator<Item = ObjectId>) {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        // A clock before 1970 is wrong.
        if let Ok(now) = now {
            self.seen.record(commits, now.as_secs());
        }
    }

    /// Returns the source at the new address after a redirect.
    #[must_use]
    pub fn moved_to(&self) -> Option<Source> {
        let moved = self.remote.as_ref()?.moved_to()?;
        if let Source::GitHub { owner, repo } = &self.source
            && let Some(base) = self.url.strip_suffix(&format!("{owner}/{repo}.git"))
            && let Some((owner, repo)) = moved
                .strip_prefix(base)
                .and_then(|name| name.split_once('/'))
        {
            let repo = repo.trim_end_matches('/');
            return Some(Source::GitHub {
                owner: owner.to_owned(),
                repo: repo.strip_suffix(".git").unwrap_or(repo).to_owned(),
            });
        }
        Some(Source::Git { url: moved })
    }

    /// Returns the time when this machine first saw a commit of this source, in Unix seconds: in a
    /// ref, or with its trees.
    #[must_use]
    pub fn first_seen(&self, commit: ObjectId) -> Option<u64> {
        self.seen.first(commit)
    }
}
