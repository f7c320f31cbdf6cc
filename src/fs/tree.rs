//! Lists and hashes the files of a folder.
//!
//! Links are never followed. Entries that are not plain files (links, pipes, devices, names that are
//! not UTF-8) are listed as special files and never opened.

use std::collections::HashMap;
use std::fs::Metadata;
use std::io;
use std::path::Path;

use super::leftover::is_leftover;
use super::{At, Error, if_found};
use crate::digest::{Digest, FileDigest, FileMode};
use crate::platform;

/// Maximum number of times that a folder is read, if other programs keep replacing it.
const MAX_READS: usize = 10;

/// Maximum number of entries below a folder: a lockfile of a stranger may name the root of the disk as a
/// source.
const MAX_LISTED: usize = 400_000;

/// The entries below a folder.
#[derive(Debug, Default)]
pub struct Listing {
    /// Plain files, sorted by path.
    pub files: Vec<ListedFile>,
    /// The paths of entries that are neither plain files nor folders.
    pub special_files: Vec<String>,
    /// The paths of private files and folders.
    pub private: Vec<String>,
}

/// One plain file, not yet read.
#[derive(Debug)]
pub struct ListedFile {
    /// The path relative to the folder, with forward slashes.
    pub path: String,
    /// The mode, as git records it.
    pub mode: FileMode,
    /// The metadata of the file.
    pub metadata: Metadata,
}

/// The digests of the files below a folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// Plain files, sorted by path. A file that git converted at checkout has the digest and mode of the
    /// file that git stores.
    pub files: Vec<HashedFile>,
    /// The paths of entries that are neither plain files nor folders.
    pub special_files: Vec<String>,
    /// The paths of the user's own files and folders, which are not read.
    pub private: Vec<String>,
    /// The converted files as they are on disk.
    pub converted: Vec<HashedFile>,
}

/// A file's path, mode, and digest.
pub type HashedFile = (String, FileMode, FileDigest);

/// The content at the path of a skill's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OnDisk {
    /// The path does not exist.
    Absent,
    /// A file or a link, which is never of mdskill.
    NotAFolder,
    /// A folder.
    Folder(Snapshot),
}

impl Snapshot {
    /// Reads a folder, except the private files, and those whose digests are known.
    fn read(folder: &Path, is_private: IsPrivate<'_>, known: &Self) -> Result<Self, Error> {
        let listing = list_without(folder, is_private)?;
        let known = known.digests_on_disk();
        let mut files = Vec::with_capacity(listing.files.len());
        for file in listing.files {
            let digest = match known.get(file.path.as_str()) {
                Some(digest) => *digest,
                None => digest_of(folder, &file)?,
            };
            files.push((file.path, file.mode, digest));
        }
        Ok(Self {
            files,
            special_files: listing.special_files,
            private: listing.private,
            converted: Vec::new(),
        })
    }

    /// Replaces the digest and the mode of a file that git converted.
    pub fn convert(&mut self, path: &str, mode: FileMode, digest: FileDigest) {
        let found = self
            .files
            .binary_search_by(|(there, ..)| there.as_str().cmp(path));
        if let Ok(at) = found {
            let file = &mut self.files[at];
            self.converted.push(file.clone());
            (file.1, file.2) = (mode, digest);
        }
    }

    /// Returns the digests of its files as they are on disk.
    fn digests_on_disk(&self) -> HashMap<&str, FileDigest> {
        let files = self.files.iter().chain(&self.converted);
        files
            .map(|(path, _, digest)| (path.as_str(), *digest))
            .collect()
    }

    /// Whether a file is converted.
    #[must_use]
    pub fn is_converted(&self, path: &str) -> bool {
        self.converted.iter().any(|(there, ..)| there == path)
    }

    /// Whether the folder has exactly the files of `digest`, apart from leftovers.
    #[must_use]
    pub fn is(&self, digest: Digest) -> bool {
        self.special_files.is_empty() && (self.digest() == digest || self.own_digest() == digest)
    }

    /// Returns the digest of all files.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest_without(|_| false)
    }

    /// Returns the digest of all files that are not leftovers.
    #[must_use]
    pub fn own_digest(&self) -> Digest {
        self.digest_without(|path| self.is_leftover(path))
    }

    /// Returns the digest of the files that are not left out.
    pub fn digest_without(&self, is_left_out: impl Fn(&str) -> bool) -> Digest {
        let kept = self.files.iter().filter(|(path, ..)| !is_left_out(path));
        Digest::of_files(kept.map(|(path, mode, digest)| (path.as_str(), *mode, *digest)))
    }

    /// Whether the file at `path` is a leftover.
    #[must_use]
    pub fn is_leftover(&self, path: &str) -> bool {
        is_leftover(path, |file| {
            let found = self
                .files
                .binary_search_by(|(there, ..)| there.as_str().cmp(file));
            found.is_ok()
        })
    }
}

