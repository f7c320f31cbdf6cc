//! File system operations whose errors name the path.

pub mod atomic;
pub mod generated;
pub mod leftover;
pub mod lock;
pub mod moving;
pub(crate) mod size;
pub mod tree;

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use crate::hint::{HasHint, Hint};
use crate::platform;

/// The limit of a file that is read as a whole: that of a file in git's objects.
pub const MAX_READ_BYTES: u64 = mdskill_git::objects::MAX_OBJECT_BYTES as u64;

/// A file system operation failed.
#[derive(Debug, thiserror::Error)]
#[error("can't {action} {path}: {source}", path = path.display())]
pub struct Error {
    /// The operation, for example "read".
    pub action: &'static str,
    /// The path.
    pub path: PathBuf,
    /// The error of the operating system.
    pub source: io::Error,
}

impl Error {
    /// Whether permission was denied, or the file system is read-only.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        matches!(
            self.source.kind(),
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
        )
    }

    /// Whether the path does not exist.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.source.kind() == io::ErrorKind::NotFound
    }
}

impl HasHint for Error {
    fn hint(&self) -> Option<Hint> {
        match self.source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Some(Hint::text("free space on that disk"))
            }
            _ if platform::is_limit_of_files(&self.source) => {
                Some(Hint::text("raise the limit of open files (`ulimit -n`)"))
            }
            io::ErrorKind::PermissionDenied => Some(Hint::text(
                "check the ownership and permissions of that directory",
            )),
            _ => None,
        }
    }
}

/// Adds the path and the action to an I/O error.
pub trait At<T> {
    /// Adds the operation and the path.
    ///
    /// # Errors
    /// The same error, with both.
    fn at(self, action: &'static str, path: impl AsRef<Path>) -> Result<T, Error>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, action: &'static str, path: impl AsRef<Path>) -> Result<T, Error> {
        self.map_err(|source| Error {
            action,
            path: path.as_ref().to_owned(),
            source: name_file_above(source, path.as_ref()),
        })
    }
}

/// Names the file that is in the place of a folder on the way to `path`.
fn name_file_above(error: io::Error, path: &Path) -> io::Error {
    if error.kind() != io::ErrorKind::NotADirectory {
        return error;
    }
    let mut above = path.ancestors().skip(1);
    let file = above.find(|path| path.symlink_metadata().is_ok());
    match file.filter(|file| !file.is_dir()) {
        Some(file) => {
            let sentence = format!("{} is not a folder", file.display());
            io::Error::new(io::ErrorKind::NotADirectory, sentence)
        }
        None => error,
    }
}

/// Turns the error "not found" into `None`.
///
/// # Errors
/// Every other error.
pub fn if_found<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Returns the metadata of `path` without following a link; `None` if it does not exist.
///
/// # Errors
/// If the metadata can't be read.
pub fn look(path: &Path) -> Result<Option<std::fs::Metadata>, Error> {
    if_found(std::fs::symlink_metadata(path)).at("look at", path)
}

/// Returns the path with links and `..` resolved as far as it exists.
#[must_use]
pub fn real(path: &Path) -> PathBuf {
    for above in path.ancestors() {
        if let Ok(real) = above.canonicalize() {
            return match path.strip_prefix(above) {
                Ok(rest) if rest != Path::new("") => real.join(rest),
                _ => real,
            };
        }
    }
    path.to_owned()
}

/// Whether `inner` is `outer` or in it, with links, letter cases and `..` resolved. `inner` need not
/// exist; if `outer` does not exist, the result is `false`.
#[must_use]
pub fn is_within(inner: &Path, outer: &Path) -> bool {
    let existing = inner.ancestors().find_map(|path| path.canonicalize().ok());
    existing.is_some_and(|real| {
        real.ancestors()
            .any(|above| platform::is_same_folder(above, outer))
    })
}

/// Returns the path without `.` and `..`, as it is written: a link is not looked at.
#[must_use]
pub fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            part => normal.push(part),
        }
    }
    normal
}

/// Whether a path that is written as below `folder` leads out of it through a link, which may have come
/// with a stranger's project.
#[must_use]
pub fn leads_out(path: &Path, folder: &Path) -> bool {
    path.starts_with(folder) && !is_within(path, folder)
}

