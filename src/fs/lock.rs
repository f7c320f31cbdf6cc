//! [`FileLock`]: a lock between processes.
//!
//! The kernel releases the lock when its holder ends, so a killed process does not block others. The
//! lock file is removed on release.

use std::fs::{File, TryLockError};
use std::io::{ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::{At, Error, create_folder, if_found, look, open_plain_with};
use crate::platform;

/// The time between two attempts.
const POLL: Duration = Duration::from_millis(20);

/// A lock that is released on drop.
#[derive(Debug)]
pub struct FileLock {
    _file: File,
    path: PathBuf,
}

/// The lock can't be acquired.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process holds it.
    #[error("{holder} still holds {path} after {seconds} seconds")]
    Busy {
        /// The lock file.
        path: String,
        /// For example "process 123".
        holder: String,
        /// The waiting time.
        seconds: u64,
    },
    /// The user pressed Ctrl-C.
    #[error("interrupted while waiting for another mdskill")]
    Interrupted,
    /// The file can't be opened or locked.
    #[error(transparent)]
    Io(#[from] Error),
}

/// The options for waiting for a lock.
pub struct Waiting<'a> {
    /// The maximum time.
    pub limit: Duration,
    /// Called once with the holder, if the lock is not free at once.
    pub on_wait: &'a dyn Fn(&str),
    /// Returns whether the user pressed Ctrl-C.
    pub interrupted: &'a dyn Fn() -> bool,
}

impl FileLock {
    /// Acquires the lock of the file `path`, which is created if it does not exist.
    ///
    /// On a file system without locks (some network shares) this succeeds without a lock, as in cargo.
    ///
    /// # Errors
    /// [`LockError::Busy`] after the limit, or if the file can't be created.
    pub fn acquire(path: &Path, waiting: &Waiting<'_>) -> Result<Self, LockError> {
        let start = Instant::now();
        let mut was_reported = false;
        loop {
            let mut file = open(path)?;
            match file.try_lock() {
                // The previous holder may have removed the file that is now locked.
                Ok(()) if platform::is_file_at(&file, path) => return Ok(Self::hold(file, path)),
                Ok(()) => continue,
                Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => {
                    return Ok(Self::hold(file, path));
                }
                Err(TryLockError::Error(error)) => return Err(error).at("lock", path)?,
                Err(TryLockError::WouldBlock) => {}
            }
            if !was_reported {
                (waiting.on_wait)(&holder(&mut file));
                was_reported = true;
            }
            if (waiting.interrupted)() {
                return Err(LockError::Interrupted);
            }
            if start.elapsed() >= waiting.limit {
                return Err(LockError::Busy {
                    path: path.display().to_string(),
                    holder: holder(&mut file),
                    seconds: waiting.limit.as_secs(),
                });
            }
            std::thread::sleep(POLL);
        }
    }

    fn hold(mut file: File, path: &Path) -> Self {
        // The process number is only for the message of waiting processes, so a full disk does not
        // matter. A file with other content is not changed, because it may be a hard link to a file of
        // the user.
        if process_in(&mut file).is_some() {
            let pid = std::process::id().to_string();
            let emptied = file.set_len(0).and_then(|()| file.rewind());
            drop(emptied.and_then(|()| file.write_all(pid.as_bytes())));
        }
        Self {
            _file: file,
            path: path.to_owned(),
        }
    }
}

impl Drop for FileLock {
    fn drop(&mut self) {
        // The lock is still held, so this can't remove the file of another process.
        drop(std::fs::remove_file(&self.path));
        if let Some(folder) = self.path.parent() {
            drop(std::fs::remove_dir(folder));
        }
    }
}

fn open(path: &Path) -> Result<File, Error> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    loop {
        // Another process may remove the empty folder while this one creates it.
        if let Err(error) = create_folder(folder)
            && (error.source.kind() != ErrorKind::AlreadyExists
                || look(folder)?.is_some_and(|there| !there.is_dir()))
        {
            return Err(error);
        }
        if let Some(file) =
            if_found(open_plain_with(&mut options, path)).at("open the lock", path)?
        {
            return Ok(file);
        }
    }
}

fn holder(file: &mut File) -> String {
    match process_in(file) {
        Some(pid) if !pid.is_empty() => format!("process {pid}"),
        _ => "another process".to_owned(),
    }
}

/// Returns the process number in a lock file, which may be empty; `None` if it has other content.
fn process_in(file: &mut File) -> Option<String> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.take(21).read_to_string(&mut text).ok()?;
    let is_number = text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    #[test]
    fn second_process_gets_holder_and_times_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".mdskill/lock");
        let reported = RefCell::new(Vec::new());
        let on_wait = |holder: &str| reported.borrow_mut().push(holder.to_owned());
        let waiting = Waiting {
            limit: Duration::ZERO,
            on_wait: &on_wait,
            interrupted: &|| false,
        };
        let first = FileLock::acquire(&path, &waiting).unwrap();
        let error = FileLock::acquire(&path, &waiting).unwrap_err();
        let holder = format!("process {}", std::process::id());
        assert!(error.to_string().contains(&holder), "{error}");
        assert_eq!(*reported.borrow(), [holder]);
        drop(first);
        assert!(!path.parent().unwrap().exists(), "the lock file is removed");
        FileLock::acquire(&path, &waiting).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn lock_leaves_other_files_unchanged() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("precious"), "text").unwrap();
        symlink("precious", path("link")).unwrap();
        symlink("nothing", path("dangling")).unwrap();
        std::fs::hard_link(path("precious"), path("hard")).unwrap();
        let waiting = Waiting {
            limit: Duration::ZERO,
            on_wait: &|_| (),
            interrupted: &|| false,
        };
        for link in ["link", "dangling"] {
            let error = FileLock::acquire(&path(link), &waiting).unwrap_err();
            assert!(error.to_string().contains(link), "{error}");
        }
        drop(FileLock::acquire(&path("hard"), &waiting).unwrap());
        assert_eq!(std::fs::read(path("precious")).unwrap(), b"text");
        assert!(!path("nothing").exists());
    }

    #[test]
    fn lock_is_exclusive() {
        use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".mdskill/lock");
        let (inside, turns) = (AtomicBool::new(false), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..20 {
                        let waiting = Waiting {
                            limit: Duration::from_mins(1),
                            on_wait: &|_| (),
                            interrupted: &|| false,
                        };
                        let lock = FileLock::acquire(&path, &waiting).unwrap();
                        assert!(!inside.swap(true, Ordering::SeqCst), "two inside");
                        inside.store(false, Ordering::SeqCst);
                        turns.fetch_add(1, Ordering::SeqCst);
                        drop(lock);
                    }
                });
            }
        });
        assert_eq!(turns.into_inner(), 80);
    }
}
