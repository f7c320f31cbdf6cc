//! [`DiskFiles`]: a skill on disk.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::disk_links::DiskLinks;
use crate::digest::FileMode;
use crate::fs::{self, At, tree};
use mdskill_lint::leftovers::is_made_by_tools;
use mdskill_lint::skill_files::{Entry, EntryKind, PathKind, SkillFiles, Unreadable};

/// The limit of a file that is read. A larger file does not fit in the context of an agent.
const MAX_READ_BYTES: u64 = 16 << 20;

/// A skill on disk. Links that leave the repository are not followed; pipes and devices are listed but
/// never opened.
#[derive(Debug)]
pub struct DiskFiles {
    folder: String,
    root: PathBuf,
    /// The real path of each file that a link leads to.
    linked: BTreeMap<String, PathBuf>,
    entries: Vec<Entry>,
    repository: Option<(PathBuf, String)>,
}

impl DiskFiles {
    /// Lists the skill in the folder `root`, without the files that tools create there and without
    /// `.git`, because git usually ignores them.
    ///
    /// `repository` is the root of the repository around the skill. A link to a file or folder in it is
    /// what it leads to, as after the installation.
    ///
    /// # Errors
    /// If the folder can't be listed.
    pub fn open(root: &Path, repository: Option<&Path>) -> Result<Self, fs::Error> {
        Self::list(root, repository, is_made_by_tools)
    }

    /// Lists an installed skill, without the user's own files and folders. The names of its other files
    /// do not matter, because a skill may contain files that tools usually create.
    ///
    /// # Errors
    /// If the folder can't be listed.
    pub fn installed(root: &Path, private: &[String]) -> Result<Self, fs::Error> {
        Self::list(root, None, |path| is_in_any(path, private))
    }

    fn list(
        root: &Path,
        repository: Option<&Path>,
        is_left_out: impl Fn(&str) -> bool,
    ) -> Result<Self, fs::Error> {
        let real = root.canonicalize().at("look at", root)?;
        let listing = tree::list(&real)?;
        let is_part =
            |path: &str| path != ".git" && !path.starts_with(".git/") && !is_left_out(path);
        let files = listing.files.into_iter().map(|file| Entry {
            kind: EntryKind::File {
                bytes: file.metadata.len(),
                is_executable: file.mode == FileMode::Executable,
            },
            path: file.path,
        });
        let repository = repository.and_then(|repository| {
            let around = repository.canonicalize().ok()?;
            let below = real.strip_prefix(&around).ok()?;
            let place = below.to_string_lossy().replace('\\', "/");
            Some((around, place))
        });
        let (around, place) = repository
            .as_ref()
            .map_or((&real, ""), |(around, place)| (around, place.as_str()));
        let mut links = DiskLinks::of(around);
        for path in listing.special_files {
            let place = format!("{place}/{path}");
            links.add(path, place.trim_start_matches('/'));
        }
        let mut entries: Vec<Entry> = files
            .chain(links.entries)
            .filter(|entry| is_part(&entry.path))
            .collect();
        entries.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        let is_repository = repository
            .as_ref()
            .is_some_and(|(_, place)| place.is_empty());
        let name = real.file_name().filter(|_| !is_repository);
        Ok(Self {
            folder: name
                .map(|name| name.to_string_lossy().into_owned())
                .unwrap_or_default(),
            linked: links.real,
            root: real,
            entries,
            repository,
        })
    }

    fn read_at_most(&self, path: &str, count: u64) -> Result<Vec<u8>, Unreadable> {
        let unreadable = |error: std::io::Error| Unreadable {
            reason: error.to_string(),
        };
        let linked = self.linked.get(path).cloned();
        let path = linked.unwrap_or_else(|| self.root.join(path));
        let file = fs::open_plain(&path).map_err(unreadable)?;
        let size = file.metadata().map_err(unreadable)?.len().min(count);
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
        file.take(count)
            .read_to_end(&mut bytes)
            .map_err(unreadable)?;
        Ok(bytes)
    }
}

/// Whether a path is one of these files and folders, or in one of them.
fn is_in_any(path: &str, places: &[String]) -> bool {
    places.iter().any(|place| {
        let rest = path.strip_prefix(place.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

impl SkillFiles for DiskFiles {
    fn folder(&self) -> &str {
        &self.folder
    }

    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn read(&self, path: &str) -> Result<Cow<'_, [u8]>, Unreadable> {
        self.read_at_most(path, MAX_READ_BYTES).map(Cow::Owned)
    }

    fn beginning(&self, path: &str, count: usize) -> Result<Cow<'_, [u8]>, Unreadable> {
        self.read_at_most(path, count as u64).map(Cow::Owned)
    }

    fn place(&self) -> Option<&str> {
        self.repository.as_ref().map(|(_, place)| place.as_str())
    }

    fn in_repository(&self, path: &str) -> Option<PathKind> {
        let (root, _) = self.repository.as_ref()?;
        let metadata = root.join(path).metadata().ok()?;
        Some(if metadata.is_dir() {
            PathKind::Folder
        } else {
            PathKind::File
        })
    }
}
