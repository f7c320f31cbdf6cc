//! Finding skills on disk, as `add` finds them in a repository: every folder with a `SKILL.md`, hidden ones too.

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use super::display_path::shown;
use crate::fs::{self, At, Error};
use crate::ops::candidate::relative;
use crate::ops::findings::join;
use mdskill_lint::SKILL_FILE;
use mdskill_lint::agents;

/// What marks a folder as a cache, which no backup or search should enter: cargo's `target` has it.
/// Source: the Cache Directory Tagging Specification.
const CACHE_TAG: &str = "CACHEDIR.TAG";

/// A skill's folder, or a loose file, on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lying {
    /// Its path as seen from where the command was started.
    pub shown: String,
    /// Its path without any link on the way.
    pub real: PathBuf,
}

/// The skills of one folder that was named.
#[derive(Debug, Default)]
pub(super) struct Group {
    /// The folder that was named, without any link in its path.
    pub named: PathBuf,
    /// The root of the repository around them, else the folder itself.
    pub repository: PathBuf,
    /// Whether that is a git repository.
    pub is_in_git: bool,
    /// The skills, sorted by path.
    pub skills: Vec<Lying>,
    /// Markdown files that lie flat where an agent looks for folders, sorted by path.
    pub loose: Vec<Lying>,
    /// Folders that can't be listed, and why.
    pub unlisted: Vec<(String, Error)>,
    /// Whether there is a skill or a loose file, though it may have been found before.
    pub has_any: bool,
}

impl Group {
    /// Returns the folder up to which links may lead; of a skill alone it is not known what lies
    /// around it.
    pub fn around(&self) -> Option<&Path> {
        let is_alone = self.skills.len() == 1 && self.skills[0].real == self.repository;
        (self.is_in_git || !is_alone).then_some(self.repository.as_path())
    }
}

/// The skills that were found, each once.
pub(super) struct Search<'a> {
    from: &'a Path,
    seen: HashSet<PathBuf>,
}

impl<'a> Search<'a> {
    /// Returns a search that shows folders as seen from `from`.
    pub fn new(from: &'a Path) -> Self {
        Self {
            from,
            seen: HashSet::new(),
        }
    }

    /// Finds the skill at `named`, or those below it, that were not found before. A folder without
    /// any is one that lacks its `SKILL.md`, unless `may_be_none`; of a file that lies in no skill
    /// there is nothing.
    ///
    /// # Errors
    /// When `named` is not there.
    pub fn find(&mut self, named: &Path, may_be_none: bool) -> Result<Option<Group>, Error> {
        let Some(folder) = folder_of(self.from, named) else {
            return Ok(None);
        };
        let disk = self.from.join(&folder);
        let real = disk.canonicalize().at("look at", &disk)?;
        let git = git_root(&real);
        let mut group = Group {
            named: real.clone(),
            repository: git.unwrap_or(&real).to_owned(),
            is_in_git: git.is_some(),
            ..Group::default()
        };
        let root = Lying {
            shown: shown(&folder),
            real,
        };
        self.look_into(root.clone(), true, &mut group);
        if !(group.has_any || may_be_none) && group.unlisted.is_empty() {
            group.skills.extend(self.first_sight_of(root));
        }
        group.skills.sort_by_cached_key(segments);
        group.loose.sort_by_cached_key(segments);
        Ok(Some(group))
    }

    /// Returns it, unless it was found before.
    fn first_sight_of(&mut self, lying: Lying) -> Option<Lying> {
        self.seen.insert(lying.real.clone()).then_some(lying)
    }

    fn take(&mut self, skill: Lying, group: &mut Group) {
        group.has_any = true;
        group.skills.extend(self.first_sight_of(skill));
    }

    /// Looks into a folder and those in it. What is gone in the meantime is skipped.
    fn look_into(&mut self, folder: Lying, is_named: bool, group: &mut Group) {
        let listed = match list(&folder.real) {
            Ok(Some(listed)) => listed,
            Ok(None) => return,
            Err(error) => return group.unlisted.push((folder.shown, error)),
        };
        if listed.is_cache && !is_named {
            return;
        }
        let within = |name: &OsString| Lying {
            shown: join(&folder.shown, &name.to_string_lossy()),
            real: folder.real.join(name),
        };
        for name in &listed.folders {
            self.look_into(within(name), false, group);
        }
        if is_agents_folder(&folder.real) {
            group.has_any |= !listed.pages.is_empty();
            let pages = listed.pages.iter().map(within);
            group
                .loose
                .extend(pages.filter_map(|page| self.first_sight_of(page)));
        }
        for name in &listed.links {
            self.follow(&folder.real.join(name), group);
        }
        if listed.is_skill {
            self.take(folder, group);
        }
    }

