//! Writing a file so that a reader, or a power loss, finds the old one or the new one.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::{At, Error, create_folder, flush_entries, if_found, look, read_if_found, remove_file};
use crate::platform;

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

/// Tells whether killed commands, or one at work, have temporary files in `folder`. A link,
/// as `folder` or in it, is not followed and does not count.
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

/// Replaces `path` with `bytes` where losing them costs only time: no flush.
///
/// # Errors
/// As [`write()`].
pub fn write_cache(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let folder = path.parent().unwrap_or(Path::new("."));
    write_beside(path, folder, bytes, false)
}

/// Replaces the file at `path`, which holds `before`, with `after`; who may do what with it
/// stays. Tells whether it was: what is no plain file, or holds something else by now, is
/// left as it is.
///
/// # Errors
/// As [`write()`], and when the file is read-only.
pub fn exchange(path: &Path, before: &[u8], after: &[u8]) -> Result<bool, Error> {
    let Some(there) = look(path)?.filter(std::fs::Metadata::is_file) else {
        return Ok(false);
    };
    if there.permissions().readonly() {
        return Err(std::io::Error::from(ErrorKind::PermissionDenied)).at("replace", path);
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let file = prepare(path, folder, after, false)?;
    let whole = file.as_file();
    whole
        .set_permissions(there.permissions())
        .and_then(|()| whole.sync_all())
        .at("write", path)?;
    // An editor may have saved the file while it was looked at: the last look is the nearest.
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

/// Writes what shall lie at `path` into a temporary file.
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
    fn only_what_is_as_expected_is_exchanged() {
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
    fn an_exchange_keeps_the_mode_follows_no_link_and_obeys_read_only() {
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
    fn a_failure_names_the_path_and_keeps_the_old() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken");
        std::fs::create_dir(&path).unwrap();
        let error = write(&path, b"new").unwrap_err();
        assert!(error.to_string().contains("taken"), "{error}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
