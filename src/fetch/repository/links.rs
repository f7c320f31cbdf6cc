//! Fetches the symbolic links of skills, whose targets decide which files the skills have.

use std::collections::{BTreeSet, HashMap};

use super::{FetchError, Repository};
use crate::skill::discover::DiscoverError;
use crate::skill::tree::{SkillTree, TreeError};
use crate::skill::{SkillPlace, unfetched_links};
use mdskill_git::ObjectId;
use mdskill_git::objects::ObjectError;
use mdskill_lint::limits::Size;

/// The maximum number of requests for the links of links. A real chain has at most two.
const MAX_ROUNDS: usize = 40;

/// The maximum number of files, and of their bytes, of all skills that are read together: as much as a
/// repository without shared files can have, because of the limits of its trees and packs. In one of
/// a few KiB, a thousand skills can have the same large file or, through links, the same folder.
const MAX_ALL_FILES: usize = 400_000;
const MAX_ALL_BYTES: usize = 512 << 20;

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
        let trees = self.read_trees(places)?;
        let is_unfetched = |tree: &Result<_, _>| matches!(tree, Err(TreeError::Unfetched(_)));
        if !trees.iter().any(is_unfetched) {
            return Ok(trees);
        }
        self.fetch_links(places, commits).await?;
        self.read_trees(places)
    }

    fn read_trees(
        &self,
        places: &[SkillPlace<'_>],
    ) -> Result<Vec<Result<SkillTree, TreeError>>, FetchError> {
        let mut files = 0;
        let read = |place: &SkillPlace<'_>| {
            let tree =
                SkillTree::read(self.objects(), *place).and_then(|tree| tree.within(self.limits));
            files += tree.as_ref().map_or(0, |tree| tree.files.len());
            check_count(files)?;
            Ok(tree)
        };
        places.iter().map(read).collect()
    }

    /// Checks the size of all files of the skills that are read together, before any of them is decoded.
    ///
    /// # Errors
    /// When there are too many, or they are too large. A missing one is not counted.
    pub fn check_total(&self, files: impl IntoIterator<Item = ObjectId>) -> Result<(), FetchError> {
        let mut sizes: HashMap<ObjectId, usize> = HashMap::new();
        let mut total = 0;
        for (count, file) in files.into_iter().enumerate() {
            let size = sizes.entry(file);
            total += *size.or_insert_with(|| self.objects().size(file).unwrap_or_default());
            check_count(count)?;
            if total > MAX_ALL_BYTES {
                let limit = Size(MAX_ALL_BYTES);
                let problem = format!("over {limit} of files in the requested skills");
                return Err(DiscoverError::TooLarge(problem).into());
            }
        }
        Ok(())
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

/// Checks the number of files of the skills that are read together.
///
/// # Errors
/// When there are too many.
pub(crate) fn check_count(files: usize) -> Result<(), FetchError> {
    if files > MAX_ALL_FILES {
        let problem = format!("over {MAX_ALL_FILES} files in the requested skills");
        return Err(DiscoverError::TooLarge(problem).into());
    }
    Ok(())
}