impl OnDisk {
    /// Reads and hashes all files of `folder`. Another command may replace the folder between the
    /// listing and the reading; then it is read again.
    ///
    /// # Errors
    /// If something in it can't be read.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        Self::read_without(folder, &mut |_, _| false)
    }

    /// Reads and hashes the files of `folder`, except the private ones.
    ///
    /// # Errors
    /// As [`OnDisk::read`].
    pub fn read_without(folder: &Path, is_private: IsPrivate<'_>) -> Result<Self, Error> {
        Self::Absent.read_again(folder, is_private)
    }

    /// Lists the files of `folder` again that was read just now, except the private ones, and reads those that
    /// were private before.
    ///
    /// # Errors
    /// As [`OnDisk::read`].
    pub fn read_again(&self, folder: &Path, is_private: IsPrivate<'_>) -> Result<Self, Error> {
        let nothing = Snapshot::default();
        let known = match self {
            Self::Folder(known) => known,
            _ => &nothing,
        };
        for _ in 1..MAX_READS {
            match Self::read_once(folder, is_private, known) {
                Err(error) if error.is_not_found() => {}
                result => return result,
            }
        }
        Self::read_once(folder, is_private, known)
    }

    fn read_once(
        folder: &Path,
        is_private: IsPrivate<'_>,
        known: &Snapshot,
    ) -> Result<Self, Error> {
        match super::look(folder)? {
            None => Ok(Self::Absent),
            Some(metadata) if !metadata.is_dir() => Ok(Self::NotAFolder),
            Some(_) => Ok(Self::Folder(Snapshot::read(folder, is_private, known)?)),
        }
    }

    /// Whether `folder` still has the same content on disk. Private files may have changed.
    ///
    /// # Errors
    /// If it can't be read.
    pub fn is_still_in(&self, folder: &Path) -> Result<bool, Error> {
        let Self::Folder(seen) = self else {
            return Ok(Self::read(folder)? == *self);
        };
        let mut is_private = |path: &str, _| seen.private.iter().any(|private| private == path);
        let Self::Folder(now) = Self::read_without(folder, &mut is_private)? else {
            return Ok(false);
        };
        let mut files = seen.files.clone();
        for file in &seen.converted {
            if let Some(there) = files.iter_mut().find(|there| there.0 == file.0) {
                there.clone_from(file);
            }
        }
        Ok(now.files == files && now.special_files == seen.special_files)
    }

    /// Returns the user's own files and folders in it.
    #[must_use]
    pub fn private(&self) -> &[String] {
        match self {
            Self::Folder(snapshot) => &snapshot.private,
            _ => &[],
        }
    }

    /// Whether this is a folder with exactly the files of `digest`.
    #[must_use]
    pub fn is(&self, digest: Digest) -> bool {
        matches!(self, Self::Folder(snapshot) if snapshot.is(digest))
    }
}

/// Returns the digest of a file. One that is too large to be a skill's is not read, because a sparse file
/// may be endless: it gets a digest of its size and time that no file has.
fn digest_of(folder: &Path, file: &ListedFile) -> Result<FileDigest, Error> {
    let there = &file.metadata;
    if there.len() > super::MAX_READ_BYTES {
        let text = format!("{} {:?}", there.len(), there.modified().ok());
        let FileDigest(digest) = FileDigest::of(text.as_bytes());
        return Ok(FileDigest(digest.map(|byte| !byte)));
    }
    let path = folder.join(&file.path);
    let read = super::open_plain(&path).and_then(super::read_all);
    Ok(FileDigest::of(&read.at("read", &path)?))
}

/// Lists all files below `folder` without reading them.
///
/// # Errors
/// If a folder can't be listed.
pub fn list(folder: &Path) -> Result<Listing, Error> {
    list_without(folder, &mut |_, _| false)
}

/// Decides about a path below a folder, and whether it is a folder, whether it is private.
pub type IsPrivate<'a> = &'a mut dyn FnMut(&str, bool) -> bool;

/// Lists the files below `folder` without reading them, except the private ones.
///
/// # Errors
/// If a folder can't be listed.
pub fn list_without(folder: &Path, is_private: IsPrivate<'_>) -> Result<Listing, Error> {
    let mut listing = Listing::default();
    list_into(folder, "", &mut listing, is_private)?;
    listing.files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    listing.special_files.sort_unstable();
    listing.private.sort_unstable();
    Ok(listing)
}

