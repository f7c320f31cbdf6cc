//! The store: one bare git repository for each source, under the cache folder.
//!
//! Every object is checked against its id when it comes in and when it is read,
//! so any number of processes may share it. Losing it costs a fetch.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::FetchError;
use crate::digest::Digest;
use crate::fs::{self, At};
use mdskill_git::ObjectId;
use mdskill_git::objects::{ObjectError, Objects};
use mdskill_git::protocol::Ref;

/// The folder below the cache; the number changes when the layout does.
const FOLDER: &str = "store-v1";
/// The file in a source's folder that remembers its refs, for `--offline`.
const REFS_FILE: &str = "mdskill-refs.json";
/// The file that says that this source's server forbids what a history alone takes.
const NO_HISTORY_FILE: &str = "mdskill-no-history";
/// Most files in the folder of packs, two for each fetch.
const MAX_PACK_FILES: usize = 200;
/// Its name for people.
const NAME_FILE: &str = "mdskill-source";

/// One source's place in the store.
pub struct Store {
    /// Its objects.
    pub objects: Objects,
    folder: PathBuf,
    _in_use: File,
}

#[derive(Serialize, Deserialize)]
struct RememberedRef {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    branch: Option<String>,
}

/// One source in the store, as `mdskill cache` lists it.
#[derive(Debug, Clone)]
pub struct Stored {
    /// The address it was fetched from.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
    /// Bytes on disk.
    pub bytes: u64,
    /// When it was last fetched into.
    pub used: SystemTime,
}

impl Store {
    /// Opens the place of the source at `address`, making it when there is none.
    ///
    /// # Errors
    /// When it can't be made.
    pub fn open(cache: &Path, address: &str) -> Result<Self, FetchError> {
        let folder = cache.join(FOLDER).join(folder_name(address));
        drop_if_crowded(&folder);
        let name_file = folder.join(NAME_FILE);
        loop {
            if !name_file.exists() {
                create(&folder, address)?;
            }
            // Held as long as the store is in use: `cache clear` leaves it alone.
            let Some(in_use) = fs::if_found(File::open(&name_file)).at("open", &name_file)? else {
                continue;
            };
            let _unlocked_where_locks_are_not = in_use.try_lock_shared();
            if name_file.exists() {
                let objects = Objects::open_store(&folder)?;
                return Ok(Self {
                    objects,
                    folder,
                    _in_use: in_use,
                });
            }
        }
    }

    /// Remembers what refs the source has, beside those remembered before.
    pub fn remember(&self, refs: &[Ref]) {
        let mut known = self.read_refs();
        for reference in refs {
            let id = reference.commit().to_string();
            known.insert(
                reference.name.clone(),
                RememberedRef {
                    id,
                    branch: reference.symref.clone(),
                },
            );
        }
        // Only `--offline` reads it; not being able to write costs nothing else.
        if let Ok(text) = serde_json::to_vec(&known) {
            drop(fs::atomic::write_cache(&self.folder.join(REFS_FILE), &text));
        }
    }

    /// Returns the refs as last seen.
    #[must_use]
    pub fn remembered(&self) -> Vec<Ref> {
        let reference = |(name, known): (String, RememberedRef)| {
            Some(Ref {
                name,
                id: known.id.parse().ok()?,
                peeled: None,
                symref: known.branch,
            })
        };
        self.read_refs().into_iter().filter_map(reference).collect()
    }

    /// Remembers that the server gives no history alone: asking each time costs two requests.
    pub fn remember_no_history(&self) {
        drop(fs::atomic::write_cache(
            &self.folder.join(NO_HISTORY_FILE),
            b"",
        ));
    }

    /// Whether the server is remembered to give no history alone.
    #[must_use]
    pub fn has_no_history(&self) -> bool {
        self.folder.join(NO_HISTORY_FILE).exists()
    }

    fn read_refs(&self) -> BTreeMap<String, RememberedRef> {
        let text = fs::read_if_found(&self.folder.join(REFS_FILE))
            .ok()
            .flatten();
        text.and_then(|text| serde_json::from_slice(&text).ok())
            .unwrap_or_default()
    }