    /// A link to a skill's folder in the repository is that folder, wherever it lies there.
    fn follow(&mut self, link: &Path, group: &mut Group) {
        let Ok(real) = link.canonicalize() else {
            return;
        };
        if real.starts_with(&group.repository) && real.join(SKILL_FILE).is_file() {
            let shown = self.seen_from_here(&real);
            self.take(Lying { shown, real }, group);
        }
    }

    fn seen_from_here(&self, real: &Path) -> String {
        let here = self.from.canonicalize();
        let here = here.as_deref().unwrap_or(self.from);
        relative(here, real)
    }
}

/// What is in a folder.
#[derive(Default)]
struct Listed {
    folders: Vec<OsString>,
    links: Vec<OsString>,
    /// Markdown files but the `SKILL.md`.
    pages: Vec<OsString>,
    is_skill: bool,
    is_cache: bool,
}

/// Lists a folder; nothing when it is gone.
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
            if !is_none_of_ours(&name.to_string_lossy()) {
                listed.folders.push(name);
            }
            continue;
        }
        // In whatever letter case: a `skill.md` that no client finds is worth a word.
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

/// Whether a folder holds what is no skill of this project: git's own, packages, what mdskill put aside.
fn is_none_of_ours(name: &str) -> bool {
    name == ".git" || name == "node_modules" || name.starts_with(".mdskill")
}

fn segments(lying: &Lying) -> Vec<String> {
    lying.shown.split('/').map(str::to_owned).collect()
}

/// Returns the root of the git repository around a folder, which is given without links.
pub(super) fn git_root(real: &Path) -> Option<&Path> {
    real.ancestors().find(|above| above.join(".git").exists())
}

/// Returns the folder that a path means: a file's is the skill around it, if there is one.
pub(super) fn folder_of(from: &Path, named: &Path) -> Option<PathBuf> {
    if from.join(named).is_dir() {
        return Some(named.to_owned());
    }
    let has_way_up = named.components().any(|part| part == Component::ParentDir);
    let is_below = named.is_relative() && !has_way_up;
    skill_around(from, named).or_else(|| is_below.then(|| skill_above(from)).flatten())
}

/// Returns the folder of the skill that a file lies in, as far as its path tells.
pub(super) fn skill_around(from: &Path, file: &Path) -> Option<PathBuf> {
    // What stands before a `..` is not above what stands behind it.
    let is_above = |folder: &&Path| {
        let below = file.strip_prefix(folder).unwrap_or(file);
        !below.components().any(|part| part == Component::ParentDir)
    };
    let mut above = file.ancestors().skip(1).take_while(is_above);
    let around = above.find(|folder| has_skill_file(&from.join(folder)))?;
    Some(match around.as_os_str().is_empty() {
        true => PathBuf::from("."),
        false => around.to_owned(),
    })
}

/// Returns the folder of the skill that a folder of the same repository lies in.
fn skill_above(from: &Path) -> Option<PathBuf> {
    let mut way = PathBuf::new();
    let mut below = from;
    while let Some(folder) = below.parent().filter(|_| !below.join(".git").exists()) {
        way.push("..");
        if has_skill_file(folder) {
            return Some(way);
        }
        below = folder;
    }
    None
}

/// Whether a folder has a `SKILL.md`, in whatever letter case.
fn has_skill_file(folder: &Path) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.file_name())
        .any(|name| name.eq_ignore_ascii_case(SKILL_FILE))
}

/// Whether an agent looks for skills in exactly this folder.
fn is_agents_folder(real: &Path) -> bool {
    let real = real.to_string_lossy().replace('\\', "/");
    agents::agent_folder(&real) == Some(&real)
}

fn is_markdown(file: &Path) -> bool {
    let extension = file.extension();
    extension.is_some_and(|extension| extension.eq_ignore_ascii_case("md"))
}
