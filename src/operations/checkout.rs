//! [`Checkout`]: the files of an installed skill as the project's git sees them.
//!
//! A team commits installed skills, so git decides which files belong to them: a file that git ignores
//! and does not track is the user's own (`node_modules`, `.env`). And git may write other bytes than it
//! stores: line endings, or executable bits on a file system without them.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::digest::{Digest, FileDigest, FileMode};
use crate::fs;
use crate::fs::tree::{OnDisk, Snapshot};
use crate::platform;
use mdskill_git::ObjectId;
use mdskill_git::objects::blob_id;
use mdskill_git::work_tree::{IndexedFile, WorkTree};
use mdskill_lint::leftovers::is_made_by_tools;
use mdskill_lint::path::fold;

/// The paths of a skill's files upstream, with their blobs and modes.
pub(crate) type UpstreamFiles = BTreeMap<String, (ObjectId, FileMode)>;

/// The beginning of a Git LFS pointer.
pub(super) const LFS_POINTER: &[u8] = b"version https://git-lfs.github.com/spec/";

/// The folder of an installed skill, in the work tree of a project.
pub(crate) struct Checkout<'a> {
    folder: &'a Path,
    /// The canonical path of the folder, and the work tree around it; opened when it is needed.
    work_tree: OnceCell<Option<(PathBuf, WorkTree)>>,
}

impl<'a> Checkout<'a> {
    /// Creates it for a folder, which need not exist.
    pub(crate) fn of(folder: &'a Path) -> Self {
        Self {
            folder,
            work_tree: OnceCell::new(),
        }
    }

    /// Reads the folder. `upstream` returns the skill's files upstream, which belong to the skill although
    /// git ignores them.
    ///
    /// The work tree is opened only if the files are not those of `expected`, or something has a name
    /// that tools use, because such a folder can have a hundred thousand files.
    pub(crate) fn read(
        &self,
        expected: Digest,
        upstream: &dyn Fn() -> UpstreamFiles,
    ) -> Result<OnDisk, fs::Error> {
        self.read_again(&OnDisk::Absent, expected, upstream)
    }

    /// As [`Checkout::read`], without reading the files again that were read just now.
    pub(crate) fn read_again(
        &self,
        known: &OnDisk,
        expected: Digest,
        upstream: &dyn Fn() -> UpstreamFiles,
    ) -> Result<OnDisk, fs::Error> {
        let is_expected = |on_disk: &OnDisk| match on_disk {
            OnDisk::Folder(snapshot) => {
                snapshot.special_files.is_empty() && snapshot.digest() == expected
            }
            _ => true,
        };
        let first = known.read_again(self.folder, &mut |path, is_folder| {
            is_made_by_tools(path) && self.is_private(path, is_folder)
        })?;
        if is_expected(&first) {
            return Ok(first);
        }
        // A skill may contain such a folder itself.
        if !first.private().is_empty() {
            let whole = first.read_again(self.folder, &mut |_, _| false)?;
            if is_expected(&whole) {
                return Ok(whole);
            }
        }
        let upstream = upstream();
        let mut own = first.read_again(self.folder, &mut |path, is_folder| {
            !has(&upstream, path) && self.is_private(path, is_folder)
        })?;
        if let OnDisk::Folder(snapshot) = &mut own
            && snapshot.digest() != expected
        {
            self.undo_conversions(snapshot, &upstream);
            if !platform::HAS_MODES {
                restore_modes(snapshot, &upstream);
            }
        }
        Ok(own)
    }

    /// Returns the canonical path of the folder, and the work tree around it; `None` outside of git.
    pub(crate) fn work_tree(&self) -> Option<&(PathBuf, WorkTree)> {
        let open = || {
            let real = self.folder.canonicalize().ok()?;
            let work_tree = WorkTree::around(&real, fold)?;
            Some((real, work_tree))
        };
        self.work_tree.get_or_init(open).as_ref()
    }