    /// Returns the commits whose refs were seen, newest knowledge first: an update
    /// tells the server that it has them.
    #[must_use]
    pub fn known_commits(&self) -> Vec<ObjectId> {
        self.remembered()
            .into_iter()
            .map(|reference| reference.id)
            .collect()
    }
}

/// Makes a source's place whole before it is seen: two commands may begin at once.
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
        // Ours, or another's that was made meanwhile and is as good.
        return Ok(());
    }
    // What lies there has no name: it is no store.
    fs::remove_folder(folder)?;
    let renamed = std::fs::rename(made.path(), folder);
    if is_there() {
        Ok(())
    } else {
        Ok(renamed.at("create the folder", folder)?)
    }
}

/// Opens the objects of the source at `address`; nothing when it was never fetched.
///
/// # Errors
/// When they are there and can't be opened.
pub fn find(cache: &Path, address: &str) -> Result<Option<Objects>, ObjectError> {
    let folder = cache.join(FOLDER).join(folder_name(address));
    match folder.is_dir() {
        true => Objects::open_store(&folder).map(Some),
        false => Ok(None),
    }
}

/// Lists every source in the store under `cache`, by name.
///
/// # Errors
/// When the store can't be read.
pub fn list(cache: &Path) -> Result<Vec<Stored>, fs::Error> {
    let folder = cache.join(FOLDER);
    let Some(entries) = fs::if_found(std::fs::read_dir(&folder)).at("list", &folder)? else {
        return Ok(Vec::new());
    };
    let mut stored = Vec::new();
    for entry in entries {
        let folder = entry.at("list", &folder)?.path();
        let listing = fs::tree::list(&folder)?;
        let name = fs::read_if_found(&folder.join(NAME_FILE))?.unwrap_or_default();
        let newest = listing
            .files
            .iter()
            .filter_map(|file| file.metadata.modified().ok())
            .max();
        stored.push(Stored {
            name: String::from_utf8_lossy(&name).into_owned(),
            bytes: listing.files.iter().map(|file| file.metadata.len()).sum(),
            used: newest.unwrap_or(SystemTime::UNIX_EPOCH),
            folder,
        });
    }
    stored.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(stored)
}

impl Stored {
    /// Removes this source from the store; `false` when another process uses it.
    ///
    /// # Errors
    /// When something of it can't be removed.
    pub fn remove(&self) -> Result<bool, fs::Error> {
        // Held until it is gone, so that nobody begins to use it meanwhile.
        let held = File::open(self.folder.join(NAME_FILE));
        if held.as_ref().is_ok_and(|file| file.try_lock().is_err()) {
            return Ok(false);
        }
        fs::remove_folder(&self.folder)?;
        Ok(true)
    }
}

/// Starts a store anew that has grown over years of updates: every read looks into
/// every pack, and fetching again costs two requests.
fn drop_if_crowded(folder: &Path) {
    let packs = std::fs::read_dir(folder.join("objects/pack")).map_or(0, Iterator::count);
    if packs > MAX_PACK_FILES
        && let Ok(file) = File::open(folder.join(NAME_FILE))
        && file.try_lock().is_ok()
    {
        drop(fs::remove_folder(folder));
    }
}

/// A name that people can read, made unique by the address's own digest.
pub(super) fn folder_name(address: &str) -> String {
    let rest = address.split("://").nth(1).unwrap_or(address);
    let readable = rest
        .trim_end_matches(".git")
        .chars()
        .rev()
        .take(60)
        .collect::<Vec<_>>();
    let readable: String = readable
        .into_iter()
        .rev()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '.' {
                c
            } else {
                '-'
            }
        })
        .collect();
    let unique = Digest::of_bytes(address.as_bytes()).to_string();
    format!("{}-{}", readable.trim_matches(['-', '.']), &unique[7..19])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_readable_unique_and_safe() {
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
