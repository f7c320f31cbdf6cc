//! The cache of objects: a bare git repository for each source, in the cache folder.
//!
//! Every object is checked against its id when it is written and when it is read, so any number of
//! processes can share the cache. A lost cache costs a fetch.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use tracing::info;

use super::FetchError;
use super::cached_source::INDEX_FILE;
use crate::digest::Digest;
use crate::fs::{self, At};
use mdskill_git::objects::{ObjectError, Objects};
use mdskill_git::protocol::Ref;

/// The folder in the cache folder; the number changes with the layout.
pub(super) const FOLDER: &str = "store-v1";
/// The file with the refs of a source, for `--offline`.
const REFS_FILE: &str = "mdskill-refs.json";
/// The file that marks a source whose server refuses to send a history without trees.
const NO_HISTORY_FILE: &str = "mdskill-no-history";
/// The maximum number of pack files, two for each fetch.
const MAX_PACK_FILES: usize = 200;
/// The file with the address of a source.
pub(super) const NAME_FILE: &str = "mdskill-source";

/// The cache of a source.
pub(crate) struct Store {
    /// The objects.
    pub objects: Objects,
    folder: PathBuf,
    /// Locked while in use, so that `cache clear` does not remove it.
    in_use: Option<File>,
    /// Whether this process created it.
    is_new: bool,
}

#[derive(Serialize, Deserialize)]
struct RememberedRef {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    branch: Option<String>,
}

/// A cached source, as `mdskill cache` lists it.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    /// The address of the source.
    pub name: String,
    /// The folder.
    pub folder: PathBuf,
    /// The size on disk, in bytes.
    pub bytes: u64,
    /// The time of the last fetch.
    pub used: SystemTime,
}

impl Store {
    /// Opens the cache of the source with this key at `address`, or creates it.
    ///
    /// # Errors
    /// When it can't be created or opened.
    pub(crate) fn open(cache: &Path, key: &str, address: &str) -> Result<Self, FetchError> {
        Self::open_or_create(cache, key, address).map_err(|error| {
            let (reason, is_denied) = match error {
                FetchError::Fs(error) => (error.source.to_string(), error.is_denied()),
                FetchError::Objects(ObjectError::Denied { reason, .. }) => (reason, true),
                FetchError::Objects(ObjectError::Repository { reason, .. }) => (reason, false),
                error => return error,
            };
            FetchError::Cache {
                folder: cache.to_owned(),
                reason,
                is_denied,
            }
        })
    }

    fn open_or_create(cache: &Path, key: &str, address: &str) -> Result<Self, FetchError> {
        let folder = cache.join(FOLDER).join(folder_name(key));
        drop_if_crowded(&folder);
        let name_file = folder.join(NAME_FILE);
        let mut is_new = false;
        loop {
            if !name_file.exists() {
                create(&folder, address)?;
                is_new = true;
            }
            let Some(in_use) = fs::if_found(File::open(&name_file)).at("open", &name_file)? else {
                continue;
            };
            let _unlocked_where_locks_are_not = in_use.try_lock_shared();
            if name_file.exists() {
                let objects = Objects::open_store(&folder)?;
                return Ok(Self {
                    objects,
                    folder,
                    in_use: Some(in_use),
                    is_new,
                });
            }
        }
    }

    /// Remembers refs of the source, in addition to those of earlier calls.
    pub(crate) fn remember(&self, refs: &[Ref]) {
        let mut known = read_refs(&self.folder);
        for git_ref in refs {
            let id = git_ref.commit().to_string();
            known.insert(
                git_ref.name.clone(),
                RememberedRef {
                    id,
                    branch: git_ref.symref.clone(),
                },
            );
        }
        // An error is ignored, because only `--offline` reads the file.
        if let Ok(text) = serde_json::to_vec(&known) {
            drop(fs::atomic::write_cache(&self.folder.join(REFS_FILE), &text));
        }
    }

    /// Returns the time of the last request for refs, in Unix seconds.
    pub(crate) fn last_request(&self) -> Option<u64> {
        let metadata = std::fs::metadata(self.folder.join(REFS_FILE)).ok()?;
        let since = metadata
            .modified()
            .ok()?
            .duration_since(SystemTime::UNIX_EPOCH);
        Some(since.ok()?.as_secs())
    }

    /// Returns the remembered refs.
    pub(crate) fn remembered(&self) -> Vec<Ref> {
        remembered_in(&self.folder)
    }

    /// Remembers that the server refuses to send a history without trees, because asking costs two
    /// requests each time.
    pub(crate) fn remember_no_history(&self) {
        drop(fs::atomic::write_cache(
            &self.folder.join(NO_HISTORY_FILE),
            b"",
        ));
    }

    /// Whether the server refused to send a history without trees.
    pub(crate) fn has_no_history(&self) -> bool {
        self.folder.join(NO_HISTORY_FILE).exists()
    }
}

/// Returns the refs that are remembered in the folder of a source.
pub(crate) fn remembered_in(folder: &Path) -> Vec<Ref> {
    let git_ref = |(name, known): (String, RememberedRef)| {
        Some(Ref {
            name,
            id: known.id.parse().ok()?,
            peeled: None,
            symref: known.branch,
        })
    };
    read_refs(folder).into_iter().filter_map(git_ref).collect()
}

fn read_refs(folder: &Path) -> BTreeMap<String, RememberedRef> {
    let text = fs::read_if_found(&folder.join(REFS_FILE)).ok().flatten();
    text.and_then(|text| serde_json::from_slice(&text).ok())
        .unwrap_or_default()
}

