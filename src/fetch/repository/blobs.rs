//! Fetches the files of skills.

use std::collections::HashSet;

use tracing::info;

use super::{FetchError, Repository};
use crate::skill::tree::SkillTree;
use mdskill_git::ObjectId;
use mdskill_git::protocol::{Depth, Wants};

/// The most files that are requested one by one if whole skills are missing. More ids would not fit into the
/// first window of a connection (14 KB; RFC 6928): 4,344 have 108 KB, compressed, and the folders of their 344 skills
/// 9 KB. For fewer files, the trees that the server repeats are larger than what the request saves (2 % of a pack).
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
            let (files, folders) = (missing.len(), Wants::objects(folders));
            info!(files, objects = folders.ids.len(), "requesting folders");
            match self.fetch(&folders, format!("{files} files")).await {
                Err(error) if error.refuses_request() => {
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

/// Returns the folders of skills in place of their files, in the order of the skills, if that makes the request half
/// as long or shorter. A file that is here would be sent again with its folder, so all must be missing.
fn by_folder(missing: &[ObjectId], skills: &[&SkillTree]) -> Option<Vec<ObjectId>> {
    if missing.len() <= MAX_IDS {
        return None;
    }
    let is_missing: HashSet<ObjectId> = missing.iter().copied().collect();
    let mut left = is_missing.clone();
    let mut wants = Vec::new();
    for skill in skills {
        let is_whole = skill.files.len() > 1
            && !skill.has_links()
            && skill.blobs().all(|id| is_missing.contains(&id));
        let new = skill.blobs().filter(|id| left.remove(id));
        let new: Vec<ObjectId> = new.collect();
        if is_whole && !new.is_empty() {
            wants.push(skill.tree);
        } else {
            wants.extend(new);
        }
    }
    wants.extend(missing.iter().copied().filter(|id| left.remove(id)));
    (wants.len() * 2 <= missing.len()).then_some(wants)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::FileMode;
    use mdskill_lint::path::SkillPath;

    /// Returns a skill of files with these contents.
    fn skill(contents: std::ops::Range<usize>) -> SkillTree {
        let file = |number: usize| {
            let path = SkillPath::parse(&format!("{number}.txt")).unwrap();
            (path, FileMode::Regular, number.to_string().into_bytes())
        };
        SkillTree::of_files(contents.map(file)).unwrap()
    }

    fn blobs(skills: &[&SkillTree]) -> Vec<ObjectId> {
        skills.iter().flat_map(|skill| skill.blobs()).collect()
    }

    #[test]
    fn more_than_the_most_ids_are_requested_by_folder() {
        let most = skill(0..MAX_IDS);
        assert_eq!(by_folder(&blobs(&[&most]), &[&most]), None);
        let more = skill(0..MAX_IDS + 1);
        let folder = Some(vec![more.tree]);
        assert_eq!(by_folder(&blobs(&[&more]), &[&more]), folder);
        // The same folder twice, and a part of it.
        let part = skill(7..9);
        let all = [&more, &more, &part];
        assert_eq!(by_folder(&blobs(&[&more]), &all), folder);
    }

    #[test]
    fn folder_with_a_file_that_is_here_is_not_requested() {
        let (one, other) = (skill(0..500), skill(1_000..1_300));
        let mut missing = blobs(&[&one, &other]);
        let here = missing.remove(501);
        let wants = by_folder(&missing, &[&one, &other]).unwrap();
        assert_eq!(wants.len(), 1 + 299);
        assert_eq!(wants[0], one.tree);
        assert!(!wants.contains(&here));
        // The request would be nearly as long.
        let (small, files) = (skill(0..2), skill(10..700));
        let mut missing = blobs(&[&small, &files]);
        missing.pop();
        assert_eq!(by_folder(&missing, &[&small, &files]), None);
    }
}