fn list_into(
    folder: &Path,
    prefix: &str,
    listing: &mut Listing,
    is_private: IsPrivate<'_>,
) -> Result<(), Error> {
    let Some(entries) = if_found(std::fs::read_dir(folder)).at("list", folder)? else {
        return Ok(());
    };
    for entry in entries {
        let entry = entry.at("list", folder)?;
        let found = listing.files.len() + listing.special_files.len() + listing.private.len();
        if found >= MAX_LISTED {
            let reason = format!("it has more than {MAX_LISTED} files, the limit");
            return Err(io::Error::other(reason)).at("list", folder);
        }
        let Some(metadata) = if_found(entry.metadata()).at("look at", entry.path())? else {
            continue;
        };
        let name = entry.file_name();
        let path = format!("{prefix}{}", name.to_string_lossy());
        let is_text = name.to_str().is_some();
        if is_private(&path, metadata.is_dir()) {
            listing.private.push(path);
        } else if metadata.is_dir() && is_text {
            list_into(&entry.path(), &format!("{path}/"), listing, is_private)?;
        } else if metadata.is_file() && is_text {
            listing.files.push(ListedFile {
                path,
                mode: mode_of(&metadata),
                metadata,
            });
        } else {
            listing.special_files.push(path);
        }
    }
    Ok(())
}

/// Returns the mode that git records for a file.
#[must_use]
pub fn mode_of(metadata: &Metadata) -> FileMode {
    if platform::is_executable(metadata) {
        FileMode::Executable
    } else {
        FileMode::Regular
    }
}

/// Creates a file with the mode that git gives it; the umask applies.
///
/// # Errors
/// If it exists or can't be written.
pub fn write_new(path: &Path, mode: FileMode, bytes: &[u8]) -> Result<(), Error> {
    use std::io::Write;
    let mut options = std::fs::File::options();
    options.write(true).create_new(true);
    platform::set_mode(&mut options, mode == FileMode::Executable);
    let mut file = options.open(path).at("write", path)?;
    file.write_all(bytes).at("write", path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            write_new(&path, FileMode::Regular, text.as_bytes()).unwrap();
        }
        folder
    }

    fn snapshot(folder: &tempfile::TempDir) -> Snapshot {
        Snapshot::read(folder.path(), &mut |_, _| false, &Snapshot::default()).unwrap()
    }

    #[test]
    fn leftovers_are_not_edits() {
        let folder = folder(&[("SKILL.md", "x"), ("scripts/a.py", "y")]);
        let digest = snapshot(&folder).digest();
        std::fs::create_dir(folder.path().join("scripts/__pycache__")).unwrap();
        std::fs::write(
            folder.path().join("scripts/__pycache__/a.cpython-312.pyc"),
            "z",
        )
        .unwrap();
        assert!(snapshot(&folder).is(digest));
        std::fs::write(folder.path().join("notes.md"), "mine").unwrap();
        assert!(!snapshot(&folder).is(digest));
    }

    #[test]
    fn known_files_are_not_read_again() {
        let folder = folder(&[("SKILL.md", "x"), ("a.md", "y")]);
        let known = OnDisk::read_without(folder.path(), &mut |path, _| path == "a.md").unwrap();
        for file in ["SKILL.md", "a.md"] {
            std::fs::write(folder.path().join(file), "changed").unwrap();
        }
        let again = known.read_again(folder.path(), &mut |_, _| false).unwrap();
        let OnDisk::Folder(again) = again else {
            panic!("a folder");
        };
        let digests = again
            .files
            .into_iter()
            .map(|(path, _, digest)| (path, digest));
        let expected = [("SKILL.md", "x"), ("a.md", "changed")]
            .map(|(path, text)| (path.to_owned(), FileDigest::of(text.as_bytes())));
        assert!(digests.eq(expected));
    }

    #[cfg(unix)]
    #[test]
    fn link_is_a_special_file_and_is_not_followed() {
        let folder = folder(&[("SKILL.md", "x")]);
        let digest = snapshot(&folder).digest();
        std::os::unix::fs::symlink("/etc", folder.path().join("etc")).unwrap();
        let changed = snapshot(&folder);
        assert_eq!(changed.special_files, ["etc"]);
        assert_eq!(changed.files.len(), 1);
        assert!(!changed.is(digest));
    }

    #[test]
    fn folder_that_is_replaced_while_it_is_read_is_read_again() {
        let root = tempfile::tempdir().unwrap();
        let [place, aside, staged] =
            ["skill", "aside", "staged"].map(|name| root.path().join(name));
        let files: Vec<String> = (0..20).map(|file| format!("{file}.md")).collect();
        let write = |folder: &Path| {
            std::fs::create_dir(folder).unwrap();
            for file in &files {
                write_new(&folder.join(file), FileMode::Regular, b"x").unwrap();
            }
        };
        write(&place);
        std::thread::scope(|threads| {
            // The steps of a transaction.
            let writer = threads.spawn(|| {
                for _ in 0..300 {
                    write(&staged);
                    std::fs::rename(&place, &aside).unwrap();
                    std::fs::rename(&staged, &place).unwrap();
                    std::fs::remove_dir_all(&aside).unwrap();
                }
            });
            while !writer.is_finished() {
                OnDisk::read(&place).unwrap();
            }
        });
    }
}
