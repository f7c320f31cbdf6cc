//! [`FileLock`]: one process at a time.
//!
//! The kernel releases the lock when its holder dies, so a kill blocks nobody. The
//! lock's file is removed on release, so a project shows no trace of it.

use std::fs::{File, TryLockError};
use std::io::{ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::{At, Error, create_folder, if_found, look, open_plain_with};
use crate::platform;

/// How often a waiter looks again.
const POLL: Duration = Duration::from_millis(20);

/// A lock that is held until this is dropped.
#[derive(Debug)]
pub struct FileLock {
    _file: File,
    path: PathBuf,
}

/// The lock was not to be had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Somebody else kept it.
    #[error("{path} is still held by {holder} after {seconds} seconds; wait for it, or stop it")]
    Busy {
        /// The lock's file.
        path: String,
        /// "process 123", or what else is known.
        holder: String,
        /// How long was waited.
        seconds: u64,
    },
    /// The user stopped waiting.
    #[error("interrupted while waiting for another mdskill")]
    Interrupted,
    /// The file can't be opened or locked.
    #[error(transparent)]
    Io(#[from] Error),
}

/// How to wait for a lock.
pub struct Waiting<'a> {
    /// How long at most.
    pub limit: Duration,
    /// Told once, with the holder, when the lock is not free at once.
    pub tell: &'a dyn Fn(&str),
    /// Whether the user gave up.
    pub interrupted: &'a dyn Fn() -> bool,
}

impl FileLock {
    /// Takes the lock in the file `path`, which is made when missing.
    ///
    /// A file system without locks (some network shares) is let pass, as cargo does.
    ///
    /// # Errors
    /// [`LockError::Busy`] after the limit, or when the file can't be made.
    pub fn acquire(path: &Path, waiting: &Waiting<'_>) -> Result<Self, LockError> {
        let start = Instant::now();
        let mut told = false;
        loop {
            let mut file = open(path)?;
            match file.try_lock() {
                // The holder before may have removed the file that was just locked.
                Ok(()) if platform::is_file_at(&file, path) => return Ok(Self::hold(file, path)?),
                Ok(()) => continue,
                Err(TryLockError::Error(error)) if is_unsupported(&error) => {
                    return Ok(Self::hold(file, path)?);
                }
                Err(TryLockError::Error(error)) => return Err(error).at("lock", path)?,
                Err(TryLockError::WouldBlock) => {}
            }
            if !told {
                (waiting.tell)(&holder(&mut file));
                told = true;
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

    fn hold(mut file: File, path: &Path) -> Result<Self, Error> {
        // Who holds it is a courtesy to the waiter; the lock itself is the kernel's. A file
        // with anything but a process number in it is not ours, so its content stays: it may
        // be a second name (a hard link) of a file of the user's.
        if process_in(&mut file).is_some() {
            let pid = std::process::id().to_string();
            let written = file
                .set_len(0)
                .and_then(|()| file.rewind())
                .and_then(|()| file.write_all(pid.as_bytes()));
            written.at("write", path)?;
        }
        Ok(Self {
            _file: file,
            path: path.to_owned(),
        })
    }
}

impl Drop for FileLock {
    fn drop(&mut self) {
        // While the lock is still held, so that nobody's lock but ours goes.
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
        // A holder that leaves takes its empty folder along, perhaps while we make it.
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

/// Returns the process number in a lock's file, which may be empty; `None` when the file
/// holds something else.
fn process_in(file: &mut File) -> Option<String> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.take(21).read_to_string(&mut text).ok()?;
    let is_number = text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some(text)
}

fn is_unsupported(error: &std::io::Error) -> bool {
    error.kind() == ErrorKind::Unsupported
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    #[test]
    fn the_second_is_told_who_holds_it_and_gives_up_in_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".mdskill/lock");
        let told = RefCell::new(Vec::new());
        let tell = |holder: &str| told.borrow_mut().push(holder.to_owned());
        let waiting = Waiting {
            limit: Duration::ZERO,
            tell: &tell,
            interrupted: &|| false,
        };
        let first = FileLock::acquire(&path, &waiting).unwrap();
        let error = FileLock::acquire(&path, &waiting).unwrap_err();
        let holder = format!("process {}", std::process::id());
        assert!(error.to_string().contains(&holder), "{error}");
        assert_eq!(*told.borrow(), [holder]);
        drop(first);
        assert!(!path.parent().unwrap().exists(), "no trace");
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
            tell: &|_| (),
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
    fn many_take_turns_and_none_overlaps() {
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
                            tell: &|_| (),
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
