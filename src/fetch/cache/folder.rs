//! Opens, creates, and removes the folder of a cached source, while other processes do the same.
//!
//! A process that uses the folder has a shared lock on [`NAME_FILE`]; one that removes it has an
//! exclusive lock. A folder is created under a temporary name and renamed, and renamed before it is
//! removed, so that it is always whole or missing.

use std::fs::{File, TryLockError};
use std::io::{ErrorKind, Read, Write};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::check::{self, Checked};
use super::{FetchError, NAME_FILE};
use crate::fs::{self, At};
use crate::platform;
use mdskill_git::objects::{ObjectError, Objects};

/// The beginning of the name of a folder that is being created.
const NEW: &str = ".new-";
/// The beginning of the name of a folder that is being removed.
const OLD: &str = ".old-";
/// The time to wait for a process that has locked a folder to remove it, which takes one rename.
const PATIENCE: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(1);

/// The objects of a cached source. It is not removed while they are in use.
pub(crate) struct Held {
    objects: Objects,
    /// The lock.
    name_file: File,
}

impl Held {
    /// Unlocks it; the objects must not be used any more. Returns false if that fails.
    pub(super) fn unlock(&self) -> bool {
        self.name_file.unlock().is_ok()
    }
}

impl Deref for Held {
    type Target = Objects;

    fn deref(&self) -> &Objects {
        &self.objects
    }
}

/// The state of the folder of a source.
pub(super) enum State {
    Open(Held),
    Missing,
    /// It can't be used, for this reason.
    Damaged(String),
}

/// Opens the folder of a source, and checks it.
///
/// # Errors
/// When the system refuses to read it, for another reason than damage.
pub(super) fn open(folder: &Path) -> Result<State, FetchError> {
    let start = Instant::now();
    loop {
        let metadata = match fs::look(folder) {
            Ok(Some(metadata)) => metadata,
            Ok(None) => return Ok(State::Missing),
            // A file in place of the folder of all sources is replaced when this one is created.
            Err(error) if is_misplaced(&error) => return Ok(State::Missing),
            Err(error) => return Err(error.into()),
        };
        if !metadata.is_dir() {
            return Ok(State::Damaged("it is not a folder".to_owned()));
        }
        let opened = match open_locked(folder) {
            Ok(opened) => opened,
            Err(FetchError::Fs(error)) if error.is_not_found() || is_misplaced(&error) => {
                let path = error.path.strip_prefix(folder).unwrap_or(&error.path);
                let reason = &error.source;
                Some(State::Damaged(format!("{}: {reason}", path.display())))
            }
            Err(error) => return Err(error),
        };
        match opened {
            Some(State::Damaged(_)) if fs::look(folder)?.is_none() => return Ok(State::Missing),
            Some(state) => return Ok(state),
            None if start.elapsed() > PATIENCE => {
                let reason = "another process keeps it locked".to_owned();
                return Ok(State::Damaged(reason));
            }
            None => std::thread::sleep(POLL),
        }
    }
}

/// Whether a file is where a folder should be, or a folder where a file should be.
fn is_misplaced(error: &fs::Error) -> bool {
    matches!(
        error.source.kind(),
        ErrorKind::NotADirectory | ErrorKind::IsADirectory
    )
}

/// Opens an existing folder; `None` while another process removes it.
fn open_locked(folder: &Path) -> Result<Option<State>, FetchError> {
    let path = folder.join(NAME_FILE);
    let name_file = match fs::open_plain(&path) {
        Err(error) if error.kind() == ErrorKind::InvalidInput => {
            return Ok(Some(State::Damaged(format!("{NAME_FILE} is not a file"))));
        }
        opened => opened.at("open", &path)?,
    };
    if matches!(name_file.try_lock_shared(), Err(TryLockError::WouldBlock))
        || !platform::is_file_at(&name_file, &path)
    {
        return Ok(None);
    }
    let checked = check::check(folder)?;
    let objects = match Objects::open_store(folder) {
        Err(ObjectError::Repository { reason, .. }) => return Ok(Some(State::Damaged(reason))),
        opened => opened?,
    };
    match checked {
        Checked::Damaged(reason) => return Ok(Some(State::Damaged(reason))),
        Checked::Good {
            has_unfinished: true,
        } if name_file.try_lock().is_ok() => {
            // No other process uses this source, so one that was killed has left them.
            check::remove_unfinished(folder);
            if name_file.try_lock_shared().is_err() {
                return Ok(None);
            }
        }
        Checked::Good { .. } => {}
    }
    Ok(Some(State::Open(Held { objects, name_file })))
}

