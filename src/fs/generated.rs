//! [`GeneratedFolder`]: a folder whose files a command makes, and makes again.
//!
//! A list in it has the digest of each file. Only files with such a digest are replaced or deleted, so
//! what someone else wrote there stays. The list names new files before they are written: a run after an
//! interrupted one knows them.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::{At, Error, atomic, create_folder, if_found, look, read_plain, remove_file};
use crate::digest::Digest;

/// The version of the list.
const VERSION: u32 = 1;

/// A folder whose files a command makes.
#[derive(Debug)]
pub struct GeneratedFolder {
    root: PathBuf,
    list: PathBuf,
    before: List,
    /// The files of this run.
    now: BTreeMap<String, String>,
    /// The folders that were checked or created.
    folders: Mutex<HashSet<PathBuf>>,
    replaces_others: bool,
}

/// The list of the files.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct List {
    version: u32,
    /// The sources of the files.
    #[serde(default)]
    made_from: Vec<String>,
    /// The digests of the files.
    files: BTreeMap<String, String>,
    /// Those of the files that are being written, and that interrupted runs were writing.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pending: BTreeMap<String, BTreeSet<String>>,
}

/// The folder can't be used. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum GeneratedError {
    /// It has files, and no list.
    #[error("{path} is not empty, and mdskill did not make what is in it", path = .0.display())]
    NotEmpty(PathBuf),
    /// It is a link or a file.
    #[error("{path} is not a folder", path = .0.display())]
    NotAFolder(PathBuf),
    /// The list can't be read.
    #[error("{path} can't be read: {problem}", path = path.display())]
    List {
        /// The path of the list.
        path: PathBuf,
        /// The reason.
        problem: String,
    },
    /// The files were made from other sources.
    #[error("{path} has the pages of {}", .from.join(", "), path = path.display())]
    OfOthers {
        /// The folder.
        path: PathBuf,
        /// The other sources.
        from: Vec<String>,
    },
    /// The file system refused.
    #[error(transparent)]
    Fs(#[from] Error),
}

/// The result of writing a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// It was created or replaced.
    Changed,
    /// It was equal.
    Unchanged,
    /// Something else is there, and stays.
    LeftAlone,
}

/// The result of [`GeneratedFolder::finish`].
#[derive(Debug, Default)]
pub struct Finished {
    /// The number of deleted files.
    pub deleted: usize,
    /// The files that are not needed any more and that someone changed.
    pub left_alone: Vec<String>,
}

impl GeneratedFolder {
    /// Opens the folder `root`, which need not exist. `list` is the name of its list, and `made_from` what
    /// its files are made from: at least one of it must be the same as before. With `replaces_others`,
    /// files that someone changed are replaced, too.
    ///
    /// # Errors
    /// When the folder has files of others, or can't be read.
    pub fn open(
        root: &Path,
        list: &str,
        made_from: Vec<String>,
        replaces_others: bool,
    ) -> Result<Self, GeneratedError> {
        let list = root.join(list);
        let before = read_list(root, &list)?;
        let is_shared = before.made_from.iter().any(|one| made_from.contains(one));
        if !is_shared && !before.made_from.is_empty() && !replaces_others {
            return Err(GeneratedError::OfOthers {
                path: root.to_owned(),
                from: before.made_from,
            });
        }
        Ok(Self {
            root: root.to_owned(),
            list,
            before: List {
                version: VERSION,
                made_from,
                ..before
            },
            now: BTreeMap::new(),
            folders: Mutex::new(HashSet::from([root.to_owned()])),
            replaces_others,
        })
    }

    /// Adds files to the list before they are written.
    ///
    /// # Errors
    /// When the list can't be written.
    pub fn announce<'p>(
        &mut self,
        files: impl IntoIterator<Item = (&'p str, Digest)>,
    ) -> Result<(), Error> {
        let mut has_new = false;
        for (path, digest) in files {
            let digest = digest.to_string();
            if self.before.files.get(path) != Some(&digest) {
                has_new = true;
                let pending = self.before.pending.entry(path.to_owned());
                pending.or_default().insert(digest.clone());
            }
            self.now.insert(path.to_owned(), digest);
        }
        if has_new {
            self.write_list(&self.before)?;
        }
        Ok(())
    }

