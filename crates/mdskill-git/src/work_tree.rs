//! [`WorkTree`]: the ignored and tracked files of a checked-out repository.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use git2::{AttrCheckFlags, AttrValue, DiffOptions};

use crate::file_mode::FileMode;
use crate::object_id::ObjectId;
use crate::objects::Objects;
use crate::oid::from_oid;
use crate::rule_files::RuleFiles;

/// The checked-out files of the repository around a folder.
pub struct WorkTree {
    objects: Objects,
    root: PathBuf,
    /// The paths in the index, folded, because some file systems ignore letter case and accents.
    tracked: BTreeSet<String>,
    fold: fn(&str) -> String,
    rule_files: RuleFiles,
    /// Whether the index has files with attributes.
    tracks_attributes: bool,
    /// The folders that git was asked about, and whether it ignores them.
    ignored_folders: RefCell<HashMap<String, bool>>,
    /// The setting `core.autocrlf`.
    autocrlf: OnceCell<Option<String>>,
}

/// A file that the index has.
#[derive(Debug, Clone)]
pub struct IndexedFile {
    /// The path in the folder.
    pub path: String,
    /// The blob.
    pub id: ObjectId,
    /// The mode.
    pub mode: FileMode,
    /// Whether the file on disk is the same after the conversions that git makes, for example of line
    /// endings.
    pub is_unmodified: bool,
}

impl WorkTree {
    /// Opens the repository with the nearest `.git` at or above `folder`; `None` if it does not exist
    /// or can't be used.
    ///
    /// Bare repositories are not considered, because a commit can contain one whose configuration
    /// ignores everything, but never a `.git`.
    #[must_use]
    pub fn around(folder: &Path, fold: fn(&str) -> String) -> Option<Self> {
        let real = folder.canonicalize().ok()?;
        let work_tree = Self::open(&nearest_git(&real)?, fold)?;
        real.starts_with(&work_tree.root).then_some(work_tree)
    }

    /// Opens the repository with this `.git`; `None` if it can't be used.
    #[must_use]
    pub fn open(git: &Path, fold: fn(&str) -> String) -> Option<Self> {
        let objects = Objects::open(git).ok()?;
        let root = objects.work_tree()?.canonicalize().ok()?;
        let tracked = tracked(&objects, fold)?;
        Some(Self {
            rule_files: RuleFiles::of(&objects, &root),
            tracks_attributes: tracked.iter().any(|path| path.ends_with(".gitattributes")),
            objects,
            root,
            tracked,
            fold,
            ignored_folders: RefCell::default(),
            autocrlf: OnceCell::new(),
        })
    }

    /// Whether git ignores `file` and does not track it, so that no commit can contain it. The path
    /// of its folder is canonical.
    #[must_use]
    pub fn is_private(&self, file: &Path) -> bool {
        self.path_of(file)
            .is_some_and(|path| !self.is_tracked(&path) && self.is_ignored(&path))
    }

    /// Whether git ignores a folder and tracks nothing in it. The path of the folder around it is
    /// canonical.
    #[must_use]
    pub fn is_private_folder(&self, folder: &Path) -> bool {
        self.path_of(folder).is_some_and(|path| {
            !path.is_empty() && !self.tracks(folder) && self.is_ignored(&format!("{path}/"))
        })
    }

    /// Whether the index has the file, or a file in the folder. The path is canonical.
    #[must_use]
    pub fn tracks(&self, path: &Path) -> bool {
        let Some(path) = self.path_of(path) else {
            return false;
        };
        let below = (self.fold)(&path) + "/";
        let next = self.tracked.range(below.clone()..).next();
        next.is_some_and(|next| next.starts_with(&below)) || self.is_tracked(&path)
    }

    /// Whether git ignores the file or folder at this path below the work tree; that of a folder ends
    /// with a slash. As in git, everything in an ignored folder is ignored.
    #[must_use]
    pub fn is_ignored(&self, path: &str) -> bool {
        if !self.rule_files.may_be_ignored(path) || !self.rule_files.can_be_read(path) {
            return false;
        }
        let mut folders = path.match_indices('/').map(|(at, _)| &path[..=at]);
        folders.any(|folder| self.is_ignored_folder(folder)) || self.objects.is_ignored(path)
    }

    /// Whether git ignores a folder, whose path ends with a slash. libgit2 reads the rules of all
    /// folders above each time, so it is asked once.
    fn is_ignored_folder(&self, folder: &str) -> bool {
        let mut ignored = self.ignored_folders.borrow_mut();
        if let Some(known) = ignored.get(folder) {
            return *known;
        }
        let is_ignored = self.objects.is_ignored(folder);
        ignored.insert(folder.to_owned(), is_ignored);
        is_ignored
    }

    /// Returns the path below the work tree, unless it is in a folder of git.
    #[must_use]
    pub fn path_of(&self, file: &Path) -> Option<String> {
        let below = file.strip_prefix(&self.root).ok()?.to_str()?;
        let path = below.replace('\\', "/");
        let is_of_git = path.split('/').any(|part| {
            if part.is_ascii() {
                part.eq_ignore_ascii_case(".git")
            } else {
                (self.fold)(part) == ".git"
            }
        });
        (!is_of_git).then_some(path)
    }

    /// Returns the value of an attribute, "true" and "false" if it is set or unset; `None` if it is
    /// unspecified.
    pub(crate) fn attribute_value(&self, path: &str, name: &str) -> Option<String> {
        if !self.rule_files.can_be_read(path) {
            return None;
        }
        let flags = AttrCheckFlags::FILE_THEN_INDEX;
        let value = self
            .objects
            .repository
            .get_attr_bytes(path.as_ref(), name, flags);
        match AttrValue::from_bytes(value.ok()?) {
            AttrValue::True => Some("true".to_owned()),
            AttrValue::False => Some("false".to_owned()),
            AttrValue::String(value) => Some(value.to_owned()),
            AttrValue::Bytes(value) => Some(String::from_utf8_lossy(value).into_owned()),
            AttrValue::Unspecified => None,
        }
    }

