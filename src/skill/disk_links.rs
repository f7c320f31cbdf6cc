//! [`DiskLinks`]: the files that the links of a skill on disk lead to, by the rules for git trees.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::{Path, PathBuf};

use crate::digest::FileMode;
use crate::fs::tree;
use mdskill_lint::links::{LinkFault, Node, follow};
use mdskill_lint::skill_files::{Entry, EntryKind};

/// The limit of listed files, because a few links can lead to billions.
const MAX_FILES: usize = 100_000;

/// Follows links below a folder.
pub(super) struct DiskLinks<'a> {
    /// The repository, or the skill if its repository is not known.
    root: &'a Path,
    /// The folders that are being read, as paths in the repository without links.
    open: Vec<String>,
    /// The entries that were found.
    pub(super) entries: Vec<Entry>,
    /// The real path of each file that a link leads to.
    pub(super) real: BTreeMap<String, PathBuf>,
}

impl<'a> DiskLinks<'a> {
    /// Creates it for a repository at a canonical path.
    pub(super) fn of(root: &'a Path) -> Self {
        Self {
            root,
            open: Vec::new(),
            entries: Vec::new(),
            real: BTreeMap::new(),
        }
    }

    /// Adds what is at `path` in the skill: a link, or something that is not a file. `place` is where
    /// it is in the repository.
    pub(super) fn add(&mut self, path: String, place: &str) {
        let Ok(target) = std::fs::read_link(self.root.join(place)) else {
            let kind = EntryKind::Special;
            self.entries.push(Entry { path, kind });
            return;
        };
        let target = target.to_string_lossy().into_owned();
        let folder = place.rsplit_once('/').map_or("", |(folder, _)| folder);
        let followed = follow(folder, &target, &mut |path| {
            Ok::<_, Infallible>(node(self.root, path))
        });
        let fault = match followed.unwrap_or(Err(LinkFault::Loop)) {
            Err(fault) => fault,
            Ok(real) => match self.add_followed(&path, &real, folder) {
                Ok(()) => return,
                Err(fault) => fault,
            },
        };
        let kind = EntryKind::Link { target, fault };
        self.entries.push(Entry { path, kind });
    }

    /// Adds the file or folder at `real` in the repository, to which a link in `folder` leads.
    fn add_followed(&mut self, path: &str, real: &str, folder: &str) -> Result<(), LinkFault> {
        let missing = || LinkFault::Missing(real.to_owned());
        let disk = self.root.join(real);
        let metadata = disk.symlink_metadata().map_err(|_| missing())?;
        if metadata.is_file() {
            let is_executable = tree::mode_of(&metadata) == FileMode::Executable;
            self.add_file(path.to_owned(), disk, metadata.len(), is_executable);
            return Ok(());
        }
        if !metadata.is_dir() {
            return Err(missing());
        }
        let is_above = |open: &str| {
            let below = open.strip_prefix(real);
            below.is_some_and(|below| real.is_empty() || below.is_empty() || below.starts_with('/'))
        };
        if is_above(folder) || self.open.iter().any(|open| is_above(open)) {
            return Err(LinkFault::Contains);
        }
        let listing = tree::list(&disk).map_err(|_| missing())?;
        self.open.push(folder.to_owned());
        self.open.push(real.to_owned());
        for file in listing.files {
            let is_executable = file.mode == FileMode::Executable;
            let place = disk.join(&file.path);
            let path = format!("{path}/{}", file.path);
            self.add_file(path, place, file.metadata.len(), is_executable);
        }
        for special in listing.special_files {
            if self.entries.len() < MAX_FILES {
                let place = format!("{real}/{special}");
                self.add(format!("{path}/{special}"), place.trim_start_matches('/'));
            }
        }
        self.open.truncate(self.open.len() - 2);
        Ok(())
    }

    fn add_file(&mut self, path: String, real: PathBuf, bytes: u64, is_executable: bool) {
        if self.entries.len() >= MAX_FILES {
            return;
        }
        self.real.insert(path.clone(), real);
        let kind = EntryKind::File {
            bytes,
            is_executable,
        };
        self.entries.push(Entry { path, kind });
    }
}

fn node(root: &Path, path: &str) -> Node {
    let path = root.join(path);
    match path.symlink_metadata() {
        Err(_) => Node::Nothing,
        Ok(metadata) if metadata.is_dir() => Node::Folder,
        Ok(metadata) if metadata.is_symlink() => match std::fs::read_link(&path) {
            Ok(target) => Node::Link(target.to_string_lossy().into_owned()),
            Err(_) => Node::Nothing,
        },
        Ok(_) => Node::File,
    }
}
