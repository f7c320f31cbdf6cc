//! [`Walk`]: the entries of a skill in git, with the links of the repository followed.

use std::collections::BTreeSet;

use mdskill_git::ObjectId;
use mdskill_git::objects::{ObjectError, Objects, TreeEntry};
use mdskill_lint::links::{self, LinkFault, MAX_TARGET_BYTES, Node};

/// The place of a skill in a repository.
#[derive(Debug, Clone, Copy)]
pub struct SkillPlace<'a> {
    /// The tree of the commit; `None` if it is not here. Then links out of the skill's folder can't
    /// be followed.
    pub root: Option<ObjectId>,
    /// The folder, with forward slashes; empty for the root.
    pub path: &'a str,
    /// The folder's tree.
    pub tree: ObjectId,
}

/// The limits of a walk: a tree of shared subtrees can have billions of entries.
#[derive(Debug, Clone, Copy)]
pub(super) struct WalkLimits {
    /// The limit of entries, folders included.
    pub(super) entries: usize,
    /// The limit of nested folders.
    pub(super) depth: usize,
}

/// The walk through a skill.
pub(super) struct Walk<'a> {
    objects: &'a Objects,
    root: Option<ObjectId>,
    limits: WalkLimits,
    /// The folders that are being read, as paths in the repository without links.
    open: Vec<String>,
    entries: usize,
    /// The entries, except folders.
    pub(super) items: Vec<Item>,
    /// Whether there are more entries than the limit.
    pub(super) is_cut: bool,
    /// Whether a link was followed.
    pub(super) has_links: bool,
    /// The blobs of links that are not here yet.
    pub(super) unfetched: BTreeSet<ObjectId>,
}

/// An entry of a skill.
pub(super) struct Item {
    /// Its path in the skill.
    pub(super) path: Vec<u8>,
    /// The entry in its tree, or the file that a link leads to.
    pub(super) entry: TreeEntry,
    /// Whether a link leads to it.
    pub(super) is_linked: bool,
    /// The problem with it.
    pub(super) problem: Option<Problem>,
}

/// The reason why an entry can't be installed, apart from its path and mode.
pub(super) enum Problem {
    /// A folder that is nested too deeply.
    TooDeep,
    /// A second entry with the same name. Git reads such a tree but never writes it.
    Duplicate,
    /// A link that can't be followed, with its target.
    Link(Vec<u8>, LinkFault),
}

impl<'a> Walk<'a> {
    /// Reads all entries of the skill.
    ///
    /// # Errors
    /// If a tree is missing or invalid.
    pub(super) fn of(
        objects: &'a Objects,
        place: SkillPlace<'_>,
        limits: WalkLimits,
    ) -> Result<Self, ObjectError> {
        let mut walk = Self {
            objects,
            root: place.root,
            limits,
            open: Vec::new(),
            entries: 0,
            items: Vec::new(),
            is_cut: false,
            has_links: false,
            unfetched: BTreeSet::new(),
        };
        // Without the commit, or if it has another tree there, the skill is all that is known.
        let is_there = |root| {
            let found = objects.tree_at(root, place.path);
            found.is_ok_and(|found| found == Some(place.tree))
        };
        let path = match place.root {
            Some(root) if is_there(root) => place.path,
            _ => {
                walk.root = None;
                ""
            }
        };
        walk.read(place.tree, &[], path, place.tree)?;
        Ok(walk)
    }

    /// Reads a folder whose path in the repository is `real`. `skill` is the tree of the skill.
    fn read(
        &mut self,
        tree: ObjectId,
        prefix: &[u8],
        real: &str,
        skill: ObjectId,
    ) -> Result<(), ObjectError> {
        let mut names = BTreeSet::new();
        self.open.push(real.to_owned());
        for entry in self.objects.tree(tree)? {
            self.entries += 1;
            if self.entries > self.limits.entries {
                self.is_cut = true;
                break;
            }
            let mut path = prefix.to_vec();
            path.extend_from_slice(&entry.name);
            if !names.insert(entry.name.clone()) {
                self.add(path, entry, Some(Problem::Duplicate));
            } else if entry.is_tree() {
                let real = join(real, &String::from_utf8_lossy(&entry.name));
                self.read_below(entry, path, &real, skill)?;
            } else if entry.mode == TreeEntry::SYMLINK {
                self.follow(entry, path, real, skill)?;
            } else {
                self.add(path, entry, None);
            }
        }
        self.open.pop();
        Ok(())
    }

