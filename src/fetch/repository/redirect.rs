//! The new address of a source after a redirect.

use super::Repository;
use crate::source::Source;

impl Repository<'_> {
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
}
