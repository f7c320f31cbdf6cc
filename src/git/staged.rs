//! What a merge that is not finished left in git's index.

use std::path::Path;

use super::objects::{ObjectError, Objects, from_oid};

/// git's numbers for the three versions of a file in conflict.
const STAGES: [i32; 3] = [1, 2, 3];

impl Objects {
    /// Returns the versions of a file of the work tree that a merge could not put together: the
    /// one both sides come from, ours, theirs; each nothing where it was not there. Nothing at
    /// all when git holds the file for merged.
    ///
    /// # Errors
    /// When one of them can't be read.
    pub fn staged(&self, file: &Path) -> Result<Option<[Option<Vec<u8>>; 3]>, ObjectError> {
        let Some(path) = self.path_in_work_tree(file) else {
            return Ok(None);
        };
        let Ok(index) = self.repository.index() else {
            return Ok(None);
        };
        let mut versions = [None, None, None];
        for (version, stage) in versions.iter_mut().zip(STAGES) {
            if let Some(entry) = index.get_path(&path, stage) {
                *version = Some(self.blob(from_oid(entry.id))?);
            }
        }
        let is_in_conflict = versions.iter().any(Option::is_some);
        Ok(is_in_conflict.then_some(versions))
    }

    fn path_in_work_tree(&self, file: &Path) -> Option<std::path::PathBuf> {
        let root = self.repository.workdir()?.canonicalize().ok()?;
        let folder = file.parent()?.canonicalize().ok()?;
        let folder = folder.strip_prefix(root).ok()?;
        Some(folder.join(file.file_name()?))
    }
}