/// Creates the folder of a source, locked. `None` if another process has changed it in the meantime.
///
/// # Errors
/// When it can't be created.
pub(super) fn create(folder: &Path, address: &str) -> Result<Option<Held>, FetchError> {
    let store = folder.parent().unwrap_or(folder);
    if fs::look(store)?.is_some_and(|there| !there.is_dir()) && !store.is_dir() {
        remove(store)?;
    }
    fs::create_folder(store)?;
    remove_leftovers(store, Some(Duration::from_hours(24)));
    let made = tempfile::Builder::new().prefix(NEW).tempdir_in(store);
    let made = made.at("write in", store)?;
    let path = made.path().join(NAME_FILE);
    let name_file = match File::create_new(&path) {
        Err(_) if !made.path().exists() => return Ok(None),
        created => created.at("write", &path)?,
    };
    // `cache prune` removes a folder that is not locked yet. What is written there then makes a part of it again.
    let is_locked_by_other = matches!(name_file.try_lock_shared(), Err(TryLockError::WouldBlock));
    let was_removed = || is_locked_by_other || !platform::is_file_at(&name_file, &path);
    (&name_file)
        .write_all(address.as_bytes())
        .at("write", &path)?;
    let created = Objects::create(made.path());
    if was_removed() {
        return Ok(None);
    }
    drop(created?);
    match std::fs::rename(made.path(), folder) {
        // Another process may have created it, or removed the folder above.
        Err(_) if was_removed() || folder.exists() => return Ok(None),
        renamed => renamed.at("create the folder", folder)?,
    }
    match open_locked(folder)? {
        Some(State::Open(held)) => Ok(Some(held)),
        _ => Ok(None),
    }
}

/// Writes the address again if it was lost, because `mdskill cache` shows it.
pub(super) fn restore_address(folder: &Path, held: &Held, address: &str) {
    let mut known = Vec::new();
    let read = (&held.name_file).take(1).read_to_end(&mut known);
    if read.is_ok() && matches!(known[..], [] | [0]) {
        drop(std::fs::write(folder.join(NAME_FILE), address));
    }
}

/// Removes a file, link, or folder of the cache: whole for other processes, which never see a part of
/// it. Links are not followed.
///
/// # Errors
/// When it can't be removed.
pub(super) fn remove(path: &Path) -> Result<(), fs::Error> {
    let above = path.parent().unwrap_or(path);
    let Ok(old) = tempfile::Builder::new().prefix(OLD).tempdir_in(above) else {
        // The disk may be full.
        return fs::remove_folder(path);
    };
    match fs::if_found(std::fs::rename(path, old.path().join("removed"))) {
        Ok(_) => fs::remove_folder(old.path()),
        // The system may not allow a folder that the user can't write to leave its parent.
        Err(_) => fs::remove_folder(path),
    }
}

/// Removes a damaged folder, unless another process has already replaced it.
///
/// # Errors
/// When it can't be removed.
pub(super) fn set_aside(folder: &Path) -> Result<(), fs::Error> {
    let above = folder.parent().unwrap_or(folder);
    // One process at a time, so that none removes what another one has created.
    let lock = File::open(above);
    let _unlocked_where_folders_have_no_locks = lock.as_ref().map(File::lock);
    match open(folder) {
        Ok(State::Open(_) | State::Missing) => Ok(()),
        _ => remove(folder),
    }
}

/// Removes a folder that no process uses; `false` if one does.
///
/// # Errors
/// When it can't be removed.
pub(super) fn remove_unused(folder: &Path) -> Result<bool, fs::Error> {
    let path = folder.join(NAME_FILE);
    // Locked until it is renamed, so that no other process starts to use it.
    let name_file = fs::open_plain(&path);
    if let Ok(name_file) = &name_file
        && (matches!(name_file.try_lock(), Err(TryLockError::WouldBlock))
            || !platform::is_file_at(name_file, &path))
    {
        return Ok(false);
    }
    remove(folder)?;
    Ok(true)
}

/// Returns the folders that interrupted commands have left beside those of the sources.
pub(super) fn leftovers(store: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(store).into_iter().flatten().flatten();
    let is_leftover = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().as_encoded_bytes();
        name.starts_with(NEW.as_bytes()) || name.starts_with(OLD.as_bytes())
    };
    let paths = entries.map(|entry| entry.path());
    paths.filter(is_leftover).collect()
}

/// Removes leftovers that no process uses, and that are at least as old as `age`.
pub(super) fn remove_leftovers(store: &Path, age: Option<Duration>) {
    for path in leftovers(store) {
        let modified = path.symlink_metadata().and_then(|found| found.modified());
        let is_old = |age| modified.is_ok_and(|time| time.elapsed().is_ok_and(|past| past >= age));
        if age.is_none_or(is_old) {
            // An error is ignored, because another process may be removing it.
            drop(remove_unused(&path));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};

    #[test]
    fn folder_removed_while_it_is_created_is_no_error() {
        let cache = tempfile::tempdir().unwrap();
        let is_done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !is_done.load(Ordering::Relaxed) {
                    remove_leftovers(cache.path(), None);
                }
            });
            let folders = (0..300).map(|number| cache.path().join(format!("source{number}")));
            let is_created = |folder: PathBuf| Ok(create(&folder, "address")?.is_some());
            let created: Result<Vec<bool>, FetchError> = folders.map(is_created).collect();
            is_done.store(true, Ordering::Relaxed);
            assert!(created.unwrap().contains(&true));
        });
    }
}
