//! The skills that a site only lists, with a name and a description. They are downloaded when they are
//! chosen.

use super::Opened;
use crate::operations::OpError;
use crate::skill::discover::Found;

impl Opened<'_> {
    /// Downloads chosen skills that a site only lists, and returns all of them with their files.
    pub(crate) async fn download(&mut self, chosen: Vec<Found>) -> Result<Vec<Found>, OpError> {
        let is_listed = |found: &&Found| self.repository.is_only_listed(&found.path);
        let listed: Vec<String> = chosen
            .iter()
            .filter(is_listed)
            .map(|found| found.path.clone())
            .collect();
        if listed.is_empty() {
            return Ok(chosen);
        }
        let paths = listed.iter().map(String::as_str);
        self.repository.download(paths).await?;
        let commit = self.commit();
        let mut discoveries = self.repository.discover(&[commit], &[]).await?;
        self.discovery = discoveries.pop().unwrap_or_default();
        let with_files = |found: Found| {
            let downloaded = self.discovery.at(&found.path).cloned();
            downloaded.unwrap_or(found)
        };
        Ok(chosen.into_iter().map(with_files).collect())
    }
}
