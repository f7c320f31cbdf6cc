//! Fetches the symbolic links of skills, whose targets decide which files the skills have.

use std::collections::BTreeSet;

use super::{FetchError, Repository};
use crate::skill::tree::{SkillTree, TreeError};
use crate::skill::{SkillPlace, unfetched_links};
use mdskill_git::ObjectId;
use mdskill_git::objects::ObjectError;

/// The maximum number of requests for the links of links. A real chain has at most two.
const MAX_ROUNDS: usize = 40;

impl Repository<'_> {
    /// Returns the place of a skill in a commit, whose root is known if the commit is present.
    #[must_use]
    pub fn place<'p>(
        &self,
        commit: Option<ObjectId>,
        path: &'p str,
        tree: ObjectId,
    ) -> SkillPlace<'p> {
        let root = self.root_tree(commit).ok();
        SkillPlace { root, path, tree }
    }

    /// Reads the files of skills. Their links, if there are any, are fetched first.
    ///
    /// `commits` have these skills, as in [`Repository::fetch_blobs`].
    ///
    /// # Errors
    /// When the links can't be fetched. The inner errors are those of single skills.
    pub async fn read_skills(
        &mut self,
        places: &[SkillPlace<'_>],
        commits: &[ObjectId],
    ) -> Result<Vec<Result<SkillTree, TreeError>>, FetchError> {
        let (objects, limits) = (self.objects(), self.limits);
        let read = |place: &SkillPlace<'_>| SkillTree::read(objects, *place)?.within(limits);
        let trees: Vec<_> = places.iter().map(read).collect();
        let is_unfetched = |tree: &Result<_, _>| matches!(tree, Err(TreeError::Unfetched(_)));
        if !trees.iter().any(is_unfetched) {
            return Ok(trees);
        }
        self.fetch_links(places, commits).await?;
        let objects = self.objects();
        let read = |place: &SkillPlace<'_>| SkillTree::read(objects, *place)?.within(limits);
        Ok(places.iter().map(read).collect())
    }

    /// Fetches the links of skills, one request for each step of the longest chain of links: none
    /// without links, usually one.
    ///
    /// # Errors
    /// When a request fails.
    pub async fn fetch_links(
        &mut self,
        places: &[SkillPlace<'_>],
        commits: &[ObjectId],
    ) -> Result<(), FetchError> {
        for _ in 0..MAX_ROUNDS {
            let mut links = BTreeSet::new();
            for place in places {
                match unfetched_links(self.objects(), *place) {
                    // The caller reports a skill whose own trees are missing.
                    Err(ObjectError::Missing(_)) => {}
                    found => links.extend(found?),
                }
            }
            if links.is_empty() {
                break;
            }
            self.fetch_blobs(links, commits).await?;
        }
        Ok(())
    }
}
