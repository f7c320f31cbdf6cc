//! `--since REF`: compares skills on disk with a commit, and validates their old versions.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::discover::DiskPath;
use crate::operations::OpError;
use crate::operations::findings::join;
use crate::platform;
use crate::skill::{DiskFiles, GitFiles, find_entry};
use mdskill_git::ObjectId;
use mdskill_git::objects::{ObjectError, Objects, TreeEntry, blob_id};
use mdskill_lint::leftovers::is_made_by_tools;
use mdskill_lint::skill_files::{EntryKind, PathKind, SkillFiles};
use mdskill_lint::{Settings, ValidationResult, validate};

/// The commit to compare with, and its repository.
pub(super) struct Baseline {
    objects: Objects,
    /// The content of the commit.
    pub commit: CommitTree,
}

/// The content of a commit. Each thread opens the repository for itself.
pub(super) struct CommitTree {
    /// The commit, as the user named it.
    git_ref: String,
    /// The tree of the commit.
    root: ObjectId,
    work_tree: PathBuf,
    store: PathBuf,
}

/// The difference between a skill and the commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// It does not differ.
    None,
    /// The commit does not have the skill.
    New,
    /// The commit has this tree at the skill's path.
    Differs(ObjectId),
}

/// The difference between the files of a skill and a tree.
enum Difference {
    None,
    /// There are only additional files, which git may ignore.
    More(Vec<String>),
    Some,
}

impl Baseline {
    /// Finds the repository around `folder`, and the commit that `git_ref` names.
    ///
    /// # Errors
    /// If there is no repository, or no such commit.
    pub fn open(folder: &Path, git_ref: &str) -> Result<Self, OpError> {
        let usage = |text: String| Err(OpError::Usage(text));
        let at = folder.display();
        let objects = match Objects::around(folder) {
            Ok(Some(objects)) => objects,
            Ok(None) => {
                return usage(format!(
                    "--since needs a git repository, and {at} is not in one"
                ));
            }
            Err(ObjectError::Repository { reason, .. }) if is_sha256(folder, &reason) => {
                return Err(OpError::Sha256Repository(at.to_string()));
            }
            Err(error) => return Err(error.into()),
        };
        let Some(work_tree) = objects.work_tree() else {
            return usage(format!(
                "--since needs a work tree, and {at} is in a bare repository"
            ));
        };
        let work_tree = work_tree.canonicalize();
        let work_tree = work_tree.unwrap_or_else(|_| folder.to_owned());
        let commit = match objects.commit_named(git_ref) {
            Ok(commit) => commit,
            Err(_) if objects.is_shallow() => {
                return usage(format!(
                    "`{git_ref}` is not in this shallow clone; fetch the whole history with `git fetch --unshallow`, or `fetch-depth: 0` in GitHub Actions"
                ));
            }
            Err(reason) => {
                return usage(format!(
                    "`{git_ref}` is not a commit of the repository {}: {reason}",
                    work_tree.display()
                ));
            }
        };
        let commit = CommitTree {
            git_ref: git_ref.to_owned(),
            root: objects.root_tree(commit)?,
            work_tree,
            store: objects.store().to_owned(),
        };
        Ok(Self { objects, commit })
    }

    /// Returns the paths in the repository, without those in submodules.
    pub fn ours<'a>(&self, paths: &'a [DiskPath]) -> Vec<&'a DiskPath> {
        let work_tree = &self.commit.work_tree;
        let is_ours = |path: &&DiskPath| {
            let folders = path.real.ancestors();
            let mut within = folders.take_while(|folder| folder != work_tree);
            path.real.starts_with(work_tree) && !within.any(|folder| folder.join(".git").exists())
        };
        paths.iter().filter(is_ours).collect()
    }

    /// Returns how each skill differs from the commit.
    ///
    /// # Errors
    /// If git's objects can't be read.
    pub fn changes(&self, skills: &[&DiskPath], repository: &Path) -> Result<Vec<Change>, OpError> {
        let commit = &self.commit;
        let places: BTreeSet<String> = skills.iter().map(|skill| commit.place(skill)).collect();
        let mut trees = BTreeMap::new();
        if places.contains("") {
            trees.insert(String::new(), commit.root);
        }
        let found = find_trees(&self.objects, commit.root, "", &places, &mut trees);
        found.map_err(|error| commit.explain(error))?;
        let compare = |skill: &&DiskPath| {
            let Some(tree) = trees.get(&commit.place(skill)) else {
                return Ok((None, Difference::None));
            };
            let difference = Objects::on_this_thread(&commit.store, |objects| {
                difference(objects, *tree, &skill.real, repository)
            });
            Ok((
                Some(*tree),
                difference.map_err(|error| commit.explain(error))?,
            ))
        };
        let compared: Vec<_> = skills
            .par_iter()
            .map(compare)
            .collect::<Result<_, OpError>>()?;
        let change = |(skill, (tree, difference)): (&&DiskPath, (Option<ObjectId>, Difference))| {
            let is_ignored = |path: &String| {
                let path = join(&commit.place(skill), path);
                self.objects.is_ignored(&path)
            };
            match (tree, difference) {
                (None, _) => Change::New,
                (Some(_), Difference::None) => Change::None,
                (Some(_), Difference::More(more)) if more.iter().all(is_ignored) => Change::None,
                (Some(tree), _) => Change::Differs(tree),
            }
        };
        Ok(skills.iter().zip(compared).map(change).collect())
    }
}

