//! Writing a file so that a reader, or a power loss, finds the old one or the new one.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::{At, Error, create_folder, flush_entries, if_found, remove_file};

/// What the name of every temporary file begins with.
const PREFIX: &str = ".mdskill-";

/// Replaces `path` with `bytes`, and returns only when the disk has them.
///
/// # Errors
/// When the folder can't be made or the file can't be written; the old file is then as it was.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let folder = path.parent().unwrap_or(Path::new("."));
    write_beside(path, folder, bytes, true)?;
    flush_entries(folder)
}

/// As [`write()`], by way of a temporary file in `workshop`, on the same file system:
/// what a kill leaves is then found there by [`has_leftovers`], and not beside `path`.
///
/// # Errors
/// As [`write()`].
pub fn write_from(workshop: &Path, path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let folder = path.parent().unwrap_or(Path::new("."));
    create_folder(folder)?;
    write_beside(path, workshop, bytes, true)?;
    flush_entries(folder)
}

/// Tells whether killed commands, or one at work, have temporary files in `folder`.
#[must_use]
pub fn has_leftovers(folder: &Path) -> bool {
    leftovers(folder).is_ok_and(|found| !found.is_empty())
}

/// Removes the temporary files of killed commands from `folder`, where nobody is at work.
///
/// # Errors
/// When one can't be removed.
pub fn sweep(folder: &Path) -> Result<(), Error> {
    leftovers(folder)?
        .iter()
        .try_for_each(|file| remove_file(file))
}

fn leftovers(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let Some(entries) = if_found(std::fs::read_dir(folder)).at("list", folder)? else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.at("list", folder)?;
        if entry
            .file_name()
            .as_encoded_bytes()
            .starts_with(PREFIX.as_bytes())
        {
            found.push(entry.path());
        }
    }
    Ok(found)
}

/// Replaces `path` with `bytes` where losing them costs only time: no flush.
///
/// # Errors
/// As [`write()`].
pub fn write_cache(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let folder = path.parent().unwrap_or(Path::new("."));
    write_beside(path, folder, bytes, false)
}

fn write_beside(path: &Path, folder: &Path, bytes: &[u8], flush: bool) -> Result<(), Error> {
    create_folder(folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX);
    // A temporary file is private; what it becomes is read by the whole team.
    #[cfg(unix)]
    let builder = {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o644))
    };
    let mut file = builder.tempfile_in(folder).at("write in", folder)?;
    file.write_all(bytes).at("write", path)?;
    if flush {
        file.as_file().sync_all().at("flush to disk", path)?;
    }
    match file.persist(path) {
        Ok(_) => Ok(()),
        Err(refused) => Err(refused.error).at("replace", path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_new_file_is_whole_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sub/mdskill.lock");
        write(&path, b"old").unwrap();
        write(&path, b"new").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        assert_eq!(
            std::fs::read_dir(path.parent().unwrap()).unwrap().count(),
            1
        );
    }

    #[test]
    fn what_a_kill_left_is_swept_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("project/mdskill.lock");
        let workshop = folder.path().join("project/.mdskill");
        write_from(&workshop, &path, b"new").unwrap();
        assert!(!has_leftovers(&workshop));
        for name in [".mdskill-x1", "lock"] {
            std::fs::write(workshop.join(name), b"").unwrap();
        }
        assert!(has_leftovers(&workshop));
        sweep(&workshop).unwrap();
        assert!(!has_leftovers(&workshop) && workshop.join("lock").exists());
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
    }

    #[test]
    fn a_failure_names_the_path_and_keeps_the_old() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken");
        std::fs::create_dir(&path).unwrap();
        let error = write(&path, b"new").unwrap_err();
        assert!(error.to_string().contains("taken"), "{error}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