impl Drop for Store {
    /// Removes a new cache of a source that never answered, because it is not a source.
    fn drop(&mut self) {
        let has_other = |folder: &str, expected: &[&str]| {
            let entries = std::fs::read_dir(self.folder.join(folder));
            let mut names = entries
                .into_iter()
                .flatten()
                .flatten()
                .map(|entry| entry.file_name());
            names.any(|name| !expected.iter().any(|expected| name == *expected))
        };
        let is_unused = self.is_new
            && !self.folder.join(REFS_FILE).exists()
            && !self.folder.join(NO_HISTORY_FILE).exists()
            && !has_other("objects", &["info", "pack"])
            && !has_other("objects/pack", &[]);
        self.in_use = None;
        // The lock is held until the folder is removed, so that no other process starts to use it.
        if is_unused
            && let Ok(file) = File::open(self.folder.join(NAME_FILE))
            && file.try_lock().is_ok()
        {
            drop(fs::remove_folder(&self.folder));
        }
    }
}

/// Creates the cache of a source under a temporary name, because two commands may start at once.
fn create(folder: &Path, address: &str) -> Result<(), FetchError> {
    let store = folder.parent().unwrap_or(folder);
    fs::create_folder(store)?;
    let made = tempfile::Builder::new()
        .prefix(".new-")
        .tempdir_in(store)
        .at("write in", store)?;
    drop(Objects::create(made.path())?);
    let name_file = made.path().join(NAME_FILE);
    std::fs::write(&name_file, address).at("write", &name_file)?;
    let is_there = || folder.join(NAME_FILE).exists();
    if std::fs::rename(made.path(), folder).is_ok() || is_there() {
        // Another process may have created it in the meantime.
        return Ok(());
    }
    // The existing folder has no name file, so it is not a cache.
    fs::remove_folder(folder)?;
    let renamed = std::fs::rename(made.path(), folder);
    if is_there() {
        Ok(())
    } else {
        Ok(renamed.at("create the folder", folder)?)
    }
}

/// Opens the objects of the source with this key; `None` if it was never fetched.
///
/// # Errors
/// When they exist and can't be opened.
pub(crate) fn find(cache: &Path, key: &str) -> Result<Option<Objects>, ObjectError> {
    let folder = cache.join(FOLDER).join(folder_name(key));
    if !folder.is_dir() {
        return Ok(None);
    }
    Objects::open_store(&folder).map(Some)
}

/// Lists all cached sources, sorted by name.
///
/// # Errors
/// When the cache can't be read.
pub(crate) fn list(cache: &Path) -> Result<Vec<Stored>, fs::Error> {
    let mut stored = Vec::new();
    for folder in folders(cache)? {
        let listing = fs::tree::list(&folder)?;
        let name = address(&folder)?.unwrap_or_default();
        let newest = listing
            .files
            .iter()
            // A search does not fetch.
            .filter(|file| file.path != INDEX_FILE)
            .filter_map(|file| file.metadata.modified().ok())
            .max();
        stored.push(Stored {
            name,
            bytes: listing.files.iter().map(|file| file.metadata.len()).sum(),
            used: newest.unwrap_or(SystemTime::UNIX_EPOCH),
            folder,
        });
    }
    stored.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(stored)
}

/// Returns the folders of all cached sources.
pub(super) fn folders(cache: &Path) -> Result<Vec<PathBuf>, fs::Error> {
    let folder = cache.join(FOLDER);
    let Some(entries) = fs::if_found(std::fs::read_dir(&folder)).at("list", &folder)? else {
        return Ok(Vec::new());
    };
    let path = |entry: std::io::Result<std::fs::DirEntry>| Ok(entry.at("list", &folder)?.path());
    entries.map(path).collect()
}

/// Returns the address of the source in this folder; `None` if it is not a cache.
pub(super) fn address(folder: &Path) -> Result<Option<String>, fs::Error> {
    let name = fs::read_if_found(&folder.join(NAME_FILE))?;
    Ok(name.map(|name| String::from_utf8_lossy(&name).into_owned()))
}

impl Stored {
    /// Removes this source from the cache; `false` if another process uses it.
    ///
    /// # Errors
    /// When a file can't be removed.
    pub(crate) fn remove(&self) -> Result<bool, fs::Error> {
        // Locked until it is removed, so that no other process starts to use it.
        let held = File::open(self.folder.join(NAME_FILE));
        if held.as_ref().is_ok_and(|file| file.try_lock().is_err()) {
            return Ok(false);
        }
        fs::remove_folder(&self.folder)?;
        Ok(true)
    }
}

/// Removes a cache with too many packs, because every read searches all packs, and fetching again
/// costs two requests.
fn drop_if_crowded(folder: &Path) {
    let packs = std::fs::read_dir(folder.join("objects/pack")).map_or(0, Iterator::count);
    if packs > MAX_PACK_FILES
        && let Ok(file) = File::open(folder.join(NAME_FILE))
        && file.try_lock().is_ok()
    {
        info!(packs, "removing a cached source with too many packs");
        drop(fs::remove_folder(folder));
    }
}

/// Returns a readable folder name, made unique by a digest of the address.
pub(super) fn folder_name(address: &str) -> String {
    let rest = address.split("://").nth(1).unwrap_or(address);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '.';
    let readable = rest.trim_end_matches(".git").replace(|c| !is_plain(c), "-");
    let readable = &readable[readable.len().saturating_sub(60)..];
    let unique = Digest::of_bytes(address.as_bytes()).to_string();
    format!("{}-{}", readable.trim_matches(['-', '.']), &unique[7..19])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_name_is_readable_unique_and_safe() {
        let name = folder_name("https://github.com/wshobson/agents.git");
        assert!(name.starts_with("github.com-wshobson-agents-"), "{name}");
        assert_ne!(name, folder_name("https://github.com/wshobson-agents.git"));
        assert!(
            folder_name("/../..")
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-.".contains(c))
        );
    }
}
