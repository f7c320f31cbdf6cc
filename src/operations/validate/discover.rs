//! Finds skills on disk as `add` finds them in a repository: every folder with a `SKILL.md`, hidden
//! folders included.

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use super::display_path::display_path;
use crate::fs::{self, At, Error};
use crate::operations::findings::join;
use crate::operations::resolve::relative;
use mdskill_git::work_tree::WorkTree;
use mdskill_lint::SKILL_FILE;
use mdskill_lint::agents;
use mdskill_lint::path::fold;

/// The file that marks a cache, which searches should not enter. For example, cargo's `target` has it.
/// Source: the Cache Directory Tagging Specification.
const CACHE_TAG: &str = "CACHEDIR.TAG";

/// The path of a skill's folder, or of a loose file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DiskPath {
    /// The path as shown to the user, relative to the current directory.
    pub shown: String,
    /// The canonical path.
    pub real: PathBuf,
}

/// The skills of one named folder.
#[derive(Debug, Default)]
pub(super) struct Group {
    /// The canonical path of the named folder.
    pub named: PathBuf,
    /// The root of the git repository around the folder, or the folder itself.
    pub repository: PathBuf,
    /// Whether the folder is in a git repository.
    pub is_in_git: bool,
    /// The skills, sorted by path.
    pub skills: Vec<DiskPath>,
    /// Markdown files directly in a folder of skills, sorted by path. Agents load only folders.
    pub loose: Vec<DiskPath>,
    /// Folders that can't be listed, with the errors.
    pub unlisted: Vec<(String, Error)>,
    /// Whether there is a skill or a loose file, even if it was found before.
    pub has_any: bool,
}

impl Group {
    /// Returns the folder that links may lead to. For a single skill outside of git, the files
    /// around it are unknown.
    pub(super) fn around(&self) -> Option<&Path> {
        let is_alone = self.skills.len() == 1 && self.skills[0].real == self.repository;
        (self.is_in_git || !is_alone).then_some(self.repository.as_path())
    }
}

/// A search that finds each skill once.
pub(super) struct Search<'a> {
    from: &'a Path,
    seen: HashSet<PathBuf>,
    /// The repository whose ignored files are not searched.
    work_tree: Option<WorkTree>,
}

impl<'a> Search<'a> {
    /// Creates a search that shows paths relative to `from`.
    pub(super) fn new(from: &'a Path) -> Self {
        Self {
            from,
            seen: HashSet::new(),
            work_tree: None,
        }
    }

    /// Finds the skills at or below `named` that were not found before. A folder without skills counts
    /// as a skill without `SKILL.md`, unless `may_be_none`. Returns `None` for a file outside of skills.
    ///
    /// # Errors
    /// If `named` does not exist.
    pub(super) fn find(&mut self, named: &Path, may_be_none: bool) -> Result<Option<Group>, Error> {
        let Some(folder) = folder_of(self.from, named) else {
            return Ok(None);
        };
        let disk = self.from.join(&folder);
        let real = disk.canonicalize().at("look at", &disk)?;
        let git = git_root(&real);
        // The files of a folder that the user named, or is in, are searched even if git ignores them.
        let work_tree = WorkTree::around(&real, fold);
        self.work_tree = work_tree.filter(|work_tree| !work_tree.is_private_folder(&real));
        let mut group = Group {
            named: real.clone(),
            repository: git.unwrap_or(&real).to_owned(),
            is_in_git: git.is_some(),
            ..Group::default()
        };
        let root = DiskPath {
            shown: display_path(&folder),
            real,
        };
        self.search(root.clone(), true, &mut group);
        if !(group.has_any || may_be_none) && group.unlisted.is_empty() {
            group.skills.extend(self.if_new(root));
        }
        group.skills.sort_by_cached_key(segments);
        group.loose.sort_by_cached_key(segments);
        Ok(Some(group))
    }

    /// Returns the path unless it was found before.
    fn if_new(&mut self, path: DiskPath) -> Option<DiskPath> {
        self.seen.insert(path.real.clone()).then_some(path)
    }

    fn add(&mut self, skill: DiskPath, group: &mut Group) {
        group.has_any = true;
        group.skills.extend(self.if_new(skill));
    }

    /// Searches a folder and its subfolders. Folders that were deleted in the meantime are skipped,
    /// and so is whatever git would not commit: ignored folders, and other work trees.
    fn search(&mut self, folder: DiskPath, is_named: bool, group: &mut Group) {
        if !is_named && self.is_foreign(&folder.real) {
            return;
        }
        let listed = match list(&folder.real) {
            Ok(Some(listed)) => listed,
            Ok(None) => return,
            Err(error) => return group.unlisted.push((folder.shown, error)),
        };
        if listed.is_cache && !is_named {
            return;
        }
        let within = |name: &OsString| DiskPath {
            shown: join(&folder.shown, &name.to_string_lossy()),
            real: folder.real.join(name),
        };
        for name in &listed.folders {
            self.search(within(name), false, group);
        }
        if is_agents_folder(&folder.real) {
            group.has_any |= !listed.pages.is_empty();
            let pages = listed.pages.iter().map(within);
            let pages: Vec<DiskPath> = pages.filter(|page| !self.ignores(&page.real)).collect();
            let new = pages.into_iter().filter_map(|page| self.if_new(page));
            group.loose.extend(new);
        }
        for name in &listed.links {
            self.follow(&folder.real.join(name), group);
        }
        if listed.is_skill && (is_named || !self.ignores(&folder.real.join(SKILL_FILE))) {
            self.add(folder, group);
        }
    }

