//! The sources on this machine, and their skills, without a request: those in the cache, and those
//! of a folder of repositories. An unreadable source is left out.

use std::path::{Path, PathBuf};

use super::cache;
use mdskill_git::ObjectId;
use mdskill_git::objects::Objects;

use crate::skill::discover::{Discovery, discover};

/// A source on this machine.
#[derive(Debug, Clone)]
pub(crate) struct CachedSource {
    /// The URL or path of the source.
    pub(crate) address: String,
    folder: PathBuf,
    is_cache: bool,
}

/// Returns the sources in a cache folder.
pub(crate) fn sources(cache: &Path) -> impl Iterator<Item = CachedSource> {
    let folders = cache::folders(cache).unwrap_or_default().into_iter();
    folders.filter_map(|folder| {
        Some(CachedSource {
            address: cache::address(&folder).ok()??,
            folder,
            is_cache: true,
        })
    })
}

/// Returns the repositories `OWNER/REPO.git` of a folder.
pub(crate) fn repositories(folder: &Path) -> impl Iterator<Item = CachedSource> {
    let repositories = entries(folder).flat_map(|owner| entries(&owner).collect::<Vec<_>>());
    let repositories = repositories.filter(|path| path.extension().is_some_and(|end| end == "git"));
    repositories.filter_map(|folder| {
        Some(CachedSource {
            address: folder.to_str()?.to_owned(),
            folder,
            is_cache: false,
        })
    })
}

fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    entries.flatten().map(|entry| entry.path())
}

impl CachedSource {
    /// Returns the skills at the tip of the default branch as of the last fetch.
    pub(crate) fn discover(&self) -> Option<Discovery> {
        let (objects, commit) = self.open()?;
        discover(&objects, objects.root_tree(commit).ok()?).ok()
    }

    fn open(&self) -> Option<(Objects, ObjectId)> {
        if self.is_cache {
            let refs = cache::remembered_in(&self.folder);
            let head = refs.iter().find(|git_ref| git_ref.name == "HEAD");
            let commit = head.or(refs.first())?.commit();
            return Some((Objects::open_store(&self.folder).ok()?, commit));
        }
        let objects = Objects::open(&self.folder).ok()?;
        let commit = objects.commit_named("HEAD").ok()?;
        Some((objects, commit))
    }
}