/// Reads a whole file, to which a link may lead; `None` if it does not exist. A project may come from
/// a stranger, so a pipe, a device and a folder are refused without being opened.
///
/// # Errors
/// If it is not a regular file, is larger than [`MAX_READ_BYTES`], or can't be read.
pub fn read_if_found(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    let read = || {
        check_regular(&path.metadata()?)?;
        let mut options = File::options();
        platform::refuse_pipes(options.read(true));
        read_all(options.open(path)?)
    };
    if_found(read()).at("read", path)
}

/// Like [`read_if_found`], for a path that must not be a link.
///
/// # Errors
/// See [`read_if_found`]; also if it is a link or does not exist.
pub fn read_plain(path: &Path) -> io::Result<Vec<u8>> {
    check_regular(&path.symlink_metadata()?)?;
    read_all(open_plain(path)?)
}

fn read_all(file: File) -> io::Result<Vec<u8>> {
    let there = file.metadata()?;
    check_regular(&there)?;
    let mut bytes = Vec::new();
    if there.len() <= MAX_READ_BYTES {
        bytes.reserve_exact(usize::try_from(there.len()).unwrap_or_default());
        file.take(MAX_READ_BYTES + 1).read_to_end(&mut bytes)?;
    }
    if there.len().max(bytes.len() as u64) > MAX_READ_BYTES {
        let reason = format!("it is larger than {} MiB, the limit", MAX_READ_BYTES >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, reason));
    }
    Ok(bytes)
}

fn check_regular(there: &std::fs::Metadata) -> io::Result<()> {
    if there.is_file() {
        Ok(())
    } else {
        let reason = "it is not a regular file";
        Err(io::Error::new(io::ErrorKind::InvalidInput, reason))
    }
}

/// Creates a folder and its parents.
///
/// # Errors
/// If one can't be created.
pub fn create_folder(path: &Path) -> Result<(), Error> {
    std::fs::create_dir_all(path).at("create the folder", path)
}

/// Removes a folder and its content, including read-only folders. A missing folder is not an error.
///
/// # Errors
/// If something in it can't be removed.
pub fn remove_folder(path: &Path) -> Result<(), Error> {
    let removed = match std::fs::remove_dir_all(path) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            open_folders(path);
            std::fs::remove_dir_all(path)
        }
        removed => removed,
    };
    if_found(removed).at("remove", path).map(|_| ())
}

/// Gives the owner all permissions on the folders below `path`, because a skill may have removed them.
fn open_folders(path: &Path) {
    drop(platform::open_folder_to_owner(path));
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())) {
        open_folders(&entry.path());
    }
}

/// Opens a plain file for reading. A pipe or a link, which may have replaced a listed file, is refused
/// without following or waiting.
///
/// # Errors
/// If it does not exist, is not a plain file, or can't be opened.
pub fn open_plain(path: &Path) -> io::Result<File> {
    open_plain_with(File::options().read(true), path)
}

/// Opens a plain file with `options`, without following a link or waiting for a pipe.
///
/// # Errors
/// If it is not a plain file, or can't be opened.
pub fn open_plain_with(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    platform::refuse_links_and_pipes(options);
    let file = options.open(path)?;
    check_regular(&file.metadata()?)?;
    Ok(file)
}

/// Removes a file. A missing file is not an error.
///
/// # Errors
/// If it can't be removed.
pub fn remove_file(path: &Path) -> Result<(), Error> {
    if_found(std::fs::remove_file(path))
        .at("remove", path)
        .map(|_| ())
}

/// Renames a file or folder, which is atomic on one file system.
///
/// # Errors
/// If the rename fails.
pub fn rename(from: &Path, to: &Path) -> Result<(), Error> {
    let renamed = std::fs::rename(from, to).map_err(|error| {
        let sentence = format!("{error} (moving {})", from.display());
        io::Error::new(error.kind(), sentence)
    });
    renamed.at("move a file or folder to", to)
}

/// Renames without replacing. On a case-insensitive file system, `to` may be `from` in another letter
/// case.
///
/// # Errors
/// If `to` exists, or the rename fails.
pub fn rename_new(from: &Path, to: &Path) -> Result<(), Error> {
    let Some(there) = look(to)? else {
        return platform::rename_without_replacing(from, to).at("rename to", to);
    };
    let here = from.symlink_metadata().at("look at", from)?;
    if !platform::is_same_entry(&here, &there) {
        return Err(io::Error::from(io::ErrorKind::AlreadyExists)).at("rename to", to);
    }
    // Rename twice, because a file system may ignore a change of the letter case.
    let folder = from.parent().unwrap_or(Path::new("."));
    let between = tempfile::Builder::new()
        .prefix(".mdskill-")
        .tempdir_in(folder)
        .at("write in", folder)?
        // The folder is removed below, and only if it is empty.
        .keep();
    let parked = between.join("file");
    let renamed = std::fs::rename(from, &parked)
        .and_then(|()| platform::rename_without_replacing(&parked, to))
        .or_else(|error| if_found(std::fs::rename(&parked, from)).and(Err(error)));
    drop(std::fs::remove_dir(&between));
    renamed.at("rename to", to)
}

