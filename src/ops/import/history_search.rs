//! The search for the version that is installed: from a commit back, through the trees at one path.
//!
//! Only ids are compared, so no file of any version is fetched for it.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::rc::Rc;

use super::installed_copies::InstalledCopy;
use crate::fs::tree::is_leaving;
use crate::git::objects::{ObjectError, Objects, TreeEntry};
use crate::importers::Tool;
use crate::oid::ObjectId;
use crate::skill::discover::SKILL_FILE;
use crate::skill::files::{SkillTree, TreeError};

/// How many versions that come near are remembered.
const MAX_NEAR: usize = 3;
/// Most trees that are kept at hand: a history has the same ones again and again.
const MAX_TREES: usize = 50_000;
/// Deepest folder that is looked into.
const MAX_DEPTH: usize = 64;

/// A version of a skill, and how the installed files differ from it.
#[derive(Debug, Clone)]
pub(super) struct Version {
    pub commit: Option<ObjectId>,
    pub path: String,
    pub files: SkillTree,
    pub difference: Difference,
}

/// How installed files differ from a version's, by path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Difference {
    changed: Vec<String>,
    deleted: Vec<String>,
    added: Vec<String>,
    modes: Vec<String>,
}

/// A skill whose version is looked for.
pub(super) struct Search<'a> {
    pub tool: Tool,
    /// The name of its folder.
    pub folder: &'a str,
    /// Its folder in the repository, when that is known.
    pub path: Option<&'a str>,
    /// The tree that the tool says it is.
    pub tree: Option<ObjectId>,
    /// Whether the commit that is begun at is the tool's word: it alone is looked at.
    pub is_here: bool,
    pub copy: &'a InstalledCopy,
    pub found: Option<Version>,
    /// Those that come nearest, the nearest first.
    pub near: Vec<Version>,
    /// Why a version of it must not be installed.
    pub refused: Option<String>,
    looked: HashSet<ObjectId>,
    barren: HashSet<ObjectId>,
}

impl Difference {
    fn between(version: &SkillTree, copy: &InstalledCopy) -> Self {
        let mut difference = Self::default();
        for file in &version.files {
            let path = file.path.as_str().to_owned();
            match copy.files.get(&path) {
                None => difference.deleted.push(path),
                Some(copied) if copied.id != file.id => difference.changed.push(path),
                Some(copied) if copied.mode != file.mode => difference.modes.push(path),
                Some(_) => {}
            }
        }
        let has = |path: &String| {
            let found = version
                .files
                .binary_search_by(|file| file.path.as_str().cmp(path));
            found.is_ok()
        };
        let added = copy.files.keys();
        let added = added.filter(|path| !has(path) && !is_leaving(path));
        difference.added = added.cloned().collect();
        difference
    }

    /// Whether there is none.
    pub fn is_none(&self) -> bool {
        self.count() == 0
    }

    /// Whether it is what the tool itself makes of a skill.
    pub fn is_made_by(&self, tool: Tool) -> bool {
        self.added.iter().all(|path| tool.adds(path))
            && self.changed.iter().all(|path| tool.rewrites(path))
            && self.deleted.iter().all(|path| {
                // What is left behind by use is nothing that a copy must have.
                tool.leaves_out(path) || is_leaving(path)
            })
    }

    /// In how many files.
    pub fn count(&self) -> usize {
        self.changed.len() + self.deleted.len() + self.added.len() + self.modes.len()
    }

    /// Returns a line for each file, with how it differs.
    pub fn lines(&self) -> Vec<String> {
        let told = |paths: &[String], how: &str| -> Vec<String> {
            paths.iter().map(|path| format!("{path} ({how})")).collect()
        };
        let mut lines = [
            told(&self.changed, "changed"),
            told(&self.deleted, "deleted"),
            told(&self.added, "added"),
            told(&self.modes, "mode changed"),
        ]
        .concat();
        lines.sort();
        lines
    }
}

impl<'a> Search<'a> {
    /// Begins to look for the version of which `copy` is one.
    pub fn new(
        tool: Tool,
        folder: &'a str,
        path: Option<&'a str>,
        copy: &'a InstalledCopy,
    ) -> Self {
        Self {
            tool,
            folder,
            path,
            tree: None,
            is_here: false,
            copy,
            found: None,
            near: Vec::new(),
            refused: None,
            looked: HashSet::new(),
            barren: HashSet::new(),
        }
    }

    /// Looks at the trees of one commit, or of a folder.
    pub fn look(
        &mut self,
        trees: &mut Trees<'_>,
        commit: Option<ObjectId>,
        root: ObjectId,
    ) -> Result<(), ObjectError> {
        match self.path {
            Some(path) => match trees.at(root, path)? {
                Some(tree) => self.consider(trees, commit, path, tree),
                None => Ok(()),
            },
            None => self.look_everywhere(trees, commit, "", root, 0),
        }
    }

    /// Looks into every folder with a `SKILL.md`.
    fn look_everywhere(
        &mut self,
        trees: &mut Trees<'_>,
        commit: Option<ObjectId>,
        path: &str,
        tree: ObjectId,
        depth: usize,
    ) -> Result<(), ObjectError> {
        if depth > MAX_DEPTH || self.barren.contains(&tree) || self.found.is_some() {
            return Ok(());
        }
        let entries = trees.read(tree)?;
        let is_skill = |entry: &TreeEntry| entry.is_file() && entry.name == SKILL_FILE.as_bytes();
        if entries.iter().any(is_skill) {
            self.consider(trees, commit, path, tree)?;
        }
        for entry in entries.iter().filter(|entry| entry.is_tree()) {
            let name = String::from_utf8_lossy(&entry.name);
            let below = match path {
                "" => name.into_owned(),
                path => format!("{path}/{name}"),
            };
            self.look_everywhere(trees, commit, &below, entry.id, depth + 1)?;
        }
        self.barren.insert(tree);
        Ok(())
    }

