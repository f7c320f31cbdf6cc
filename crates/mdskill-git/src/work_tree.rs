//! [`WorkTree`]: the ignored and tracked files of a checked-out repository.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::objects::Objects;

/// The checked-out files of the repository around a folder.
pub struct WorkTree {
    objects: Objects,
    root: PathBuf,
    /// The paths in the index, folded, because some file systems ignore letter case and accents.
    tracked: HashSet<String>,
    fold: fn(&str) -> String,
}

impl WorkTree {
    /// Opens the repository with the nearest `.git` at or above `folder`; `None` if it does not exist
    /// or can't be used.
    ///
    /// Bare repositories are not considered, because a commit can contain one whose configuration
    /// ignores everything, but never a `.git`.
    #[must_use]
    pub fn around(folder: &Path, fold: fn(&str) -> String) -> Option<Self> {
        let real = folder.canonicalize().ok()?;
        let mut candidates = real.ancestors().map(|above| above.join(".git"));
        // As in git, a folder `.git` without `HEAD` is not a repository.
        let git =
            candidates.find(|git| git.is_file() || git.join("HEAD").symlink_metadata().is_ok())?;
        let objects = Objects::open(&git).ok()?;
        let root = objects.work_tree()?.canonicalize().ok()?;
        let tracked = tracked(&objects, fold)?;
        real.starts_with(&root).then_some(Self {
            objects,
            root,
            tracked,
            fold,
        })
    }

    /// Whether git ignores `file` and does not track it, so that no commit can contain it. The path
    /// of its folder is canonical.
    #[must_use]
    pub fn is_private(&self, file: &Path) -> bool {
        let below = file.strip_prefix(&self.root).ok().and_then(Path::to_str);
        let Some(path) = below.map(|path| path.replace('\\', "/")) else {
            return false;
        };
        let is_of_git = path.split('/').any(|part| (self.fold)(part) == ".git");
        !is_of_git && !self.is_tracked(&path) && self.objects.is_ignored(&path)
    }

    /// Whether git ignores `folder` and tracks nothing in it, so that no commit can contain a file of
    /// it. Its path is canonical.
    #[must_use]
    pub fn is_private_folder(&self, folder: &Path) -> bool {
        self.is_private(folder) && !self.tracks(folder)
    }

    /// Whether the index has the file, or a file in the folder. The path is canonical.
    #[must_use]
    pub fn tracks(&self, path: &Path) -> bool {
        let below = path.strip_prefix(&self.root).ok().and_then(Path::to_str);
        let Some(path) = below.map(|path| path.replace('\\', "/")) else {
            return false;
        };
        let below = (self.fold)(&path) + "/";
        self.is_tracked(&path) || self.tracked.iter().any(|path| path.starts_with(&below))
    }

    /// Whether the index has the path or a parent of it, such as a submodule.
    fn is_tracked(&self, path: &str) -> bool {
        let path = (self.fold)(path);
        let ends = path.match_indices('/').map(|(at, _)| at);
        ends.chain([path.len()])
            .any(|end| self.tracked.contains(&path[..end]))
    }
}

/// Returns the folded paths of the index; `None` if it can't be read.
fn tracked(objects: &Objects, fold: fn(&str) -> String) -> Option<HashSet<String>> {
    let index = objects.repository.index().ok()?;
    let paths = index.iter().map(|entry| entry.path);
    let folded = paths.map(|path| fold(&String::from_utf8_lossy(&path)));
    Some(folded.collect())
}
