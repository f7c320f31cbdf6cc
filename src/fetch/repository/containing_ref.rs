//! Finds a branch or a tag that contains a commit.
//!
//! A forge keeps the objects of all forks of a repository together, and sends any of them by its id. So a
//! commit that is given by its id may be one that another user pushed to a fork.

use std::collections::HashSet;

use tracing::info;

use super::commits::refuses_history;
use super::{FetchError, Repository};
use mdskill_git::ObjectId;
use mdskill_git::protocol::{Depth, Ref, Wants};

/// The number of commits back from a branch or tag among which the commit is searched.
pub(crate) const MAX_STEPS: u32 = 5000;
/// The maximum number of branches and tags whose history is fetched.
const MAX_TIPS: usize = 500;
/// The maximum number of commits to walk.
const MAX_WALKED: usize = 100_000;

impl Repository<'_> {
    /// Returns the name of a branch or a tag that contains this commit; `None` if none is found.
    ///
    /// One request lists the refs. If none of them is this commit, another one or two fetch the commits,
    /// without files, between it and the default branch, and between it and the other refs.
    ///
    /// # Errors
    /// When a request fails.
    pub async fn containing_ref(&mut self, commit: ObjectId) -> Result<Option<String>, FetchError> {
        let prefixes = ["HEAD", "refs/heads/", "refs/tags/"].map(str::to_owned);
        let mut refs = self.list_refs(prefixes.to_vec()).await?;
        refs.retain(|git_ref| git_ref.name != "HEAD" || git_ref.symref.is_none());
        let named = refs.iter().find(|git_ref| git_ref.commit() == commit);
        if let Some(named) = named {
            return Ok(Some(named.name.clone()));
        }
        let prefixes = ["HEAD".to_owned()];
        let head = self.remembered_refs(&prefixes).ok();
        let head = head.and_then(|refs| refs.first().map(Ref::commit));
        let (default, mut others): (Vec<Ref>, Vec<Ref>) = refs
            .into_iter()
            .partition(|git_ref| Some(git_ref.commit()) == head);
        others.truncate(MAX_TIPS);
        let mut known = vec![commit];
        for refs in [default, others] {
            let tips = || refs.iter().map(Ref::commit);
            if refs.is_empty() {
                continue;
            }
            if self.first_with(&refs, commit).is_none() {
                self.fetch_between(tips().collect(), &known).await?;
            }
            if let Some(found) = self.first_with(&refs, commit) {
                return Ok(Some(found));
            }
            // No commit between this one and another ref is in the history of the default branch.
            known.extend(tips().take(1));
        }
        Ok(None)
    }

    /// Fetches the histories of `tips` without that of `known`. It is not an error if the server
    /// does not send it.
    async fn fetch_between(
        &mut self,
        tips: HashSet<ObjectId>,
        known: &[ObjectId],
    ) -> Result<(), FetchError> {
        let wants = Wants {
            ids: tips.into_iter().collect(),
            known: known.to_vec(),
            depth: Depth::History(MAX_STEPS),
        };
        match self.fetch(&wants, "history".to_owned()).await {
            Err(error) if refuses_history(&error) => {
                info!(%error, "continuing without this history");
                Ok(())
            }
            fetched => fetched,
        }
    }

    /// Returns the first ref whose history contains a commit, among the commits that are here.
    fn first_with(&self, refs: &[Ref], commit: ObjectId) -> Option<String> {
        let mut walked = HashSet::new();
        let contains = |git_ref: &&Ref| {
            let mut open = vec![git_ref.commit()];
            while let Some(id) = open.pop() {
                if id == commit {
                    return true;
                }
                if walked.len() < MAX_WALKED
                    && walked.insert(id)
                    && let Ok(read) = self.objects().commit(id)
                {
                    open.extend(read.parents);
                }
            }
            false
        };
        let found = refs.iter().find(contains);
        found.map(|git_ref| git_ref.name.clone())
    }
}