    /// Adds the skill that a link leads to, if it is in the same repository.
    fn follow(&mut self, link: &Path, group: &mut Group) {
        let Ok(real) = link.canonicalize() else {
            return;
        };
        if real.starts_with(&group.repository) && real.join(SKILL_FILE).is_file() {
            let shown = self.display(&real);
            self.add(DiskPath { shown, real }, group);
        }
    }

    /// Whether git would not commit the files of this folder: it ignores them, or they belong to
    /// another work tree, a submodule, or a clone.
    fn is_foreign(&self, folder: &Path) -> bool {
        let Some(work_tree) = &self.work_tree else {
            return false;
        };
        folder.join(".git").symlink_metadata().is_ok() || work_tree.is_private_folder(folder)
    }

    /// Whether git ignores this file.
    fn ignores(&self, file: &Path) -> bool {
        let work_tree = self.work_tree.as_ref();
        work_tree.is_some_and(|work_tree| work_tree.is_private(file))
    }

    fn display(&self, real: &Path) -> String {
        let here = self.from.canonicalize();
        let here = here.as_deref().unwrap_or(self.from);
        relative(here, real)
    }
}

/// The content of a folder.
#[derive(Default)]
struct Listed {
    folders: Vec<OsString>,
    links: Vec<OsString>,
    /// Markdown files other than `SKILL.md`.
    pages: Vec<OsString>,
    is_skill: bool,
    is_cache: bool,
}

/// Lists a folder; `None` if it does not exist.
fn list(folder: &Path) -> Result<Option<Listed>, Error> {
    let Some(entries) = fs::if_found(std::fs::read_dir(folder)).at("list", folder)? else {
        return Ok(None);
    };
    let mut listed = Listed::default();
    for entry in entries {
        let entry = entry.at("list", folder)?;
        let Some(kind) = fs::if_found(entry.file_type()).at("look at", entry.path())? else {
            continue;
        };
        let name = entry.file_name();
        if kind.is_dir() {
            if !is_skipped(&name.to_string_lossy()) {
                listed.folders.push(name);
            }
            continue;
        }
        // In any letter case: a `skill.md`, which clients do not find, is reported by a rule.
        let is_skill_file = name.eq_ignore_ascii_case(SKILL_FILE);
        listed.is_skill |= is_skill_file;
        if kind.is_file() && !is_skill_file && is_markdown(Path::new(&name)) {
            listed.pages.push(name.clone());
        }
        listed.is_cache |= name == CACHE_TAG;
        if kind.is_symlink() {
            listed.links.push(name);
        }
    }
    Ok(Some(listed))
}

/// Whether a folder is not searched: git's own, npm packages, and the folders of mdskill.
fn is_skipped(name: &str) -> bool {
    name == ".git" || name == "node_modules" || name.starts_with(".mdskill")
}

fn segments(path: &DiskPath) -> Vec<String> {
    path.shown.split('/').map(str::to_owned).collect()
}

/// Returns the root of the git repository around a folder, given by its canonical path.
pub(super) fn git_root(real: &Path) -> Option<&Path> {
    real.ancestors().find(|above| above.join(".git").exists())
}

/// Returns the folder to search for a path. For a file, it is the skill around the file.
pub(super) fn folder_of(from: &Path, named: &Path) -> Option<PathBuf> {
    if from.join(named).is_dir() {
        return Some(named.to_owned());
    }
    let has_parent = named.components().any(|part| part == Component::ParentDir);
    let is_below = named.is_relative() && !has_parent;
    skill_around(from, named).or_else(|| is_below.then(|| skill_above(from)).flatten())
}

/// Returns the folder of the skill around a file, among the folders in the given path.
pub(super) fn skill_around(from: &Path, file: &Path) -> Option<PathBuf> {
    // A component before `..` is not a parent of the file.
    let is_above = |folder: &&Path| {
        let below = file.strip_prefix(folder).unwrap_or(file);
        !below.components().any(|part| part == Component::ParentDir)
    };
    let mut above = file.ancestors().skip(1).take_while(is_above);
    let around = above.find(|folder| has_skill_file(&from.join(folder)))?;
    Some(if around.as_os_str().is_empty() {
        PathBuf::from(".")
    } else {
        around.to_owned()
    })
}

/// Returns the folder of the skill around a folder, in the same repository.
fn skill_above(from: &Path) -> Option<PathBuf> {
    let mut path = PathBuf::new();
    let mut below = from;
    while let Some(folder) = below.parent().filter(|_| !below.join(".git").exists()) {
        path.push("..");
        if has_skill_file(folder) {
            return Some(path);
        }
        below = folder;
    }
    None
}

/// Whether a folder has a `SKILL.md`, in any letter case.
fn has_skill_file(folder: &Path) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.file_name())
        .any(|name| name.eq_ignore_ascii_case(SKILL_FILE))
}

/// Whether this is a folder in which an agent looks for skills.
fn is_agents_folder(real: &Path) -> bool {
    let real = real.to_string_lossy().replace('\\', "/");
    agents::agent_folder(&real) == Some(&real)
}

fn is_markdown(file: &Path) -> bool {
    let extension = file.extension();
    extension.is_some_and(|extension| extension.eq_ignore_ascii_case("md"))
}
