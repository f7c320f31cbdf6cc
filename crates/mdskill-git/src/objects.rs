//! [`Objects`]: the objects of a repository on disk, read and written with libgit2.
//!
//! libgit2 checks the id of an object on every read; its network code is not built in. Packs that arrive are decoded
//! in `pack`. Minimum version: libgit2 1.9.7, because of six CVEs of 2026.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use git2::{
    DiffOptions, ErrorCode, ObjectType, Odb, OdbLookupFlags, Oid, Repository, RepositoryOpenFlags,
};

pub use crate::error::{MAX_OBJECT_BYTES, ObjectError};
pub use crate::pack::{MAX_PACK_BYTES, MAX_PACK_OBJECTS, PackError, PackWriter};
pub use crate::tree::{TreeBuilder, TreeEntry};

use crate::error::{damaged, refuse, unreadable};
use crate::file_mode::FileMode;
use crate::git_folder;
use crate::kind::Kind;
use crate::loose::Loose;
use crate::new_objects::NewObjects;
use crate::object_id::ObjectId;
use crate::oid::{from_oid, id_of, kind_of, oid};
use crate::options::set_limits;
use crate::pack::Store;
use crate::progress::Progress;
use crate::received::Received;
use crate::tree::{long_name, parse_tree, tree_bytes};
use crate::tree_names::TreeNames;

/// The maximum number of tags that lead to each other before a commit. Each of 20,000 refs could be
/// such a chain; more than two tags are unknown in practice.
const MAX_TAG_CHAIN: usize = 16;

/// The objects of one repository.
pub struct Objects {
    pub(super) repository: Repository,
    names: TreeNames,
    loose: Loose,
    received: Arc<Received>,
    /// The trees of the commits that were asked for. The skills of a repository are mostly of one commit, or of an old
    /// and a new one: to read the commit again for each of 181 was a tenth of all work of `add`.
    roots: RefCell<HashMap<ObjectId, ObjectId>>,
}

impl Objects {
    /// Opens the repository at `path`, bare or not.
    ///
    /// # Errors
    /// When the repository does not exist.
    pub fn open(path: &Path) -> Result<Self, ObjectError> {
        set_limits();
        git_folder::check(path)?;
        let repository = Repository::open(path).map_err(|error| refuse(path, &error))?;
        Ok(Self::of(repository))
    }

    fn of(repository: Repository) -> Self {
        Self {
            repository,
            names: TreeNames::default(),
            loose: Loose::default(),
            received: Arc::default(),
            roots: RefCell::default(),
        }
    }

    /// Opens the bare repository at `path`, without a check of its owner.
    ///
    /// For a cache of the program itself, which a CI runner may have restored as another user.
    ///
    /// # Errors
    /// When the folder is not a bare repository.
    pub fn open_store(path: &Path) -> Result<Self, ObjectError> {
        set_limits();
        let repository = Repository::open_bare(path).map_err(|error| refuse(path, &error))?;
        Ok(Self::of(repository))
    }

    /// Creates an empty bare repository at `path`.
    ///
    /// Not with libgit2, because that reads the user's configuration first, and crashes if this fails
    /// with an I/O error in a home folder on a network.
    ///
    /// # Errors
    /// When it can't be created.
    pub fn create(path: &Path) -> Result<Self, ObjectError> {
        let create = || {
            for folder in ["objects/info", "objects/pack", "refs/heads", "refs/tags"] {
                std::fs::create_dir_all(path.join(folder))?;
            }
            let config = "[core]\n\tbare = true\n\trepositoryformatversion = 0\n";
            std::fs::write(path.join("config"), config)?;
            std::fs::write(path.join("HEAD"), "ref: refs/heads/main\n")
        };
        create().map_err(|error| ObjectError::of_disk(path, &error))?;
        Self::open_store(path)
    }

    /// Returns the folder of the repository (`.git`).
    #[must_use]
    pub fn path(&self) -> &Path {
        self.repository.path()
    }

    /// Returns the objects that were received last, for another thread.
    pub(crate) fn shared_received(&self) -> &Arc<Received> {
        &self.received
    }

    /// Opens the same repository again, for another thread.
    pub(crate) fn open_again(path: &Path, received: Arc<Received>) -> Result<Self, ObjectError> {
        let mut objects = Self::open_store(path)?;
        objects.received = received;
        Ok(objects)
    }

    /// Returns an id for libgit2, which reads a truncated object without end. Its header can be read without this.
    pub(super) fn readable(&self, id: ObjectId) -> Result<Oid, ObjectError> {
        self.loose.check(self.store(), id)?;
        Ok(oid(id))
    }

