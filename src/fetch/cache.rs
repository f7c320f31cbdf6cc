//! The cache of objects: a bare git repository for each source, in the cache folder.
//!
//! Every object is checked against its id when it is written and when it is read, so any number of
//! processes can share the cache. A lost cache costs a fetch.

mod check;
mod folder;

pub(crate) use folder::Held;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use tracing::info;

use super::FetchError;
use super::cached_source::INDEX_FILE;
use crate::digest::Digest;
use crate::fs::{self, At};
use folder::State;
use mdskill_git::objects::ObjectError;
use mdskill_git::progress::Progress;
use mdskill_git::protocol::Ref;

/// The folder in the cache folder; the number changes with the layout.
pub(super) const FOLDER: &str = "store-v1";
/// The file with the refs of a source, for `--offline`.
const REFS_FILE: &str = "mdskill-refs.json";
/// The maximum number of refs to which others are added, because refs that are gone stay in the file.
const MAX_REMEMBERED_REFS: usize = 100_000;
/// The file that marks a source whose server refuses to send a history without trees.
const NO_HISTORY_FILE: &str = "mdskill-no-history";
/// The maximum number of pack files, two for each fetch.
const MAX_PACK_FILES: usize = 200;
/// The maximum number of times that a cache is created, if other processes keep removing it.
const MAX_ATTEMPTS: usize = 1000;
/// The file with the address of a source.
pub(super) const NAME_FILE: &str = "mdskill-source";

/// The cache of a source.
pub(crate) struct Store {
    /// The objects.
    pub objects: Held,
    folder: PathBuf,
    /// Whether this process created it.
    is_new: bool,
}

#[derive(Serialize, Deserialize)]
struct RememberedRef<'a> {
    id: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    branch: Option<Cow<'a, str>>,
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
    /// Opens the cache of the source with this key at `address`, or creates it. A damaged cache is
    /// removed with a warning, unless `is_offline`, because then it can't be fetched again.
    ///
    /// # Errors
    /// When it can't be created or opened.
    pub(crate) fn open(
        cache: &Path,
        key: &str,
        address: &str,
        is_offline: bool,
        progress: &dyn Progress,
    ) -> Result<Self, FetchError> {
        let folder = cache.join(FOLDER).join(folder_name(key));
        drop_if_crowded(&folder);
        let explain = |error| explain(cache, error);
        let mut gone = None;
        for _ in 0..MAX_ATTEMPTS {
            match folder::open(&folder) {
                Ok(State::Open(objects)) => {
                    folder::restore_address(&folder, &objects, address);
                    return Ok(Self {
                        objects,
                        folder,
                        is_new: false,
                    });
                }
                Ok(State::Missing) => match folder::create(&folder, address) {
                    Ok(Some(objects)) => {
                        return Ok(Self {
                            objects,
                            folder,
                            is_new: true,
                        });
                    }
                    Ok(None) => {}
                    Err(error) if is_gone(&error) => gone = Some(error),
                    Err(error) => return Err(explain(error)),
                },
                Ok(State::Damaged(reason)) if is_offline => {
                    let what = format!("the cache of {address} is damaged ({reason}): it");
                    return Err(FetchError::Offline { what });
                }
                Ok(State::Damaged(reason)) => {
                    set_aside(&folder, address, &reason, progress).map_err(explain)?;
                }
                // Another user's folder may be replaced in a folder of one's own.
                Err(error) if is_denied(&error) && !is_offline => {
                    let reason = "permission denied";
                    let removed = set_aside(&folder, address, reason, progress);
                    removed.map_err(|_| explain(error))?;
                }
                Err(error) if is_gone(&error) || matches!(fs::look(&folder), Ok(None)) => {
                    gone = Some(error);
                }
                Err(error) => return Err(explain(error)),
            }
        }
        Err(gone.map_or_else(
            || FetchError::Cache {
                folder: cache.to_owned(),
                reason: "other processes keep removing it".to_owned(),
                is_denied: false,
            },
            explain,
        ))
    }

    /// Remembers refs of the source, in addition to those of earlier calls.
    pub(crate) fn remember(&self, refs: &[Ref]) {
        let mut earlier = read_refs(&self.folder);
        if earlier.len() > MAX_REMEMBERED_REFS {
            earlier.clear();
        }
        let earlier = earlier.into_iter();
        let mut known: BTreeMap<Cow<'_, str>, RememberedRef<'_>> = earlier
            .map(|(name, known)| (Cow::Owned(name), known))
            .collect();
        known.extend(refs.iter().map(|git_ref| {
            let known = RememberedRef {
                id: Cow::Owned(git_ref.commit().to_string()),
                branch: git_ref.symref.as_deref().map(Cow::Borrowed),
            };
            (Cow::Borrowed(git_ref.name.as_str()), known)
        }));
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

    /// Records that the objects were checked while they were fetched.
    pub(crate) fn record_fetched(&self) {
        check::record(&self.folder);
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
    let git_ref = |(name, known): (String, RememberedRef<'_>)| {
        Some(Ref {
            name,
            id: known.id.parse().ok()?,
            peeled: None,
            symref: known.branch.map(Cow::into_owned),
        })
    };
    read_refs(folder).into_iter().filter_map(git_ref).collect()
}

fn read_refs(folder: &Path) -> BTreeMap<String, RememberedRef<'static>> {
    let text = fs::open_plain(&folder.join(REFS_FILE)).and_then(std::io::read_to_string);
    text.ok()
        .and_then(|text| serde_json::from_str(&text).ok())
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
        if is_unused && self.objects.unlock() {
            drop(folder::remove_unused(&self.folder));
        }
    }
}