impl CommitTree {
    fn place(&self, skill: &DiskPath) -> String {
        let below = skill.real.strip_prefix(&self.work_tree);
        below
            .map(|below| below.to_string_lossy().replace('\\', "/"))
            .unwrap_or_default()
    }

    /// Validates the version of the skill in the commit.
    ///
    /// # Errors
    /// If git's objects can't be read.
    pub fn validate(
        &self,
        skill: &DiskPath,
        tree: ObjectId,
        settings: &Settings,
    ) -> Result<ValidationResult, OpError> {
        let place = self.place(skill);
        let folder = place.rsplit('/').next().unwrap_or_default();
        let checked = Objects::on_this_thread(&self.store, |objects| {
            // A view skips missing blobs, but a missing blob must not count as a change.
            for blob in GitFiles::blobs_of(objects, tree)? {
                objects.size(blob)?;
            }
            let view = GitFiles::at(objects, self.root, &place, folder, tree)?;
            Ok(validate(&view, settings))
        });
        checked.map_err(|error| self.explain(error))
    }

    /// Whether the commit has the file.
    ///
    /// # Errors
    /// If git's objects can't be read.
    pub fn has_file(&self, file: &DiskPath) -> Result<bool, OpError> {
        let place = self.place(file);
        let found = Objects::on_this_thread(&self.store, |objects| {
            find_entry(objects, self.root, &place)
        });
        let found = found.map_err(|error| self.explain(error))?;
        Ok(matches!(found, Some((PathKind::File, _))))
    }

    /// Explains a missing object: a partial clone left it out.
    fn explain(&self, error: ObjectError) -> OpError {
        match error {
            ObjectError::Missing(missing) => OpError::PartialClone {
                git_ref: self.git_ref.clone(),
                missing,
            },
            error => error.into(),
        }
    }
}

/// Finds the trees at these paths, and reads each parent folder once.
fn find_trees(
    objects: &Objects,
    tree: ObjectId,
    prefix: &str,
    places: &BTreeSet<String>,
    found: &mut BTreeMap<String, ObjectId>,
) -> Result<(), ObjectError> {
    for entry in objects.tree(tree)?.iter().filter(|entry| entry.is_tree()) {
        let path = format!("{prefix}{}", String::from_utf8_lossy(&entry.name));
        if places.contains(&path) {
            found.insert(path.clone(), entry.id);
        }
        let below = format!("{path}/");
        let next = places.range(below.clone()..).next();
        if next.is_some_and(|place| place.starts_with(&below)) {
            find_trees(objects, entry.id, &below, places, found)?;
        }
    }
    Ok(())
}

/// Whether the repository uses SHA-256. libgit2 is built without it, and its error does not always say so.
fn is_sha256(folder: &Path, reason: &str) -> bool {
    let is_set = |config: String| {
        config
            .to_lowercase()
            .replace(' ', "")
            .contains("objectformat=sha256")
    };
    let above = folder.ancestors().map(|folder| folder.join(".git/config"));
    let mut configs = above.filter_map(|path| std::fs::read_to_string(path).ok());
    reason.contains("sha256") || configs.next().is_some_and(is_set)
}

/// Compares the files of a skill with a tree by their content, as git does.
fn difference(
    objects: &Objects,
    tree: ObjectId,
    skill: &Path,
    repository: &Path,
) -> Result<Difference, ObjectError> {
    let mut old = BTreeMap::new();
    files_of(objects, tree, "", &mut old)?;
    let Ok(view) = DiskFiles::open(skill, Some(repository)) else {
        return Ok(Difference::Some);
    };
    let mut more = Vec::new();
    for entry in view.entries() {
        let Some((bits, id)) = old.remove(&entry.path) else {
            more.push(entry.path.clone());
            continue;
        };
        let now = match &entry.kind {
            EntryKind::File { is_executable, .. } => {
                let is_same_mode =
                    !platform::HAS_EXECUTABLE_BIT || (bits & 0o100 != 0) == *is_executable;
                let bytes = view.read(&entry.path).ok();
                bytes.filter(|_| bits & 0o170_000 == 0o100_000 && is_same_mode)
            }
            EntryKind::Link { target } if bits == TreeEntry::SYMLINK => {
                Some(target.clone().into_bytes().into())
            }
            _ => None,
        };
        match now {
            Some(bytes) if blob_id(&bytes)? == id => {}
            _ => return Ok(Difference::Some),
        }
    }
    Ok(match (old.is_empty(), more.is_empty()) {
        (true, true) => Difference::None,
        (true, false) => Difference::More(more),
        (false, _) => Difference::Some,
    })
}

/// Collects the files of a tree: each path with its mode and id.
fn files_of(
    objects: &Objects,
    tree: ObjectId,
    prefix: &str,
    files: &mut BTreeMap<String, (u32, ObjectId)>,
) -> Result<(), ObjectError> {
    for entry in objects.tree(tree)? {
        let path = format!("{prefix}{}", String::from_utf8_lossy(&entry.name));
        if entry.is_tree() {
            files_of(objects, entry.id, &format!("{path}/"), files)?;
        } else if !is_made_by_tools(&path) {
            files.insert(path, (entry.mode, entry.id));
        }
    }
    Ok(())
}