    fn consider(
        &mut self,
        trees: &Trees<'_>,
        commit: Option<ObjectId>,
        path: &str,
        tree: ObjectId,
    ) -> Result<(), ObjectError> {
        if self.looked.contains(&tree) || self.found.is_some() {
            return Ok(());
        }
        let files = match SkillTree::read(trees.objects, tree) {
            Ok(files) => files,
            Err(TreeError::Object(error)) => return Err(error),
            Err(refused) => {
                self.looked.insert(tree);
                self.refused = Some(refused.to_string());
                return Ok(());
            }
        };
        self.looked.insert(tree);
        let difference = Difference::between(&files, self.copy);
        // A name that is another's is no version of this skill, unless the files are the same.
        let is_named = self.path.is_some() || path.rsplit('/').next() == Some(self.folder);
        let is_claimed = self.tree == Some(tree) || (self.is_here && self.path.is_some());
        let is_same = match self.tree {
            Some(_) => difference.is_none(),
            None => difference.is_made_by(self.tool) && difference.modes.is_empty(),
        };
        let version = Version {
            commit,
            path: path.to_owned(),
            files,
            difference,
        };
        if is_claimed || is_same {
            self.found = Some(version);
        } else if is_named {
            let count = version.difference.count();
            let place = self
                .near
                .partition_point(|near| near.difference.count() <= count);
            self.near.insert(place, version);
            self.near.truncate(MAX_NEAR);
        }
        Ok(())
    }

    /// Takes the nearest when that is what is installed after all.
    pub fn settle(&mut self) {
        if self.found.is_some() {
            return;
        }
        let is_it = |near: &Version| match self.is_here {
            true => self.near.len() == 1,
            // gh's own word is the tree; without that any version would do whose `SKILL.md` is all.
            false => self.tool != Tool::Gh && near.difference.is_made_by(self.tool),
        };
        if self.near.first().is_some_and(is_it) {
            self.found = Some(self.near.remove(0));
        }
    }
}

/// Walks from `tip` back, the newest commit first, until every search has found its version.
/// Returns whether something of the history is not here.
pub(super) fn walk(
    objects: &Objects,
    tip: ObjectId,
    searches: &mut [&mut Search<'_>],
) -> Result<bool, ObjectError> {
    let mut trees = Trees::new(objects);
    let mut is_cut = objects.is_shallow();
    let mut seen = HashSet::from([tip]);
    let mut ahead = BinaryHeap::from([(i64::MAX, Reverse(0), tip)]);
    while let Some((_, _, id)) = ahead.pop() {
        let is_first = id == tip;
        let mut open = searches
            .iter_mut()
            .filter(|search| search.found.is_none() && (is_first || !search.is_here))
            .peekable();
        if open.peek().is_none() {
            return Ok(is_cut && searches.iter().any(|search| search.found.is_none()));
        }
        let commit = match objects.commit(id) {
            Ok(commit) => commit,
            Err(ObjectError::Missing(_)) => {
                is_cut = true;
                continue;
            }
            Err(error) => return Err(error),
        };
        for search in open {
            match search.look(&mut trees, Some(id), commit.tree) {
                Err(ObjectError::Missing(_)) => is_cut = true,
                looked => looked?,
            }
        }
        for parent in commit.parents {
            if seen.insert(parent) {
                let number = Reverse(seen.len());
                match objects.commit(parent) {
                    Ok(found) => ahead.push((found.time, number, parent)),
                    Err(ObjectError::Missing(_)) => is_cut = true,
                    Err(error) => return Err(error),
                }
            }
        }
    }
    Ok(is_cut)
}

/// Trees, each read once.
pub(super) struct Trees<'a> {
    objects: &'a Objects,
    read: HashMap<ObjectId, Rc<Vec<TreeEntry>>>,
}

impl<'a> Trees<'a> {
    /// Begins with none.
    pub fn new(objects: &'a Objects) -> Self {
        Self {
            objects,
            read: HashMap::new(),
        }
    }

    fn read(&mut self, id: ObjectId) -> Result<Rc<Vec<TreeEntry>>, ObjectError> {
        if let Some(entries) = self.read.get(&id) {
            return Ok(Rc::clone(entries));
        }
        if self.read.len() >= MAX_TREES {
            self.read.clear();
        }
        let entries = Rc::new(self.objects.tree(id)?);
        self.read.insert(id, Rc::clone(&entries));
        Ok(entries)
    }

    /// Returns the tree at a path; nothing when there is none.
    fn at(&mut self, root: ObjectId, path: &str) -> Result<Option<ObjectId>, ObjectError> {
        let mut tree = root;
        for part in path.split('/').filter(|part| !part.is_empty()) {
            let entries = self.read(tree)?;
            let is_it = |entry: &&TreeEntry| entry.is_tree() && entry.name == part.as_bytes();
            match entries.iter().find(is_it) {
                Some(entry) => tree = entry.id,
                None => return Ok(None),
            }
        }
        Ok(Some(tree))
    }
}