/// Opens the objects of the source with this key; `None` if it was never fetched. A damaged cache is
/// removed with a warning.
///
/// # Errors
/// When they exist and can't be opened.
pub(crate) fn find(
    cache: &Path,
    key: &str,
    progress: &dyn Progress,
) -> Result<Option<Held>, FetchError> {
    let folder = cache.join(FOLDER).join(folder_name(key));
    match folder::open(&folder).map_err(|error| explain(cache, error))? {
        State::Open(objects) => Ok(Some(objects)),
        State::Missing => Ok(None),
        State::Damaged(reason) => {
            let address = address(&folder).ok().flatten();
            let name = address.unwrap_or_else(|| folder.display().to_string());
            // A cache that can't be removed is as good as a missing one here.
            drop(set_aside(&folder, &name, &reason, progress));
            Ok(None)
        }
    }
}

/// Opens the objects in the folder of a source. A damaged cache is kept for a command that fetches.
///
/// # Errors
/// When they are missing, damaged, or can't be opened.
pub(super) fn open_undamaged(folder: &Path) -> Result<Held, ObjectError> {
    let reason = match folder::open(folder) {
        Ok(State::Open(objects)) => return Ok(objects),
        Ok(State::Missing) => "it does not exist".to_owned(),
        Ok(State::Damaged(reason)) => reason,
        Err(error) => error.to_string(),
    };
    let path = folder.to_owned();
    Err(ObjectError::Repository { path, reason })
}

/// Removes a damaged cache.
fn set_aside(
    folder: &Path,
    address: &str,
    reason: &str,
    progress: &dyn Progress,
) -> Result<(), FetchError> {
    folder::set_aside(folder).map_err(|mut error| {
        let why = format!(
            "it is damaged ({reason}), and can't be removed: {}",
            error.source
        );
        error.source = std::io::Error::new(error.source.kind(), why);
        error
    })?;
    progress.warn(&format!("removed the damaged cache of {address}: {reason}"));
    Ok(())
}

fn is_denied(error: &FetchError) -> bool {
    match error {
        FetchError::Fs(error) => error.is_denied(),
        FetchError::Objects(error) => matches!(error, ObjectError::Denied { .. }),
        _ => false,
    }
}

