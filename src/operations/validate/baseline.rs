//! `--since REF`: compares skills on disk with a commit, and validates their old versions.

use std::path::{Path, PathBuf};

use super::discover::DiskPath;
use crate::fs;
use crate::operations::OpError;
use crate::operations::findings::join;
use crate::skill::{GitFiles, SkillPlace, find_entry};
use mdskill_git::objects::{ObjectError, Objects};
use mdskill_git::{ObjectId, Shared};
use mdskill_lint::leftovers::is_made_by_tools;
use mdskill_lint::skill_files::PathKind;
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
    store: Shared,
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

impl Baseline {
    /// Finds the repository around `folder`, and the commit that `git_ref` names.
    ///
    /// # Errors
    /// If the repository or the commit does not exist.
    pub(super) fn open(folder: &Path, git_ref: &str) -> Result<Self, OpError> {
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
            store: objects.shared(),
        };
        Ok(Self { objects, commit })
    }

    /// Returns the paths in the repository, without those in submodules.
    pub(super) fn ours<'a>(&self, paths: &'a [DiskPath]) -> Vec<&'a DiskPath> {
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
    pub(super) fn changes(&self, skills: &[&DiskPath]) -> Result<Vec<Change>, OpError> {
        let (objects, root) = (&self.objects, self.commit.root);
        let places: Vec<String> = skills
            .iter()
            .map(|skill| self.commit.place(skill))
            .collect();
        let changed = objects.changed_files(root, &places);
        let changed = changed.map_err(|error| self.commit.explain(error))?;
        let change = |place: &String| {
            let Some(tree) = objects.tree_at(root, place)? else {
                return Ok(Change::New);
            };
            let folder = join(place, "");
            let files = changed.range(folder.clone()..);
            let mut files = files.map_while(|file| file.strip_prefix(&folder));
            Ok(if files.any(|file| !is_made_by_tools(file)) {
                Change::Differs(tree)
            } else {
                Change::None
            })
        };
        places.iter().map(change).collect()
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
    pub(super) fn validate(
        &self,
        skill: &DiskPath,
        tree: ObjectId,
        settings: &Settings,
    ) -> Result<ValidationResult, OpError> {
        let place = self.place(skill);
        let folder = place.rsplit('/').next().unwrap_or_default();
        let checked = self.store.on_this_thread(|objects| {
            // A view skips missing blobs, but a missing blob must not count as a change.
            let root = Some(self.root);
            let path = place.as_str();
            let place = SkillPlace { root, path, tree };
            for blob in GitFiles::blobs_of(objects, place)? {
                objects.size(blob)?;
            }
            let view = GitFiles::at(objects, place, folder)?;
            Ok(validate(&view, settings))
        });
        checked.map_err(|error| self.explain(error))
    }

    /// Whether the commit has the file.
    ///
    /// # Errors
    /// If git's objects can't be read.
    pub(super) fn has_file(&self, file: &DiskPath) -> Result<bool, OpError> {
        let place = self.place(file);
        let found = self
            .store
            .on_this_thread(|objects| find_entry(objects, self.root, &place));
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

/// Whether the repository uses SHA-256. libgit2 is built without it, and its error does not always say so.
fn is_sha256(folder: &Path, reason: &str) -> bool {
    let is_set = |config: String| {
        config
            .to_lowercase()
            .replace(' ', "")
            .contains("objectformat=sha256")
    };
    let above = folder.ancestors().map(|folder| folder.join(".git/config"));
    let mut configs = above.filter_map(|path| {
        fs::read_if_found(&path)
            .ok()?
            .and_then(|text| String::from_utf8(text).ok())
    });
    reason.contains("sha256") || configs.next().is_some_and(is_set)
}