    fn read_below(
        &mut self,
        folder: TreeEntry,
        mut path: Vec<u8>,
        real: &str,
        skill: ObjectId,
    ) -> Result<(), ObjectError> {
        if self.open.len() > self.limits.depth {
            self.add(path, folder, Some(Problem::TooDeep));
            return Ok(());
        }
        path.push(b'/');
        self.read(folder.id, &path, real, skill)
    }

    /// Adds the file or folder that a link in the folder `folder` leads to.
    fn follow(
        &mut self,
        link: TreeEntry,
        path: Vec<u8>,
        folder: &str,
        skill: ObjectId,
    ) -> Result<(), ObjectError> {
        self.has_links = true;
        let bytes = match self.objects.blob_up_to(link.id, MAX_TARGET_BYTES) {
            Err(ObjectError::Missing(id)) => {
                self.unfetched.insert(id);
                self.add(
                    path,
                    link,
                    Some(Problem::Link(Vec::new(), LinkFault::Unavailable)),
                );
                return Ok(());
            }
            read => read?.1,
        };
        let fault = match bytes.as_deref().map(std::str::from_utf8) {
            None => LinkFault::TooLong,
            Some(Err(_)) => LinkFault::NotUtf8,
            Some(Ok(target)) => match self.destination(folder, target, skill)? {
                Ok((entry, _)) if !entry.is_tree() => {
                    self.items.push(Item {
                        path,
                        entry,
                        is_linked: true,
                        problem: None,
                    });
                    return Ok(());
                }
                Ok((found, real)) if !self.contains_open(&real) => {
                    return self.read_below(found, path, &real, skill);
                }
                Ok(_) => LinkFault::Contains,
                Err(fault) => fault,
            },
        };
        let problem = Problem::Link(bytes.unwrap_or_default().into(), fault);
        self.add(path, link, Some(problem));
        Ok(())
    }

    /// Returns the file or folder that a link leads to, with its path in the repository.
    fn destination(
        &mut self,
        folder: &str,
        target: &str,
        skill: ObjectId,
    ) -> Result<Result<(TreeEntry, String), LinkFault>, ObjectError> {
        let (objects, root) = (self.objects, self.root.unwrap_or(skill));
        let followed = follow(objects, root, folder, target);
        let real = match followed {
            Err(ObjectError::Missing(id)) => {
                self.unfetched.insert(id);
                return Ok(Err(LinkFault::Unavailable));
            }
            followed => match followed? {
                Ok(real) => real,
                Err(LinkFault::Outside) if self.root.is_none() => {
                    return Ok(Err(LinkFault::Unavailable));
                }
                Err(fault) => return Ok(Err(fault)),
            },
        };
        let found = if real.is_empty() {
            Some(TreeEntry {
                mode: TreeEntry::TREE,
                name: Vec::new(),
                id: root,
            })
        } else {
            objects.find(root, &real)?
        };
        Ok(match found {
            Some(found) => Ok((found, real)),
            None => Err(LinkFault::Missing(real)),
        })
    }

    /// Whether a folder is one that is being read, or contains one, so that it has no end.
    fn contains_open(&self, folder: &str) -> bool {
        self.open.iter().any(|open| {
            let below = open.strip_prefix(folder);
            below.is_some_and(|below| {
                folder.is_empty() || below.is_empty() || below.starts_with('/')
            })
        })
    }

    fn add(&mut self, path: Vec<u8>, entry: TreeEntry, problem: Option<Problem>) {
        self.items.push(Item {
            path,
            entry,
            is_linked: false,
            problem,
        });
    }
}

/// Returns the path that a link in `folder` of the tree `root` leads to.
///
/// # Errors
/// If a tree or the blob of a link is missing or invalid.
pub fn follow(
    objects: &Objects,
    root: ObjectId,
    folder: &str,
    target: &str,
) -> Result<Result<String, LinkFault>, ObjectError> {
    links::follow(folder, target, &mut |path| node(objects, root, path))
}

/// Returns what is at a path of the tree `root`.
///
/// # Errors
/// If a tree or the blob of a link is missing or invalid.
pub(super) fn node(objects: &Objects, root: ObjectId, path: &str) -> Result<Node, ObjectError> {
    let Some(entry) = objects.find(root, path)? else {
        return Ok(Node::Nothing);
    };
    Ok(match entry.mode {
        TreeEntry::SUBMODULE => Node::Submodule,
        TreeEntry::SYMLINK => {
            // One byte more than the limit, so that a longer target is refused as such.
            let mut target = objects.blob(entry.id)?;
            target.truncate(MAX_TARGET_BYTES + 1);
            Node::Link(String::from_utf8_lossy(&target).into_owned())
        }
        _ if entry.is_tree() => Node::Folder,
        _ => Node::File,
    })
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}