    /// Whether there may be attributes for the file at `path` below the work tree.
    pub(crate) fn may_have_attributes(&self, path: &str) -> bool {
        self.tracks_attributes || self.rule_files.may_have_attributes(path)
    }

    /// Returns the setting `core.autocrlf`, which is asked for each file.
    pub(crate) fn autocrlf(&self) -> Option<&str> {
        let read = || self.objects.config()?.get_string("core.autocrlf").ok();
        self.autocrlf.get_or_init(read).as_deref()
    }

    /// Returns the repository.
    pub(crate) fn objects(&self) -> &Objects {
        &self.objects
    }

    /// Returns the work tree's root.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether git records the executable bits of this work tree's files (`core.fileMode`).
    #[must_use]
    pub fn has_modes(&self) -> bool {
        self.objects
            .config()
            .is_some_and(|config| config.get_bool("core.filemode").unwrap_or(true))
    }

    /// Returns the files below a folder, given by its canonical path, that the index has.
    #[must_use]
    pub fn indexed_files(&self, folder: &Path) -> Vec<IndexedFile> {
        let (Some(place), Ok(index)) = (self.path_of(folder), self.objects.repository.index())
        else {
            return Vec::new();
        };
        let prefix = format!("{place}/");
        let paths = self.tracked.range(prefix.clone()..);
        let mut paths = paths.take_while(|path| path.starts_with(&prefix));
        if !self.rule_files.can_be_read(&prefix)
            || !paths.all(|path| self.rule_files.can_be_read(path))
        {
            return Vec::new();
        }
        let modified = self.modified_files(&place);
        let entries = index.iter().filter_map(|entry| {
            let path = String::from_utf8(entry.path).ok()?;
            let below = path.strip_prefix(&prefix)?.to_owned();
            Some(IndexedFile {
                id: from_oid(entry.id),
                mode: match entry.mode {
                    0o100_755 => FileMode::Executable,
                    _ => FileMode::Regular,
                },
                is_unmodified: modified.as_ref().is_some_and(|them| !them.contains(&path)),
                path: below,
            })
        });
        entries.collect()
    }

    /// Returns the files below a folder that differ from the index after git's own conversions; `None`
    /// if they can't be compared.
    fn modified_files(&self, place: &str) -> Option<HashSet<String>> {
        let mut options = DiffOptions::new();
        options.disable_pathspec_match(true).pathspec(place);
        let repository = &self.objects.repository;
        let diff = repository.diff_index_to_workdir(None, Some(&mut options));
        let diff = diff.ok()?;
        let path = |delta: git2::DiffDelta<'_>| {
            let path = delta.old_file().path_bytes().unwrap_or_default();
            String::from_utf8_lossy(path).into_owned()
        };
        Some(diff.deltas().map(path).collect())
    }

    /// Returns the bytes of a file as the index has it.
    #[must_use]
    pub fn indexed_bytes(&self, file: &IndexedFile) -> Option<Bytes> {
        self.objects.blob(file.id).ok()
    }

    /// Whether the index has the path or a parent of it, such as a submodule.
    fn is_tracked(&self, path: &str) -> bool {
        let path = (self.fold)(path);
        let ends = path.match_indices('/').map(|(at, _)| at);
        ends.chain([path.len()])
            .any(|end| self.tracked.contains(&path[..end]))
    }
}

impl Objects {
    /// Returns a copy of git's configuration. libgit2 1.9 reads the files again for each value, and if
    /// that fails, `git_config_get_string_buf` frees a pointer that it has not set.
    pub(crate) fn config(&self) -> Option<git2::Config> {
        self.repository.config().ok()?.snapshot().ok()
    }

    /// Prepares an empty repository for [`Objects::is_ignored_by`]: the user's own excludes do not apply.
    pub(crate) fn without_excludes(self) -> Option<Self> {
        let mut config = self.repository.config().ok()?;
        let nothing = self.repository.path().join("no-excludes");
        let nothing = nothing.to_str()?;
        config.set_str("core.excludesfile", nothing).ok()?;
        Some(self)
    }

    /// Whether this line of a `.gitignore` ignores the path, in an empty repository.
    pub(crate) fn is_ignored_by(&self, line: &str, path: &str) -> bool {
        let repository = &self.repository;
        repository.clear_ignore_rules().is_ok()
            && repository.add_ignore_rule(line).is_ok()
            && self.is_ignored(path)
    }
}

/// Returns the nearest `.git` at or above a folder, given by its canonical path.
#[must_use]
pub fn nearest_git(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().find_map(git_in)
}

/// Returns the `.git` in a folder.
#[must_use]
pub fn git_in(folder: &Path) -> Option<PathBuf> {
    let git = folder.join(".git");
    // As in git, a folder `.git` without `HEAD` is not a repository.
    let is_repository = git.is_file() || git.join("HEAD").symlink_metadata().is_ok();
    is_repository.then_some(git)
}

/// Returns the folded paths of the index; `None` if it can't be read.
fn tracked(objects: &Objects, fold: fn(&str) -> String) -> Option<BTreeSet<String>> {
    let index = objects.repository.index().ok()?;
    let paths = index.iter().map(|entry| entry.path);
    let folded = paths.map(|path| fold(&String::from_utf8_lossy(&path)));
    Some(folded.collect())
}