    /// Whether only this machine has a file or folder: git tracks nothing of it, and git ignores it or it
    /// has a name that tools use. Outside of git, the name decides.
    fn is_private(&self, path: &str, is_folder: bool) -> bool {
        match self.work_tree() {
            Some((real, work_tree)) if is_made_by_tools(path) => {
                !work_tree.tracks(&real.join(path))
            }
            Some((real, work_tree)) if is_folder => work_tree.is_private_folder(&real.join(path)),
            Some((real, work_tree)) => work_tree.is_private(&real.join(path)),
            None => is_made_by_tools(path),
        }
    }

    /// Replaces the digests of the files that git converts by those of the files that it stores.
    fn undo_conversions(&self, snapshot: &mut Snapshot, upstream: &UpstreamFiles) {
        let Some((real, work_tree)) = self.work_tree() else {
            return;
        };
        let has_modes = work_tree.has_modes();
        for file in work_tree.indexed_files(real) {
            let there = snapshot.files.iter().find(|(path, ..)| *path == file.path);
            let Some((_, mode, digest)) = there.cloned() else {
                continue;
            };
            let is_upstream = |bytes: &[u8]| {
                let id = blob_id(bytes).ok();
                id.is_some() && upstream.get(&file.path).map(|(id, _)| *id) == id
            };
            let stored = self.stored_bytes(work_tree, real, &file, &is_upstream);
            let stored_digest = stored.map_or(digest, |bytes| FileDigest::of(&bytes));
            let stored_mode = if has_modes { mode } else { file.mode };
            if (stored_mode, stored_digest) != (mode, digest) {
                snapshot.convert(&file.path, stored_mode, stored_digest);
            }
        }
    }

    /// Returns the bytes of a file as git stores them, if they differ from those on disk by git's own
    /// conversion.
    fn stored_bytes(
        &self,
        work_tree: &WorkTree,
        real: &Path,
        file: &IndexedFile,
        is_upstream: &dyn Fn(&[u8]) -> bool,
    ) -> Option<Vec<u8>> {
        let on_disk = fs::read_plain(&self.folder.join(&file.path)).ok()?;
        let id = blob_id(&on_disk).ok()?;
        if id == file.id || is_upstream(&on_disk) {
            return None;
        }
        let stored = work_tree.indexed_bytes(file)?;
        // The content of an LFS file is what is on disk.
        if stored.starts_with(LFS_POINTER) {
            return None;
        }
        if file.is_unmodified {
            return Some(stored.into());
        }
        // An edited file, for example on Windows: git would store it with the line endings that it has.
        let path = work_tree.path_of(&real.join(&file.path))?;
        let is_converted = !stored.contains(&b'\r') && work_tree.converts_line_endings(&path);
        (is_converted && on_disk.contains(&b'\r')).then(|| without_carriage_returns(&on_disk))
    }

    /// Returns the bytes of an edited file as git would store them.
    pub(crate) fn read_stored(&self, path: &str) -> Option<Vec<u8>> {
        let (real, work_tree) = self.work_tree()?;
        let mut files = work_tree.indexed_files(real).into_iter();
        let file = files.find(|file| file.path == path)?;
        self.stored_bytes(work_tree, real, &file, &|_| false)
    }
}

/// Gives every file the mode that it has upstream, where files have no modes that a user could edit.
fn restore_modes(snapshot: &mut Snapshot, upstream: &UpstreamFiles) {
    for (path, mode, digest) in snapshot.files.clone() {
        if let Some((_, upstream_mode)) = upstream.get(&path)
            && *upstream_mode != mode
        {
            snapshot.convert(&path, *upstream_mode, digest);
        }
    }
}

/// Whether a file of the skill is at this path, or in this folder.
fn has(upstream: &UpstreamFiles, path: &str) -> bool {
    let folder = format!("{path}/");
    let mut below = upstream.range(folder.clone()..);
    upstream.contains_key(path)
        || below
            .next()
            .is_some_and(|(next, _)| next.starts_with(&folder))
}

fn without_carriage_returns(bytes: &[u8]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(bytes.len());
    for (at, byte) in bytes.iter().enumerate() {
        if *byte != b'\r' || bytes.get(at + 1) != Some(&b'\n') {
            lines.push(*byte);
        }
    }
    lines
}
