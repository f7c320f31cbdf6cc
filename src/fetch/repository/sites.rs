//! Sites: their skills are downloaded when they are needed.

use super::super::site::SiteError;
use super::{FetchError, Repository};
use crate::digest::Digest;
use crate::lockfile::Entry;
use mdskill_lint::name::SkillName;

impl Repository<'_> {
    /// Downloads the skills at these paths, if this is a site that only lists them. Returns whether it is
    /// a site.
    ///
    /// # Errors
    /// When one can't be downloaded.
    pub async fn download(
        &mut self,
        paths: impl IntoIterator<Item = &str>,
    ) -> Result<bool, FetchError> {
        let Some(site) = &mut self.site else {
            return Ok(false);
        };
        let downloaded = site.download(self.place.objects(), paths).await;
        self.place.store().inspect(|store| store.record_fetched());
        downloaded.map(|()| true)
    }

    /// Whether a site only lists the skill at this path, so that its files must be downloaded.
    #[must_use]
    pub fn is_only_listed(&self, path: &str) -> bool {
        let site = self.site.as_ref();
        site.is_some_and(|site| site.is_only_listed(path))
    }

    /// Returns the digest of the file of a site that the skill at this path was downloaded in.
    #[must_use]
    pub fn download_of(&self, path: &str) -> Option<Digest> {
        self.site.as_ref()?.digest_of(path)
    }

    /// Whether a site still has the file that a skill was downloaded in, so that it has not changed.
    #[must_use]
    pub fn has_download(&self, entry: &Entry) -> bool {
        let site = self.site.as_ref();
        let now = site.and_then(|site| site.current_digest(&entry.path));
        now.is_some() && now == entry.download
    }

    /// Downloads a locked skill of a site, unless it is here. Does nothing for another source.
    ///
    /// # Errors
    /// When it can't be downloaded, or the site has another version now.
    pub async fn download_locked(
        &mut self,
        name: &SkillName,
        entry: &Entry,
    ) -> Result<(), FetchError> {
        if self.site.is_none() || self.objects().contains(entry.tree) {
            return Ok(());
        }
        self.download([entry.path.as_str()]).await?;
        if self.objects().contains(entry.tree) {
            return Ok(());
        }
        Err(SiteError::Changed {
            url: self.url.clone(),
            name: name.to_string(),
        }
        .into())
    }
}