    /// Writes an announced file, if it differs. Several threads can write different files.
    ///
    /// # Errors
    /// When the file can't be read or written, or a link is on the way.
    pub fn write(&self, path: &str, bytes: &[u8]) -> Result<Written, Error> {
        let file = self.root.join(path);
        if let Some(folder) = file.parent() {
            self.enter(folder)?;
        }
        let Some(there) = look(&file)? else {
            atomic::write_cache(&file, bytes)?;
            return Ok(Written::Changed);
        };
        if !there.is_file() {
            return Ok(Written::LeftAlone);
        }
        let old = read_plain(&file).at("read", &file)?;
        if old == bytes {
            return Ok(Written::Unchanged);
        }
        if !self.replaces_others && !self.is_ours(path, &old) {
            return Ok(Written::LeftAlone);
        }
        atomic::write_cache(&file, bytes)?;
        Ok(Written::Changed)
    }

    /// Deletes the files of earlier runs that this one did not write, and completes the list.
    ///
    /// # Errors
    /// When a file can't be deleted, or the list can't be written.
    pub fn finish(self) -> Result<Finished, Error> {
        let mut finished = Finished::default();
        let earlier = self.before.files.keys().chain(self.before.pending.keys());
        let gone: BTreeSet<&String> = earlier
            .filter(|path| !self.now.contains_key(*path))
            .collect();
        for path in gone {
            let file = self.root.join(path);
            if !is_below(path) || !self.has_plain_folders(&file)? {
                continue;
            }
            let Some(there) = look(&file)? else {
                continue;
            };
            let is_ours = there.is_file() && {
                let old = read_plain(&file).at("read", &file)?;
                self.replaces_others || self.is_ours(path, &old)
            };
            if is_ours {
                remove_file(&file)?;
                finished.deleted += 1;
                self.remove_empty_folders(&file);
            } else {
                finished.left_alone.push(path.clone());
            }
        }
        let list = List {
            files: self.now.clone(),
            pending: BTreeMap::new(),
            ..self.before.clone()
        };
        self.write_list(&list)?;
        Ok(finished)
    }

    /// Whether an earlier run or this one made a file with these bytes.
    fn is_ours(&self, path: &str, bytes: &[u8]) -> bool {
        let digest = Digest::of_bytes(bytes).to_string();
        let pending = self.before.pending.get(path);
        self.before.files.get(path) == Some(&digest)
            || pending.is_some_and(|digests| digests.contains(&digest))
    }

    fn write_list(&self, list: &List) -> Result<(), Error> {
        let text = serde_json::to_vec_pretty(list).map_err(std::io::Error::from);
        let mut text = text.at("write", &self.list)?;
        text.push(b'\n');
        if if_found(read_plain(&self.list))
            .at("read", &self.list)?
            .as_deref()
            == Some(&text)
        {
            return Ok(());
        }
        atomic::write_cache(&self.list, &text)
    }

    /// Creates a folder below the root, and those above it. A link is not followed.
    fn enter(&self, folder: &Path) -> Result<(), Error> {
        let mut known = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        let above = folder.ancestors().take_while(|path| !known.contains(*path));
        let mut missing: Vec<PathBuf> = above.map(Path::to_owned).collect();
        while let Some(folder) = missing.pop() {
            match look(&folder)? {
                None => create_folder(&folder)?,
                Some(there) if there.is_dir() => {}
                Some(_) => {
                    let error = std::io::Error::other("it is a link or a file");
                    return Err(error).at("write in", &folder);
                }
            }
            known.insert(folder);
        }
        Ok(())
    }