/// Gives execute permission to everyone who has read permission.
///
/// # Errors
/// If it is not a plain file, the change fails, or the platform has no such permission.
pub fn make_executable(path: &Path) -> Result<(), Error> {
    let there = path.symlink_metadata().at("look at", path)?;
    if !there.is_file() {
        return Err(io::Error::other("it is not a regular file")).at("make executable", path);
    }
    platform::make_executable(path, &there).at("make executable", path)
}

/// Flushes everything below `folder` to disk, so that it survives a power loss.
///
/// One `syncfs` replaces an `fsync` for each file: 420 files of 3.1 MB take 14 ms on an
/// ext4 disk instead of 129 (10 without any flush).
///
/// # Errors
/// If the disk reports a failed write. Then data may be lost.
pub fn flush(folder: &Path) -> Result<(), Error> {
    if platform::flush_file_system(folder).at("flush to disk", folder)? {
        return Ok(());
    }
    for file in tree::list(folder)?.files {
        let path = folder.join(&file.path);
        platform::flush_file(&path).at("flush to disk", &path)?;
    }
    flush_entries(folder)
}

/// Flushes the entries of `folder` to disk, so that renames survive a power loss.
///
/// # Errors
/// If the disk reports a failed write.
pub fn flush_entries(folder: &Path) -> Result<(), Error> {
    platform::flush_entries(folder).at("flush to disk", folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn open_plain_opens_only_plain_files() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("file"), "text").unwrap();
        symlink("file", path("link")).unwrap();
        symlink("circle", path("circle")).unwrap();
        assert!(open_plain(&path("file")).is_ok());
        for other in ["link", "circle", "nothing", "."] {
            assert!(open_plain(&path(other)).is_err(), "{other}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn is_within_compares_canonical_paths() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(path("a/b")).unwrap();
        std::fs::create_dir(path("ab")).unwrap();
        std::os::unix::fs::symlink("a/b", path("link")).unwrap();
        for inner in ["a", "a/b", "a/new/folder", "link", "link/new", "ab/../a"] {
            assert!(is_within(&path(inner), &path("a")), "{inner}");
        }
        for (inner, outer) in [("ab", "a"), ("a", "a/b"), (".", "a"), ("a/new", "a/new")] {
            assert!(!is_within(&path(inner), &path(outer)), "{inner}");
        }
        assert!(is_within(&path("a/b"), &path("link")));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn open_plain_does_not_wait_for_pipe() {
        use rustix::fs::{CWD, Mode, mkfifoat};
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        mkfifoat(CWD, &pipe, Mode::RUSR | Mode::WUSR).unwrap();
        assert!(open_plain(&pipe).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn rename_new_replaces_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("skill.md"), b"one").unwrap();
        std::fs::write(path("taken"), b"two").unwrap();
        let error = rename_new(&path("skill.md"), &path("taken")).unwrap_err();
        assert_eq!(error.source.kind(), io::ErrorKind::AlreadyExists);
        assert!(platform::rename_without_replacing(&path("skill.md"), &path("taken")).is_err());
        rename_new(&path("skill.md"), &path("SKILL.md")).unwrap();
        assert_eq!(std::fs::read(path("SKILL.md")).unwrap(), b"one");
        assert_eq!(std::fs::read(path("taken")).unwrap(), b"two");
        // Renaming a file to itself is what a case-insensitive file system sees for two letter cases.
        rename_new(&path("SKILL.md"), &path("SKILL.md")).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
        std::fs::hard_link(path("taken"), path("linked")).unwrap();
        assert!(rename_new(&path("taken"), &path("linked")).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn make_executable_follows_read_permissions() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.sh");
        std::fs::write(&path, b"").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        make_executable(&path).unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o750);
        assert!(make_executable(folder.path()).is_err());
    }
}
