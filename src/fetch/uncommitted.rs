//! [`Uncommitted`]: the files of a local folder that git would not commit, such as packages, build output,
//! and secrets.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use mdskill_git::work_tree::WorkTree;
use mdskill_lint::path::fold;

/// The file in every virtual environment of Python.
const ENVIRONMENT_FILE: &str = "pyvenv.cfg";
/// The file that marks a cache. Source: the Cache Directory Tagging Specification.
const CACHE_TAG: &str = "CACHEDIR.TAG";

/// Decides which files of a folder are left out, and records them.
pub(super) struct Uncommitted {
    root: PathBuf,
    /// The repository around the folder. Without one, only names decide.
    work_tree: Option<WorkTree>,
    /// Whether a file was left out for its name, and not by git.
    is_by_name: bool,
    folders: HashMap<String, bool>,
    /// The outermost folders, with a slash at the end, and the files.
    found: BTreeSet<String>,
}

impl Uncommitted {
    /// Opens the repository around a folder. If git ignores the folder itself, only names decide, because
    /// the user chose it.
    pub(super) fn of(root: &Path) -> Self {
        let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        let work_tree = WorkTree::around(&root, fold);
        Self {
            work_tree: work_tree.filter(|work_tree| !work_tree.is_private_folder(&root)),
            root,
            is_by_name: false,
            folders: HashMap::new(),
            found: BTreeSet::new(),
        }
    }

    /// Whether git ignores everything that was left out.
    pub(super) fn is_by_git(&self) -> bool {
        !self.is_by_name
    }

    /// Returns what was left out: the outermost folders, with a slash at the end, and files.
    pub(super) fn into_paths(self) -> Vec<String> {
        self.found.into_iter().collect()
    }

    /// Whether the file is left out.
    pub(super) fn has(&mut self, path: &str) -> bool {
        let mut folders = path.match_indices('/').map(|(end, _)| &path[..end]);
        if folders.any(|folder| self.has_folder(folder)) {
            return true;
        }
        let file = self.root.join(path);
        let work_tree = self.work_tree.as_ref();
        let is_left_out = work_tree.is_some_and(|work_tree| work_tree.is_private(&file))
            || is_secret(path) && self.is_left_out_by_name(&file);
        if is_left_out {
            self.found.insert(path.to_owned());
        }
        is_left_out
    }

    /// Whether all that is in the folder is left out.
    pub(super) fn has_folder(&mut self, folder: &str) -> bool {
        if let Some(known) = self.folders.get(folder) {
            return *known;
        }
        let is_left_out = self.decide_folder(folder);
        self.folders.insert(folder.to_owned(), is_left_out);
        if is_left_out {
            self.found.insert(format!("{folder}/"));
        }
        is_left_out
    }

    fn decide_folder(&mut self, folder: &str) -> bool {
        let path = self.root.join(folder);
        let work_tree = self.work_tree.as_ref();
        let is_made = || {
            is_made_by_tools(folder)
                || path.join(ENVIRONMENT_FILE).is_file()
                || path.join(CACHE_TAG).is_file()
        };
        work_tree.is_some_and(|work_tree| work_tree.is_private_folder(&path))
            || is_made() && self.is_left_out_by_name(&path)
    }

    /// Whether to leave out a file or folder with a name of those that authors never commit: not if it
    /// is committed after all.
    fn is_left_out_by_name(&mut self, path: &Path) -> bool {
        let work_tree = self.work_tree.as_ref();
        let is_left_out = !work_tree.is_some_and(|work_tree| work_tree.tracks(path));
        self.is_by_name |= is_left_out;
        is_left_out
    }
}

/// Whether tools make the folders of this name, and authors never commit them.
fn is_made_by_tools(folder: &str) -> bool {
    let name = folder.rsplit('/').next().unwrap_or(folder);
    matches!(
        name,
        "node_modules"
            | "bower_components"
            | ".venv"
            | "__pycache__"
            | ".pytest_cache"
            | ".mypy_cache"
            | ".ruff_cache"
            | ".ipynb_checkpoints"
            | ".tox"
            | ".nox"
            | ".hg"
            | ".svn"
    )
}

/// Whether the file is named as one with secrets: `.env`, `.env.local`, but not `.env.example`.
fn is_secret(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.strip_prefix(".env") {
        Some("") => true,
        Some(rest) => {
            let kind = rest.strip_prefix('.').unwrap_or_default();
            !matches!(
                kind,
                "" | "example" | "sample" | "template" | "dist" | "defaults"
            )
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_decide_without_git() {
        for secret in [".env", "a/.env.local", ".env.production"] {
            assert!(is_secret(secret), "{secret}");
        }
        for shared in [".env.example", ".envrc", "x.env", "env", ".environment"] {
            assert!(!is_secret(shared), "{shared}");
        }
        assert!(is_made_by_tools("scripts/node_modules"));
        assert!(!is_made_by_tools("node_modules/x"));
    }
}
