//! Fetches the files of skills.

use std::collections::HashSet;

use tracing::info;

use super::{FetchError, Repository};
use crate::skill::tree::SkillTree;
use mdskill_git::ObjectId;
use mdskill_git::protocol::{Depth, Wants};

/// The most files that are requested one by one if whole skills are missing. More ids would not fit into the
/// first window of a connection (14 KB; RFC 6928): 4,344 have 108 KB, compressed, and their 344 folders 9 KB. For
/// fewer files, the trees that the server repeats are larger than what the request saves (2 % of a pack).
const MAX_IDS: usize = 500;

impl Repository<'_> {
    /// Returns the blobs that are not here, each once, in the same order.
    pub fn missing(&self, blobs: impl IntoIterator<Item = ObjectId>) -> Vec<ObjectId> {
        let mut known = HashSet::new();
        let is_missing = |id: &ObjectId| known.insert(*id) && !self.objects().contains(*id);
        blobs.into_iter().filter(is_missing).collect()
    }

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
        let missing = self.missing(ids);
        self.fetch_missing(missing, commits).await
    }

    /// Fetches blobs that are all missing, as [`Repository::fetch_blobs`]. `skills` have them.
    ///
    /// # Errors
    /// As [`Repository::fetch_blobs`].
    pub async fn fetch_files(
        &mut self,
        mut missing: Vec<ObjectId>,
        skills: &[&SkillTree],
        commits: &[ObjectId],
    ) -> Result<(), FetchError> {
        if let Some(folders) = by_folder(&missing, skills) {
            let what = format!("{} files", missing.len());
            match self.fetch(&Wants::objects(folders), what).await {
                Err(error) if error.refusal().is_some() => {
                    info!(%error, "fetching single files in place of folders");
                }
                fetched => fetched?,
            }
            missing = self.missing(missing);
        }
        self.fetch_missing(missing, commits).await
    }

    async fn fetch_missing(
        &mut self,
        missing: Vec<ObjectId>,
        commits: &[ObjectId],
    ) -> Result<(), FetchError> {
        let Some(first) = missing.first().copied() else {
            return Ok(());
        };
        let what = format!("blob {}", first.short());
        // Git sends them in this order, so that a skill is complete before the last one arrives.
        let wants = Wants::objects(missing.iter().copied());
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

/// Returns the folders of skills in place of their files, in the same order, if that is a much shorter request.
/// A folder is requested if all of its files are missing.
fn by_folder(missing: &[ObjectId], skills: &[&SkillTree]) -> Option<Vec<ObjectId>> {
    if missing.len() <= MAX_IDS {
        return None;
    }
    let is_missing: HashSet<ObjectId> = missing.iter().copied().collect();
    let is_whole = |skill: &&&SkillTree| {
        let mut blobs = skill.blobs();
        skill.files.len() > 1 && !skill.has_links() && blobs.all(|id| is_missing.contains(&id))
    };
    let whole: Vec<&&SkillTree> = skills.iter().filter(is_whole).collect();
    if whole.is_empty() {
        return None;
    }
    let theirs: HashSet<ObjectId> = whole.iter().flat_map(|skill| skill.blobs()).collect();
    let others = missing.iter().copied().filter(|id| !theirs.contains(id));
    Some(whole.iter().map(|skill| skill.tree).chain(others).collect())
}
