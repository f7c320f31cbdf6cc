//! [`Memory`]: what a site answered, for `--offline`, and so that no file is downloaded twice.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::fs;
use mdskill_git::ObjectId;
use mdskill_git::objects::Objects;

use crate::digest::Digest;

/// The file, in the folder of the source.
const FILE: &str = "mdskill-site.json";
/// The number of downloads above which the earlier ones are forgotten.
const MAX_DOWNLOADS: usize = 20_000;

/// The last answers of a site.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Memory {
    /// The URL and the text of the index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) index: Option<(String, String)>,
    /// The digest of the file at the address of the site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) latest: Option<String>,
    /// The tree of each downloaded file, by its kind and its digest.
    #[serde(default)]
    downloads: BTreeMap<String, String>,
}

impl Memory {
    /// Reads the memory of a source. A damaged one is as good as none.
    pub(super) fn of(objects: &Objects) -> Self {
        let text = fs::open_plain(&objects.path().join(FILE)).and_then(std::io::read_to_string);
        let text = text.unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Writes it. An error is ignored, because the next command asks again.
    pub(super) fn write(&self, objects: &Objects) {
        if let Ok(text) = serde_json::to_vec(self) {
            drop(fs::atomic::write_cache(&objects.path().join(FILE), &text));
        }
    }

    /// Returns the tree of a download, if it is here.
    pub(super) fn tree(&self, download: Download, objects: &Objects) -> Option<ObjectId> {
        let tree = self.downloads.get(&download.key())?.parse().ok()?;
        objects.contains(tree).then_some(tree)
    }

    /// Remembers the tree of a download.
    pub(super) fn add(&mut self, download: Download, tree: ObjectId) {
        if self.downloads.len() >= MAX_DOWNLOADS {
            self.downloads.clear();
        }
        self.downloads.insert(download.key(), tree.to_string());
    }
}

/// A downloaded file. The same bytes are another skill as a `SKILL.md` than as an archive.
#[derive(Debug, Clone, Copy)]
pub(super) struct Download {
    /// The digest of the file.
    pub(super) digest: Digest,
    /// Whether it was unpacked.
    pub(super) is_archive: bool,
}

impl Download {
    fn key(self) -> String {
        let kind = if self.is_archive { "archive" } else { "file" };
        format!("{kind} {}", self.digest)
    }
}

/// Returns the time of the last answer of a site, in Unix seconds.
pub(super) fn last_answer(folder: &Path) -> Option<u64> {
    let metadata = std::fs::metadata(folder.join(FILE)).ok()?;
    let since = metadata.modified().ok()?;
    let since = since.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Some(since.as_secs())
}
