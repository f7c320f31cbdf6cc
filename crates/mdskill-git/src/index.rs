//! The versions of a file in conflict, from git's index.

use std::path::{Path, PathBuf};

use crate::objects::{ObjectError, Objects};
use crate::oid::from_oid;

impl Objects {
    /// Returns the versions of a file in conflict: the common ancestor, ours, theirs; each `None`
    /// where the file is absent. `None` when the file is not in conflict.
    ///
    /// # Errors
    /// When a version can't be read.
    pub fn staged(&self, file: &Path) -> Result<Option<[Option<Vec<u8>>; 3]>, ObjectError> {
        let conflict = self
            .path_in_work_tree(file)
            .zip(self.repository.index().ok())
            .and_then(|(path, index)| index.conflict_get(&path).ok());
        let Some(conflict) = conflict else {
            return Ok(None);
        };
        let mut versions = [None, None, None];
        let staged = [conflict.ancestor, conflict.our, conflict.their];
        for (version, entry) in versions.iter_mut().zip(staged) {
            *version = match entry {
                Some(entry) => Some(self.blob(from_oid(entry.id))?.into()),
                None => None,
            };
        }
        Ok(Some(versions))
    }

    fn path_in_work_tree(&self, file: &Path) -> Option<PathBuf> {
        let root = self.repository.workdir()?.canonicalize().ok()?;
        let folder = file.parent()?.canonicalize().ok()?;
        let folder = folder.strip_prefix(root).ok()?;
        Some(folder.join(file.file_name()?))
    }
}