    /// Whether no folder above a file is a link.
    fn has_plain_folders(&self, file: &Path) -> Result<bool, Error> {
        let mut above = file.ancestors().skip(1);
        while let Some(folder) = above.next().filter(|folder| *folder != self.root) {
            if !look(folder)?.is_some_and(|there| there.is_dir()) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Removes the folders above a file that are empty.
    fn remove_empty_folders(&self, file: &Path) {
        let above = file.ancestors().skip(1);
        for folder in above.take_while(|folder| *folder != self.root) {
            // A folder with other files stays.
            if std::fs::remove_dir(folder).is_err() {
                return;
            }
        }
    }
}

/// Whether a path of the list is below the folder: the list may have come with a stranger's project.
fn is_below(path: &str) -> bool {
    let mut parts = path.split('/');
    parts.all(|part| !matches!(part, "" | "." | "..") && !part.contains(['\\', ':']))
}

fn read_list(root: &Path, list: &Path) -> Result<List, GeneratedError> {
    match look(root)? {
        None => return Ok(List::default()),
        Some(there) if there.is_dir() => {}
        Some(_) => return Err(GeneratedError::NotAFolder(root.to_owned())),
    }
    if look(list)?.is_none() {
        let mut entries = std::fs::read_dir(root).at("list", root)?;
        return match entries.next() {
            None => Ok(List::default()),
            Some(_) => Err(GeneratedError::NotEmpty(root.to_owned())),
        };
    }
    let problem = |problem: String| GeneratedError::List {
        path: list.to_owned(),
        problem,
    };
    let bytes = read_plain(list).map_err(|error| problem(error.to_string()))?;
    let read: List = serde_json::from_slice(&bytes).map_err(|error| problem(error.to_string()))?;
    if read.version != VERSION {
        return Err(problem("it is of another version of mdskill".to_owned()));
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(root: &Path, files: &[(&str, &str)]) -> (Vec<Written>, Finished) {
        let from = vec!["a/b".to_owned()];
        let mut folder = GeneratedFolder::open(root, ".list.json", from, false).unwrap();
        let digests = files
            .iter()
            .map(|(path, text)| (*path, Digest::of_bytes(text.as_bytes())));
        folder.announce(digests).unwrap();
        let written = files
            .iter()
            .map(|(path, text)| folder.write(path, text.as_bytes()).unwrap());
        let written = written.collect();
        (written, folder.finish().unwrap())
    }

    #[test]
    fn only_own_files_are_replaced_and_deleted() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().join("out");
        let first = [("a/x", "1"), ("b", "1"), ("c", "1"), ("d/e/f", "1")];
        assert_eq!(run(&root, &first).0, [Written::Changed; 4]);
        std::fs::write(root.join("b"), "mine").unwrap();
        std::fs::write(root.join("c"), "mine").unwrap();
        std::fs::write(root.join("new"), "mine").unwrap();
        let second = [("a/x", "1"), ("b", "2"), ("new", "2")];
        let (written, finished) = run(&root, &second);
        let expected = [Written::Unchanged, Written::LeftAlone, Written::LeftAlone];
        assert_eq!(written, expected);
        assert_eq!(
            (finished.deleted, finished.left_alone),
            (1, vec!["c".to_owned()])
        );
        assert!(!root.join("d").exists());
        for mine in ["b", "c", "new"] {
            assert_eq!(std::fs::read(root.join(mine)).unwrap(), b"mine");
        }
    }

    #[test]
    fn interrupted_run_is_continued() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().join("out");
        run(&root, &[("a", "1")]);
        let from = vec!["a/b".to_owned()];
        let mut folder = GeneratedFolder::open(&root, ".list.json", from, false).unwrap();
        let digest = Digest::of_bytes(b"2");
        folder.announce([("a", digest), ("b", digest)]).unwrap();
        folder.write("a", b"2").unwrap();
        drop(folder);
        let (written, finished) = run(&root, &[("a", "3"), ("b", "3")]);
        assert_eq!(written, [Written::Changed; 2]);
        assert_eq!(finished.deleted, 0);
    }

    #[test]
    fn folders_of_others_are_refused() {
        let place = tempfile::tempdir().unwrap();
        let open = |name: &str, from: &str| {
            let root = place.path().join(name);
            GeneratedFolder::open(&root, ".list.json", vec![from.to_owned()], false)
        };
        std::fs::create_dir(place.path().join("full")).unwrap();
        std::fs::write(place.path().join("full/x"), "").unwrap();
        assert!(matches!(
            open("full", "a/b"),
            Err(GeneratedError::NotEmpty(_))
        ));
        assert!(matches!(
            open("full/x", "a/b"),
            Err(GeneratedError::NotAFolder(_))
        ));
        run(&place.path().join("site"), &[("a", "1")]);
        assert!(matches!(
            open("site", "c/d"),
            Err(GeneratedError::OfOthers { .. })
        ));
        std::fs::write(place.path().join("site/.list.json"), "{").unwrap();
        assert!(matches!(
            open("site", "a/b"),
            Err(GeneratedError::List { .. })
        ));
    }
}
