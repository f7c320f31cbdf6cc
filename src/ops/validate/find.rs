//! Finding skills on disk, as `add` finds them in a repository: every folder with a `SKILL.md`, hidden ones too.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::fs::{self, At, Error};
use crate::skill::discover::SKILL_FILE;

/// What marks a folder as a cache, which no backup or search should enter: cargo's `target` has it.
/// Source: the Cache Directory Tagging Specification.
const CACHE_TAG: &str = "CACHEDIR.TAG";

/// A skill's folder on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lying {
    /// The folder as seen from where the command was started.
    pub shown: String,
    /// The folder without any link in its path.
    pub real: PathBuf,
}

/// The skills of one folder that was named.
#[derive(Debug, Default)]
pub(super) struct Group {
    /// The root of the repository around them, else the folder itself.
    pub repository: PathBuf,
    /// Whether that is a git repository.
    pub is_in_git: bool,
    /// The skills, sorted by path.
    pub skills: Vec<Lying>,
    /// Folders that can't be listed, and why.
    pub unlisted: Vec<(String, Error)>,
    /// Whether there is a skill, though it may have been found before.
    pub has_skills: bool,
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
    /// any is one that lacks its `SKILL.md`, unless `may_be_none`.
    ///
    /// # Errors
    /// When `named` is not there.
    pub fn find(&mut self, named: &Path, may_be_none: bool) -> Result<Group, Error> {
        let folder = folder_of(self.from, named);
        let disk = self.from.join(&folder);
        let real = disk.canonicalize().at("look at", &disk)?;
        let git = real.ancestors().find(|above| above.join(".git").exists());
        let mut group = Group {
            repository: git.unwrap_or(&real).to_owned(),
            is_in_git: git.is_some(),
            ..Group::default()
        };
        let root = Lying {
            shown: shown(&folder),
            real,
        };
        self.look_into(root.clone(), true, &mut group);
        if !(group.has_skills || may_be_none) && group.unlisted.is_empty() {
            self.take(root, &mut group);
        }
        let segments = |skill: &Lying| {
            skill
                .shown
                .split('/')
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        group.skills.sort_by_cached_key(segments);
        Ok(group)
    }

    fn take(&mut self, skill: Lying, group: &mut Group) {
        group.has_skills = true;
        if self.seen.insert(skill.real.clone()) {
            group.skills.push(skill);
        }
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
        for name in &listed.folders {
            let within = Lying {
                shown: crate::ops::findings::join(&folder.shown, &name.to_string_lossy()),
                real: folder.real.join(name),
            };
            self.look_into(within, false, group);
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
        crate::ops::candidate::relative(here, real)
    }
}

/// What is in a folder.
#[derive(Default)]
struct Listed {
    folders: Vec<std::ffi::OsString>,
    links: Vec<std::ffi::OsString>,
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
        listed.is_skill |= name.eq_ignore_ascii_case(SKILL_FILE);
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

/// Returns the folder that a path means: a file's is the skill around it.
fn folder_of(from: &Path, named: &Path) -> PathBuf {
    if from.join(named).is_dir() {
        return named.to_owned();
    }
    let folder = match named.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let around = folder
        .ancestors()
        .find(|folder| from.join(folder).join(SKILL_FILE).is_file());
    around.unwrap_or(folder).to_owned()
}

fn shown(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    let text = text.strip_prefix("./").unwrap_or(&text);
    match text.trim_end_matches('/') {
        "" if text.is_empty() => ".".to_owned(),
        "" => "/".to_owned(),
        text => text.to_owned(),
    }
}