/// Whether a file or folder was not there, because another process has removed it since it was found.
fn is_gone(error: &FetchError) -> bool {
    matches!(error, FetchError::Fs(error) if error.is_not_found())
}

/// Adds the cache folder to an error.
fn explain(cache: &Path, error: FetchError) -> FetchError {
    let is_denied = is_denied(&error);
    let reason = match error {
        FetchError::Fs(error) => error.source.to_string(),
        FetchError::Objects(
            ObjectError::Denied { reason, .. }
            | ObjectError::Repository { reason, .. }
            | ObjectError::System { reason, .. },
        ) => reason,
        error => return error,
    };
    FetchError::Cache {
        folder: cache.to_owned(),
        reason,
        is_denied,
    }
}

/// Lists all cached sources, sorted by name.
///
/// # Errors
/// When the cache can't be read.
pub(crate) fn list(cache: &Path) -> Result<Vec<Stored>, fs::Error> {
    let mut stored = Vec::new();
    for folder in folders(cache)? {
        // Without this file, it is not a cached source, or no longer one.
        let Some(name) = address(&folder).ok().flatten() else {
            continue;
        };
        let size = fs::size::of(&folder, |name| name != INDEX_FILE && name != check::FILE);
        stored.push(Stored {
            name,
            bytes: size.bytes,
            used: size.newest,
            folder,
        });
    }
    stored.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(stored)
}

/// Returns the size of what interrupted commands have left, in bytes.
pub(crate) fn leftover_bytes(cache: &Path) -> u64 {
    let paths = folder::leftovers(&cache.join(FOLDER)).into_iter();
    let paths = paths.chain(folder::leftovers(cache));
    paths.map(|path| fs::size::of(&path, |_| true).bytes).sum()
}

/// Removes what interrupted commands have left.
pub(crate) fn remove_leftovers(cache: &Path) {
    folder::remove_leftovers(&cache.join(FOLDER), None);
    folder::remove_leftovers(cache, None);
}

/// Removes a folder of the cache at once, so that other processes may use it again.
///
/// # Errors
/// When something in it can't be removed.
pub(crate) fn remove(cache: &Path, name: &str) -> Result<(), fs::Error> {
    folder::remove(&cache.join(name))
}

/// Returns the folders of all cached sources.
pub(super) fn folders(cache: &Path) -> Result<Vec<PathBuf>, fs::Error> {
    let folder = cache.join(FOLDER);
    let Some(entries) = fs::if_found(std::fs::read_dir(&folder)).at("list", &folder)? else {
        return Ok(Vec::new());
    };
    let mut folders = Vec::new();
    for entry in entries {
        let path = entry.at("list", &folder)?.path();
        let name = path.file_name().unwrap_or_default();
        if !name.as_encoded_bytes().starts_with(b".") {
            folders.push(path);
        }
    }
    Ok(folders)
}

/// Returns the address of the source in this folder; `None` if it is not a cache.
pub(super) fn address(folder: &Path) -> Result<Option<String>, fs::Error> {
    let path = folder.join(NAME_FILE);
    let name = fs::if_found(fs::open_plain(&path)).at("open", &path)?;
    let read = |mut name: File| {
        let mut bytes = Vec::new();
        name.read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    };
    name.map(read).transpose().at("read", &path)
}

impl Stored {
    /// Removes this source from the cache; `false` if another process uses it.
    ///
    /// # Errors
    /// When a file can't be removed.
    pub(crate) fn remove(&self) -> Result<bool, fs::Error> {
        folder::remove_unused(&self.folder)
    }
}

/// Removes a cache with too many packs, because every read searches all packs, and fetching again
/// costs two requests.
fn drop_if_crowded(folder: &Path) {
    let packs = std::fs::read_dir(folder.join("objects/pack")).map_or(0, Iterator::count);
    if packs > MAX_PACK_FILES {
        info!(packs, "removing a cached source with too many packs");
        drop(folder::remove_unused(folder));
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