    fn odb(&self) -> Result<Odb<'_>, ObjectError> {
        self.repository
            .odb()
            .map_err(|error| refuse(self.path(), &error))
    }

    /// Whether the object is in the repository. Does not check the disk for new packs.
    #[must_use]
    pub fn contains(&self, id: ObjectId) -> bool {
        // libgit2 would open the pack, and count it among its open files only when it reads it.
        if self.received.has(id) {
            return true;
        }
        self.odb()
            .is_ok_and(|odb| odb.exists_ext(oid(id), OdbLookupFlags::NO_REFRESH))
    }

    /// Opens the repository whose work tree contains `folder`; `None` if it does not exist.
    ///
    /// # Errors
    /// When it can't be used, for example because another user owns it, or its ids are SHA-256.
    pub fn around(folder: &Path) -> Result<Option<Self>, ObjectError> {
        set_limits();
        git_folder::check_around(folder)?;
        let nowhere: [&Path; 0] = [];
        let opened = Repository::open_ext(folder, RepositoryOpenFlags::empty(), nowhere);
        match opened {
            Ok(repository) => Ok(Some(Self::of(repository))),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(refuse(folder, &error)),
        }
    }

    /// Returns the work tree; `None` for a bare repository.
    #[must_use]
    pub fn work_tree(&self) -> Option<&Path> {
        self.repository.workdir()
    }

    /// Returns the folder with the objects: for a linked work tree, that of the main one.
    #[must_use]
    pub fn store(&self) -> &Path {
        self.repository.commondir()
    }

    /// Whether the repository is a shallow clone.
    #[must_use]
    pub fn is_shallow(&self) -> bool {
        self.repository.is_shallow()
    }

    /// Whether git ignores the file at this path below the work tree.
    #[must_use]
    pub fn is_ignored(&self, path: &str) -> bool {
        self.repository.is_path_ignored(path).unwrap_or_default()
    }

    /// Returns the paths of the files in `folders` that differ between the tree `root` and the work
    /// tree. New files that git does not ignore are among them.
    ///
    /// # Errors
    /// When a tree is missing, or the work tree or the rules for it can't be read.
    pub fn changed_files(
        &self,
        root: ObjectId,
        folders: &[String],
    ) -> Result<BTreeSet<String>, ObjectError> {
        self.check_ignore_rules(folders)?;
        let wrap = |error: git2::Error| unreadable(root, &error);
        let tree = self.repository.find_tree(self.readable(root)?);
        let tree = tree.map_err(wrap)?;
        let mut options = DiffOptions::new();
        options
            .include_untracked(true)
            .recurse_untracked_dirs(true)
            .include_unreadable(true)
            .disable_pathspec_match(true);
        // An empty path would match nothing instead of everything.
        if !folders.iter().any(String::is_empty) {
            for folder in folders {
                options.pathspec(folder);
            }
        }
        let differences = self
            .repository
            .diff_tree_to_workdir(Some(&tree), Some(&mut options))
            .map_err(wrap)?;
        let path = |delta: git2::DiffDelta<'_>| {
            let path = delta.new_file().path_bytes();
            String::from_utf8_lossy(path.unwrap_or_default()).into_owned()
        };
        Ok(differences.deltas().map(path).collect())
    }

    /// Returns the tree at a path of the tree `root`; `None` if it does not exist.
    ///
    /// # Errors
    /// When the tree `root` is missing.
    pub fn tree_at(&self, root: ObjectId, path: &str) -> Result<Option<ObjectId>, ObjectError> {
        if path.is_empty() {
            return Ok(Some(root));
        }
        let tree = self.repository.find_tree(self.readable(root)?);
        let tree = tree.map_err(|error| unreadable(root, &error))?;
        let entry = tree.get_path(Path::new(path)).ok();
        let entry = entry.filter(|entry| entry.kind() == Some(ObjectType::Tree));
        Ok(entry.map(|entry| from_oid(entry.id())))
    }

    /// Returns the commit of a revision as git parses it: a branch, a tag, an id, `HEAD~2`.
    ///
    /// # Errors
    /// The message of libgit2, when the commit does not exist.
    pub fn commit_named(&self, name: &str) -> Result<ObjectId, String> {
        let found = self.repository.revparse_single(name);
        found
            .and_then(|object| object.peel(ObjectType::Commit))
            .map(|commit| from_oid(commit.id()))
            .map_err(|error| error.message().to_owned())
    }

    /// Returns the entries of a tree, in git's order.
    ///
    /// # Errors
    /// When it is missing, damaged, or not a tree, or has a name of more than 1,024 bytes.
    pub fn tree(&self, id: ObjectId) -> Result<Vec<TreeEntry>, ObjectError> {
        let bytes = self.read(id, Kind::Tree)?;
        let entries = parse_tree(&bytes);
        let entries = entries.ok_or_else(|| damaged(id, "its entries can't be parsed"))?;
        match long_name(&entries) {
            Some((name, size)) => Err(ObjectError::LongName { name, size }),
            None => Ok(entries),
        }
    }

    /// Returns the entry with this name in a tree.
    ///
    /// # Errors
    /// As [`Objects::tree`].
    pub fn entry(&self, tree: ObjectId, name: &[u8]) -> Result<Option<TreeEntry>, ObjectError> {
        self.names.find(tree, name, || self.tree(tree))
    }

    /// Returns the bytes of a blob.
    ///
    /// # Errors
    /// When it is missing, damaged, not a blob, or larger than [`MAX_OBJECT_BYTES`].
    pub fn blob(&self, id: ObjectId) -> Result<Bytes, ObjectError> {
        self.read(id, Kind::Blob)
    }

    /// Returns the bytes of a blob if it was just received, and is in memory.
    #[must_use]
    pub fn received_blob(&self, id: ObjectId) -> Option<Bytes> {
        let received = self.received.get(id);
        let blob = received.filter(|(kind, _)| *kind == Kind::Blob);
        blob.map(|(_, bytes)| bytes)
    }

    /// Returns the size of a blob, and its bytes if there are at most `most`.
    ///
    /// # Errors
    /// When it is missing, damaged, or not a blob.
    pub fn blob_up_to(
        &self,
        id: ObjectId,
        most: usize,
    ) -> Result<(usize, Option<Bytes>), ObjectError> {
        let size = self.size_of(id, Kind::Blob)?;
        let bytes = (size <= most).then(|| self.object(id));
        let bytes = bytes.transpose()?.map(|(_, bytes)| bytes);
        Ok((size, bytes))
    }

    /// Returns the size of an object in bytes, without reading all of it.
    ///
    /// # Errors
    /// When it is missing.
    pub fn size(&self, id: ObjectId) -> Result<usize, ObjectError> {
        if let Some((_, bytes)) = self.received.get(id) {
            return Ok(bytes.len());
        }
        let header = self.odb()?.read_header(oid(id));
        header
            .map(|(size, _)| size)
            .map_err(|error| unreadable(id, &error))
    }

    /// Returns the commit with this id, or the commit of the tag object with this id. A tag may be of
    /// another tag, up to 16 times.
    ///
    /// # Errors
    /// When it is missing or not a commit.
    pub fn peel(&self, id: ObjectId) -> Result<ObjectId, ObjectError> {
        let odb = self.odb()?;
        let mut peeled = id;
        for _ in 0..=MAX_TAG_CHAIN {
            let header = odb.read_header(oid(peeled));
            let (_, kind) = header.map_err(|error| unreadable(peeled, &error))?;
            if kind != ObjectType::Tag {
                self.size_of(peeled, Kind::Commit)?;
                return Ok(peeled);
            }
            let tag = self.repository.find_tag(self.readable(peeled)?);
            let tag = tag.map_err(|error| unreadable(id, &error))?;
            peeled = from_oid(tag.target_id());
        }
        Err(damaged(id, "it is a tag of a tag of a tag, and so on"))
    }

    /// Returns the root tree of a commit.
    ///
    /// # Errors
    /// When it is missing, damaged, or not a commit.
    pub fn root_tree(&self, commit: ObjectId) -> Result<ObjectId, ObjectError> {
        if let Some(tree) = self.roots.borrow().get(&commit) {
            return Ok(*tree);
        }
        let tree = self.commit(commit)?.tree;
        self.roots.borrow_mut().insert(commit, tree);
        Ok(tree)
    }

    /// Returns every ref with its id, and `HEAD` with its branch.
    ///
    /// # Errors
    /// When the refs can't be read.
    pub fn refs(&self) -> Result<Vec<(String, ObjectId, Option<String>)>, ObjectError> {
        let wrap = |error: git2::Error| refuse(self.path(), &error);
        let mut refs = Vec::new();
        let names = self.repository.references().map_err(wrap)?;
        for reference in names {
            let reference = reference.map_err(wrap)?;
            if let (Ok(name), Some(id)) = (reference.name(), reference.target()) {
                refs.push((name.to_owned(), from_oid(id), None));
            }
        }
        // HEAD is unborn in an empty repository.
        if let Ok(head) = self.repository.head()
            && let Some(id) = head.target()
        {
            let detached = self.repository.head_detached().map_err(wrap)?;
            let branch = head.name().ok().filter(|_| !detached).map(str::to_owned);
            refs.push(("HEAD".to_owned(), from_oid(id), branch));
        }
        Ok(refs)
    }

    fn read(&self, id: ObjectId, kind: Kind) -> Result<Bytes, ObjectError> {
        let size = self.size_of(id, kind)?;
        if size > MAX_OBJECT_BYTES {
            return Err(ObjectError::TooLarge { id, size });
        }
        Ok(self.object(id)?.1)
    }

    fn size_of(&self, id: ObjectId, kind: Kind) -> Result<usize, ObjectError> {
        let (size, found) = match self.received.get(id) {
            Some((found, bytes)) => (bytes.len(), Some(found)),
            None => {
                let header = self.odb()?.read_header(oid(id));
                let (size, found) = header.map_err(|error| unreadable(id, &error))?;
                (size, kind_of(found))
            }
        };
        match found {
            Some(found) if found == kind => Ok(size),
            found => {
                let found = found.map_or("object of no known kind", Kind::name);
                Err(damaged(id, &format!("it is a {found}")))
            }
        }
    }

    /// Adds a blob and returns its id.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn write_blob(&self, bytes: &[u8]) -> Result<ObjectId, ObjectError> {
        let written = self.odb()?.write(ObjectType::Blob, bytes);
        written
            .map(from_oid)
            .map_err(|error| refuse(self.path(), &error))
    }

    /// Adds a tree and returns its id. The entries are in git's order.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn write_tree(&self, entries: &[TreeEntry]) -> Result<ObjectId, ObjectError> {
        let written = self.odb()?.write(ObjectType::Tree, &tree_bytes(entries));
        written
            .map(from_oid)
            .map_err(|error| refuse(self.path(), &error))
    }

    /// Writes objects as one pack, except those that are in the repository.
    ///
    /// # Errors
    /// When the pack can't be written.
    pub fn write_all(&self, new: NewObjects) -> Result<(), ObjectError> {
        let packs = self.packs();
        let written = new.write(&packs, |id| self.contains(id));
        written.map_err(|error| ObjectError::of_disk(&packs, &error))?;
        self.refresh()
    }

    /// Starts to write a pack. Its objects can be read after [`PackWriter::finish`]. It is refused if
    /// it is not complete at `deadline`, or if `progress` is cancelled.
    pub fn pack_writer<'a>(
        &'a self,
        progress: &'a dyn Progress,
        deadline: Instant,
    ) -> PackWriter<'a> {
        PackWriter::new(self, progress, deadline)
    }
}

