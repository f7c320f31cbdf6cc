//! [`FileLock`]: one process at a time.
//!
//! The kernel releases the lock when its holder dies, so a kill leaves nothing to clean.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use super::{At, Error, create_folder};

/// How often a waiter looks again.
const POLL: Duration = Duration::from_millis(50);

/// A lock that is held until this is dropped.
#[derive(Debug)]
pub struct FileLock {
    _file: File,
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
        create_folder(path.parent().unwrap_or(Path::new(".")))?;
        let mut options = File::options();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(path).at("open the lock", path)?;
        let start = Instant::now();
        let mut told = false;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) if is_unsupported(&error) => break,
                Err(TryLockError::Error(error)) => return Err(error).at("lock", path)?,
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
        // Who holds it is a courtesy to the waiter; the lock itself is the kernel's.
        let pid = std::process::id().to_string();
        let written = file
            .set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(pid.as_bytes()));
        written.at("write", path)?;
        Ok(Self { _file: file })
    }
}

fn holder(file: &mut File) -> String {
    let mut pid = String::new();
    let read = file
        .rewind()
        .and_then(|()| file.take(20).read_to_string(&mut pid));
    match read {
        Ok(_) if !pid.is_empty() && pid.chars().all(|c| c.is_ascii_digit()) => {
            format!("process {pid}")
        }
        _ => "another process".to_owned(),
    }
}

fn is_unsupported(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::Unsupported
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
        FileLock::acquire(&path, &waiting).unwrap();
    }
}
