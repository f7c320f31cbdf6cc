//! Atomic file writes: a reader finds the old file or the new one, also after a power loss.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::{At, Error, create_folder, flush_entries, if_found, look, read_if_found, remove_file};
use crate::platform;

/// The prefix of temporary files.
pub(crate) const PREFIX: &str = ".mdskill-";

/// Replaces `path` with `bytes`, and flushes them to disk.
///
/// # Errors
/// If the folder can't be created or the file can't be written. Then the old file is unchanged.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    write_from(path.parent().unwrap_or(Path::new(".")), path, bytes)
}

/// Like [`write()`], with the temporary file in `temp_folder` if that is on the same file system. So
/// [`has_leftovers`] finds the file of an interrupted command there.
///
/// # Errors
/// See [`write()`].
pub fn write_from(temp_folder: &Path, path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let folder = path.parent().unwrap_or(Path::new("."));
    create_folder(folder)?;
    // A rename would replace it, because that needs only permission for the folder.
    if look(path)?.is_some_and(|there| there.permissions().readonly()) {
        let error = std::io::Error::new(ErrorKind::PermissionDenied, "it is read-only");
        return Err(error).at("replace", path);
    }
    match write_beside(path, temp_folder, bytes, true) {
        // The folder of the temporary file may be on another file system.
        Err(error) if error.source.kind() == ErrorKind::CrossesDevices => {
            write_beside(path, folder, bytes, true)?;
        }
        written => written?,
    }
    flush_entries(folder)
}

/// Creates `path` with `bytes`, and flushes them to disk.
///
/// # Errors
/// If it exists, or can't be written. Then nothing is changed.
pub fn create(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let file = prepare(path, folder, bytes, true)?;
    file.persist_noclobber(path)
        .map_err(|refused| refused.error)
        .at("create", path)?;
    flush_entries(folder)
}

/// Whether `folder` has temporary files, of interrupted or running commands. Links are ignored.
#[must_use]
pub fn has_leftovers(folder: &Path) -> bool {
    leftovers(folder).is_ok_and(|found| !found.is_empty())
}

/// Removes the temporary files in `folder`. The caller holds the lock, so they are of interrupted
/// commands.
///
/// # Errors
/// If one can't be removed.
pub fn remove_leftovers(folder: &Path) -> Result<(), Error> {
    leftovers(folder)?
        .iter()
        .try_for_each(|file| remove_file(file))
}

fn leftovers(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    if !look(folder)?.is_some_and(|there| there.is_dir()) {
        return Ok(Vec::new());
    }
    let Some(entries) = if_found(std::fs::read_dir(folder)).at("list", folder)? else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.at("list", folder)?;
        let name = entry.file_name();
        if name.as_encoded_bytes().starts_with(PREFIX.as_bytes())
            && entry.file_type().is_ok_and(|kind| kind.is_file())
        {
            found.push(entry.path());
        }
    }
    Ok(found)
}

/// Replaces `path` with `bytes` without a flush, for data that can be recreated.
///
/// # Errors
/// See [`write()`].
pub fn write_cache(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let folder = path.parent().unwrap_or(Path::new("."));
    write_beside(path, folder, bytes, false)
}

/// Replaces the content `before` of the file at `path` with `after`, and keeps its permissions.
/// Returns `false`, without a change, if it is not a plain file or its content is not `before`.
///
/// # Errors
/// See [`write()`]; also if the file is read-only.
pub fn exchange(path: &Path, before: &[u8], after: &[u8]) -> Result<bool, Error> {
    let Some(there) = look(path)?.filter(std::fs::Metadata::is_file) else {
        return Ok(false);
    };
    if there.permissions().readonly() {
        return Err(std::io::Error::from(ErrorKind::PermissionDenied)).at("replace", path);
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let file = prepare(path, folder, after, false)?;
    let written = file.as_file();
    written
        .set_permissions(there.permissions())
        .and_then(|()| written.sync_all())
        .at("write", path)?;
    // An editor may have saved the file in the meantime, so compare right before the rename.
    let is_plain = look(path)?.is_some_and(|there| there.is_file());
    if !is_plain || read_if_found(path)?.as_deref() != Some(before) {
        return Ok(false);
    }
    persist(file, path)?;
    flush_entries(folder)?;
    Ok(true)
}

fn write_beside(path: &Path, folder: &Path, bytes: &[u8], flush: bool) -> Result<(), Error> {
    persist(prepare(path, folder, bytes, flush)?, path)
}

/// Writes the new content of `path` into a temporary file.
fn prepare(path: &Path, folder: &Path, bytes: &[u8], flush: bool) -> Result<NamedTempFile, Error> {
    create_folder(folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX);
    platform::share(&mut builder);
    let mut file = builder.tempfile_in(folder).at("write in", folder)?;
    file.write_all(bytes).at("write", path)?;
    if flush {
        file.as_file().sync_all().at("flush to disk", path)?;
    }
    Ok(file)
}

fn persist(file: NamedTempFile, path: &Path) -> Result<(), Error> {
    match file.persist(path) {
        Ok(_) => Ok(()),
        Err(refused) => Err(refused.error).at("replace", path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn write_replaces_file_and_leaves_no_temporary_file() {
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
    fn remove_leftovers_removes_only_temporary_files() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("project/mdskill.lock");
        let temp_folder = folder.path().join("project/.mdskill");
        write_from(&temp_folder, &path, b"new").unwrap();
        assert!(!has_leftovers(&temp_folder));
        for name in [".mdskill-x1", "lock"] {
            std::fs::write(temp_folder.join(name), b"").unwrap();
        }
        assert!(has_leftovers(&temp_folder));
        remove_leftovers(&temp_folder).unwrap();
        assert!(!has_leftovers(&temp_folder) && temp_folder.join("lock").exists());
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
    }

    #[test]
    fn exchange_replaces_only_expected_content() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("SKILL.md");
        std::fs::write(&path, b"old").unwrap();
        assert!(exchange(&path, b"old", b"new").unwrap());
        assert!(!exchange(&path, b"old", b"newer").unwrap());
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        assert!(!exchange(&folder.path().join("none"), b"", b"new").unwrap());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn exchange_keeps_mode_and_refuses_links_and_read_only_files() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("run.sh"), folder.path().join("link"));
        let set = |mode| {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        };
        std::fs::write(&path, b"old").unwrap();
        symlink(&path, &link).unwrap();
        set(0o750);
        assert!(!exchange(&link, b"old", b"new").unwrap());
        assert!(exchange(&path, b"old", b"new").unwrap());
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o750);
        set(0o444);
        let error = exchange(&path, b"new", b"newer").unwrap_err();
        assert_eq!(error.source.kind(), ErrorKind::PermissionDenied);
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
    }

    #[test]
    fn create_replaces_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("SKILL.md");
        create(&path, b"one").unwrap();
        let error = create(&path, b"two").unwrap_err();
        assert_eq!(error.source.kind(), ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read(&path).unwrap(), b"one");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn failed_write_names_path_and_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken");
        std::fs::create_dir(&path).unwrap();
        let error = write(&path, b"new").unwrap_err();
        assert!(error.to_string().contains("taken"), "{error}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