impl Store for Objects {
    fn packs(&self) -> PathBuf {
        self.store().join("objects/pack")
    }

    fn received(&self) -> &Received {
        &self.received
    }

    fn object(&self, id: ObjectId) -> Result<(Kind, Bytes), ObjectError> {
        if let Some(received) = self.received.get(id) {
            return Ok(received);
        }
        let object = self.readable(id)?;
        let odb = self.odb()?;
        let object = odb.read(object).map_err(|error| unreadable(id, &error))?;
        let kind = kind_of(object.kind());
        let kind = kind.ok_or_else(|| damaged(id, "its kind is unknown"))?;
        Ok((kind, Bytes::copy_from_slice(object.data())))
    }

    fn refresh(&self) -> Result<(), ObjectError> {
        let refreshed = self.odb()?.refresh();
        refreshed.map_err(|error| refuse(self.path(), &error))
    }
}

/// Returns the id of a blob with these bytes.
///
/// # Errors
/// When libgit2 can't compute it.
pub fn blob_id(bytes: &[u8]) -> Result<ObjectId, ObjectError> {
    id_of(Kind::Blob, bytes).map_err(|error| refuse(Path::new("(memory)"), &error))
}

/// Returns the id of a tree with these files; paths have forward slashes.
///
/// # Errors
/// When libgit2 can't compute it.
pub fn tree_id(files: &[(&str, FileMode, ObjectId)]) -> Result<ObjectId, ObjectError> {
    let mut tree = TreeBuilder::default();
    for (path, mode, id) in files {
        tree.insert(path, mode.number(), *id);
    }
    tree.finish(&mut |entries| {
        id_of(Kind::Tree, &tree_bytes(entries))
            .map_err(|error| refuse(Path::new("(memory)"), &error))
    })
}
