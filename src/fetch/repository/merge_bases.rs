//! Fetches the base commits of local edits together with the new commits.

use std::collections::BTreeSet;

use tracing::info;

use super::{FetchError, Repository};
use crate::skill::discover::Discovery;
use mdskill_git::ObjectId;

impl Repository<'_> {
    /// Finds the skills of each commit as [`Repository::discover`] does, and fetches the trees of
    /// `bases`, the locked commits, in the same request.
    ///
    /// Also returns the bases that are not available: removed upstream, or not in the cache while
    /// the network is off.
    ///
    /// # Errors
    /// When the trees of `commits` can't be fetched.
    pub async fn discover_with_bases(
        &mut self,
        commits: &[Option<ObjectId>],
        known: &[ObjectId],
        bases: &[ObjectId],
    ) -> Result<(Vec<Discovery>, Vec<ObjectId>), FetchError> {
        self.fetch_trees_with_bases(commits, known, bases).await?;
        let discoveries = self.discover(commits, known).await?;
        let gone: BTreeSet<ObjectId> = self.lacking(bases.iter().copied());
        Ok((discoveries, gone.into_iter().collect()))
    }

    fn lacking(&self, commits: impl Iterator<Item = ObjectId>) -> BTreeSet<ObjectId> {
        commits.filter(|commit| !self.has_trees(*commit)).collect()
    }

    /// If the server refuses the bases, requests each of them by itself.
    async fn fetch_trees_with_bases(
        &mut self,
        commits: &[Option<ObjectId>],
        known: &[ObjectId],
        bases: &[ObjectId],
    ) -> Result<(), FetchError> {
        let wanted = self.lacking(commits.iter().flatten().copied());
        let mut bases = self.lacking(bases.iter().copied());
        bases.retain(|base| !wanted.contains(base));
        if self.remote.is_none() {
            return Ok(());
        }
        if bases.is_empty() {
            return Ok(());
        }
        let all = wanted.union(&bases).copied().collect();
        match self.fetch_trees(all, known).await {
            Err(error) if error.refusal().is_some() => {
                info!(%error, "requesting each base of local edits by itself");
            }
            fetched => return fetched,
        }
        // The server may have lost only one of them.
        for base in bases {
            match self.fetch_trees(vec![base], known).await {
                Err(error) if error.refusal().is_some() => {}
                fetched => fetched?,
            }
        }
        Ok(())
    }
}
