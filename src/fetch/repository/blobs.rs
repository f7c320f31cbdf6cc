//! Fetches the files of skills.

use std::collections::HashSet;

use tracing::info;

use super::{FetchError, Repository};
use mdskill_git::ObjectId;
use mdskill_git::protocol::{Depth, Wants};

impl Repository<'_> {
    /// Fetches the missing blobs in one request.
    ///
    /// `commits` have these blobs, and are fetched instead if the server does not send single blobs.
    ///
    /// # Errors
    /// When the request fails, or the server does not send all blobs.
    pub async fn fetch_blobs(
        &mut self,
        ids: impl IntoIterator<Item = ObjectId>,
        commits: &[ObjectId],
    ) -> Result<(), FetchError> {
        // Git sends them in this order, so that a skill is complete before the last one arrives.
        let mut known = HashSet::new();
        let missing: Vec<ObjectId> = ids
            .into_iter()
            .filter(|id| known.insert(*id) && !self.objects().contains(*id))
            .collect();
        let Some(first) = missing.first().copied() else {
            return Ok(());
        };
        let what = format!("blob {}", first.short());
        let wants = Wants::blobs(missing.iter().copied());
        match self.fetch(&wants, what.clone()).await {
            Err(error) if error.refusal().is_some() && !commits.is_empty() => {
                info!(%error, "fetching whole commits in place of single files");
                let wants = Wants::new(commits.iter().copied(), Depth::Everything(1));
                self.fetch(&wants, what).await?;
            }
            fetched => fetched?,
        }
        match missing.into_iter().find(|id| !self.objects().contains(*id)) {
            Some(missing) => Err(FetchError::Incomplete {
                url: self.url.clone(),
                missing,
            }),
            None => Ok(()),
        }
    }
}
