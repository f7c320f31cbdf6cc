//! The trees that edits were made on: asked for together with the new ones, and sometimes gone.

use std::collections::BTreeSet;

use super::{FetchError, Repository};
use crate::skill::discover::Discovery;
use mdskill_git::ObjectId;
use mdskill_git::protocol::ProtocolError;
use mdskill_git::transport::TransportError;

/// How many times a request is said again without the commits that the server does not have.
const MAX_TRIES: usize = 3;

impl Repository<'_> {
    /// Finds the skills of each commit as [`Repository::discover`] does, and brings in the same
    /// request the trees of `bases`, the commits that are locked.
    ///
    /// Returns with the skills the bases that can't be had: rewritten away upstream, or not in
    /// the store while the network is off.
    ///
    /// # Errors
    /// When the trees of `commits` can't be had.
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
        commits.filter(|commit| self.lacks_trees(*commit)).collect()
    }

    /// Leaves out what the server says it does not have, and all bases at last.
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
        for _ in 0..MAX_TRIES {
            if bases.is_empty() {
                return Ok(());
            }
            let all = wanted.union(&bases).copied().collect();
            let reason = match self.fetch_trees(all, known).await {
                Err(FetchError::Transport(TransportError::Protocol {
                    source: ProtocolError::Refused(reason),
                    ..
                })) => reason,
                fetched => return fetched,
            };
            let named = |base: &ObjectId| reason.contains(&base.to_string());
            match bases.iter().any(named) {
                true => bases.retain(|base| !named(base)),
                false => return Ok(()),
            }
        }
        Ok(())
    }
}
