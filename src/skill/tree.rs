//! [`SkillTree`]: the files of one skill, checked to be safe to write.

use std::borrow::Cow;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;

use super::walk::{Item, Problem, SkillPlace, Walk, WalkLimits};
use crate::digest::FileMode;
use mdskill_git::ObjectId;
use mdskill_git::objects::{ObjectError, Objects, TreeEntry, blob_id, tree_id};
use mdskill_lint::SKILL_FILE;
use mdskill_lint::limits::{Limits, Size};
use mdskill_lint::path::{self, PathFault, SkillPath};

/// The maximum size of the files of a skill that are decoded to be kept, in bytes; 181 real ones have 17 KB on
/// average.
pub const MAX_IN_MEMORY: usize = 256 << 10;

/// The memory for the files of skills.
pub struct Memory {
    /// The number of bytes that may still be kept of files that were just received.
    received: AtomicUsize,
    /// The number of bytes of a skill that are decoded to be kept: of a small repository with a large file that is
    /// part of a thousand skills, nothing is decoded a thousand times.
    decoded: usize,
}

impl Memory {
    /// Allows this number of bytes of all skills if they were just received, and of each skill if not.
    #[must_use]
    pub fn of(received: usize, decoded: usize) -> Self {
        Self {
            received: AtomicUsize::new(received),
            decoded,
        }
    }

    /// Takes this number of bytes of those that were received, if they are left.
    fn take(&self, bytes: usize) -> bool {
        let take = |left: usize| left.checked_sub(bytes);
        let left = &self.received;
        let taken = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take);
        taken.is_ok()
    }
}

/// The limit of faults in one error.
const MAX_FAULTS: usize = 20;
/// The limit of the displayed target of a link, in characters.
const MAX_SHOWN_TARGET: usize = 80;

/// The files of a skill, sorted by path.
#[derive(Debug, Clone)]
pub struct SkillTree {
    /// The id of the git tree.
    pub tree: ObjectId,
    /// The id of a git tree with these files. It differs from that of the skill only if a link in the
    /// skill is replaced by what it leads to.
    pub content: ObjectId,
    /// The files.
    pub files: Vec<SkillFile>,
    /// The size and bytes of each file, in the same order, after they are loaded.
    contents: Vec<Content>,
}

/// The size and bytes of a file.
#[derive(Debug, Clone, Default)]
struct Content {
    size: usize,
    /// The bytes, if they are in memory.
    bytes: Option<Bytes>,
}

/// One file of a skill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkillFile {
    /// The path in the skill.
    pub path: SkillPath,
    /// The mode, as git records it.
    pub mode: FileMode,
    /// The id of the blob.
    pub id: ObjectId,
}

/// A skill that must not be written to disk.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// Some files are refused.
    #[error("{}", list(.0))]
    Refused(Vec<FileFault>),
    /// The blobs of links are not here yet.
    #[error("its symbolic links were not fetched")]
    Unfetched(Vec<ObjectId>),
    /// It exceeds a limit.
    #[error("it has {0}")]
    TooLarge(String),
    /// An object is missing or invalid.
    #[error(transparent)]
    Object(#[from] ObjectError),
}

/// A refused file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFault {
    /// The file's path, made printable.
    pub path: String,
    /// The reason.
    pub reason: String,
}

impl fmt::Display for FileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.path, self.reason)
    }
}

fn list(faults: &[FileFault]) -> String {
    let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
    lines.join("\n  ")
}

impl SkillTree {
    /// Reads the files of the skill at `place`. A link is the file or folder that it leads to.
    ///
    /// # Errors
    /// [`TreeError::Refused`] for links that can't be followed, submodules, and unsafe or colliding
    /// paths; [`TreeError::TooLarge`] for too many files; [`TreeError::Unfetched`] if the blobs of links
    /// are missing; also if a tree is missing or invalid.
    pub fn read(objects: &Objects, place: SkillPlace<'_>) -> Result<Self, TreeError> {
        let limits = WalkLimits {
            entries: Limits::HIGHEST.max_files * 2,
            depth: path::MAX_DEPTH,
        };
        let walk = Walk::of(objects, place, limits)?;
        if !walk.unfetched.is_empty() {
            return Err(TreeError::Unfetched(walk.unfetched.into_iter().collect()));
        }
        let (mut files, mut faults) = (Vec::new(), Vec::new());
        for item in &walk.items {
            match file_of(item) {
                Ok(file) => files.push(file),
                Err(reason) if faults.len() < MAX_FAULTS => faults.push(FileFault {
                    path: String::from_utf8_lossy(&item.path)
                        .escape_debug()
                        .to_string(),
                    reason,
                }),
                Err(_) => {}
            }
        }
        if walk.is_cut {
            return Err(too_many_files(Limits::HIGHEST.max_files));
        }
        files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        faults.extend(collision_among(&files));
        if !faults.is_empty() {
            return Err(TreeError::Refused(faults));
        }
        let content = if walk.has_links {
            tree_of(&files)?
        } else {
            place.tree
        };
        Ok(Self {
            tree: place.tree,
            content,
            files,
            contents: Vec::new(),
        })
    }

    /// Checks the number of files, which is known before they are fetched.
    ///
    /// # Errors
    /// [`TreeError::TooLarge`].
    pub fn within(self, limits: Limits) -> Result<Self, TreeError> {
        if self.files.len() > limits.max_files {
            return Err(too_many_files(limits.max_files));
        }
        Ok(self)
    }

    /// Whether a link is installed as what it leads to. Then the files may change without a change of
    /// the skill's own tree.
    #[must_use]
    pub fn has_links(&self) -> bool {
        self.content != self.tree
    }

    /// Creates a skill of files in memory. Its objects need not exist in a repository.
    ///
    /// # Errors
    /// [`TreeError::Refused`] for colliding or equal paths; [`TreeError::TooLarge`].
    pub fn of_files(
        files: impl IntoIterator<Item = (SkillPath, FileMode, Vec<u8>)>,
    ) -> Result<Self, TreeError> {
        let mut given: Vec<_> = files.into_iter().collect();
        let limits = Limits::HIGHEST;
        if given.len() > limits.max_files {
            return Err(too_many_files(limits.max_files));
        }
        given.sort_by(|(a, ..), (b, ..)| a.cmp(b));
        let (mut files, mut contents) = (Vec::new(), Vec::new());
        for (path, mode, bytes) in given {
            let id = blob_id(&bytes)?;
            files.push(SkillFile { path, mode, id });
            contents.push(Content {
                size: bytes.len(),
                bytes: Some(bytes.into()),
            });
        }
        let twice = files.windows(2).find(|two| two[0].path == two[1].path);
        let twice = twice.map(|two| FileFault {
            path: two[0].path.to_string(),
            reason: "duplicate name in its folder".to_owned(),
        });
        if let Some(fault) = twice.or_else(|| collision_among(&files)) {
            return Err(TreeError::Refused(vec![fault]));
        }
        check_sizes(&files, &contents, limits)?;
        let tree = tree_of(&files)?;
        Ok(Self {
            tree,
            content: tree,
            files,
            contents,
        })
    }

    /// Reads the sizes of all files after their blobs were fetched, and keeps the files in `memory` as long as
    /// there is room, `SKILL.md` first. So validated files are not decompressed again to write them. Those that
    /// were just received are shared with the repository.
    ///
    /// # Errors
    /// [`TreeError::TooLarge`], or if a blob is missing.
    pub fn load(
        &mut self,
        objects: &Objects,
        memory: &Memory,
        limits: Limits,
    ) -> Result<(), TreeError> {
        let mut contents = vec![Content::default(); self.files.len()];
        let mut pairs: Vec<_> = self.files.iter().zip(&mut contents).collect();
        pairs.sort_by_key(|(file, _)| file.path.as_str() != SKILL_FILE);
        let mut remaining = memory.decoded;
        for (file, content) in pairs {
            let received = objects.received_blob(file.id);
            *content = match received.filter(|bytes| memory.take(bytes.len())) {
                Some(bytes) => Content {
                    size: bytes.len(),
                    bytes: Some(bytes),
                },
                None => {
                    let (size, bytes) = objects.blob_up_to(file.id, remaining)?;
                    remaining -= bytes.as_ref().map_or(0, Bytes::len);
                    Content { size, bytes }
                }
            };
        }
        check_sizes(&self.files, &contents, limits)?;
        self.contents = contents;
        Ok(())
    }

    /// Returns each file with its size; zero before [`SkillTree::load`].
    pub fn sizes(&self) -> impl Iterator<Item = (&SkillFile, usize)> {
        let sizes = self.contents.iter().map(|content| content.size);
        self.files.iter().zip(sizes.chain(std::iter::repeat(0)))
    }

    /// Whether the bytes of all files are in memory.
    #[must_use]
    pub fn is_in_memory(&self) -> bool {
        let contents = self.contents.iter();
        contents.len() == self.files.len()
            && contents.clone().all(|content| content.bytes.is_some())
    }

    /// Returns the bytes of the file at this path, if they are in memory.
    #[must_use]
    pub fn in_memory(&self, path: &str) -> Option<&Bytes> {
        let at = self
            .files
            .binary_search_by(|file| file.path.as_str().cmp(path));
        self.contents.get(at.ok()?)?.bytes.as_ref()
    }

    /// Returns the bytes of a file.
    ///
    /// # Errors
    /// If the blob is missing or invalid.
    pub fn bytes(&self, file: &SkillFile, objects: &Objects) -> Result<Cow<'_, [u8]>, ObjectError> {
        match self.in_memory(file.path.as_str()) {
            Some(bytes) => Ok(Cow::Borrowed(bytes)),
            None => Ok(Cow::Owned(objects.blob(file.id)?.into())),
        }
    }

    /// Returns the blobs of all files.
    pub fn blobs(&self) -> impl Iterator<Item = ObjectId> + '_ {
        self.files.iter().map(|file| file.id)
    }
}

fn tree_of(files: &[SkillFile]) -> Result<ObjectId, ObjectError> {
    let lines: Vec<_> = files
        .iter()
        .map(|file| (file.path.as_str(), file.mode, file.id))
        .collect();
    tree_id(&lines)
}

fn collision_among(files: &[SkillFile]) -> Option<FileFault> {
    let (one, other) = path::collision(files.iter().map(|file| file.path.as_str()))?;
    let reason = if one == other {
        "it is a file and a folder".to_owned()
    } else {
        format!("macOS and Windows can't distinguish it from `{one}`")
    };
    Some(FileFault {
        path: other,
        reason,
    })
}

fn too_many_files(limit: usize) -> TreeError {
    TreeError::TooLarge(format!("more than {limit} files, the limit"))
}

fn check_sizes(files: &[SkillFile], contents: &[Content], limits: Limits) -> Result<(), TreeError> {
    let mut total = 0_usize;
    for (file, Content { size, .. }) in files.iter().zip(contents) {
        if *size > limits.max_file_size {
            return Err(TreeError::TooLarge(format!(
                "a file of {size} bytes, `{}`; the limit is {}",
                file.path,
                Size(limits.max_file_size)
            )));
        }
        total += size;
    }
    if total > limits.max_total_size {
        return Err(TreeError::TooLarge(format!(
            "{total} bytes; the limit is {}",
            Size(limits.max_total_size)
        )));
    }
    Ok(())
}

/// Returns the file at an entry of a skill, or why it is refused.
fn file_of(item: &Item) -> Result<SkillFile, String> {
    let name = item.path.rsplit(|byte| *byte == b'/').next();
    let reason = match &item.problem {
        Some(Problem::TooDeep) => PathFault::TooDeep.to_string(),
        Some(Problem::Duplicate) => "duplicate name in its folder".to_owned(),
        Some(Problem::Link(target, fault)) => {
            let target = String::from_utf8_lossy(target);
            let target = target.chars().take(MAX_SHOWN_TARGET).collect::<String>();
            let target = target.escape_debug();
            format!("it is a symbolic link to `{target}`, and {fault}")
        }
        // Git never writes a name with a slash.
        None if !item.is_linked && name != Some(item.entry.name.as_slice()) => {
            PathFault::Climbs.to_string()
        }
        None => match SkillPath::from_bytes(&item.path) {
            Err(fault) => fault.to_string(),
            Ok(path) if item.entry.is_file() => {
                let mode = if item.entry.is_executable() {
                    FileMode::Executable
                } else {
                    FileMode::Regular
                };
                let id = item.entry.id;
                return Ok(SkillFile { path, mode, id });
            }
            Ok(_) if item.entry.mode == TreeEntry::SUBMODULE => {
                "it is a submodule, whose files are in another repository".to_owned()
            }
            Ok(_) => format!("its git mode {:o} is not that of a file", item.entry.mode),
        },
    };
    Err(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(paths: &[&str]) -> Result<SkillTree, TreeError> {
        let file = |path: &&str| {
            let path = SkillPath::parse(path).unwrap();
            (path, FileMode::Executable, b"x\n".to_vec())
        };
        SkillTree::of_files(paths.iter().map(file))
    }

    /// The expected id is from `git write-tree`.
    #[test]
    fn files_in_memory_have_tree_id_of_git() {
        let tree = of(&["scripts/run.sh", "SKILL.md"]).unwrap();
        assert_eq!(
            tree.tree.to_string(),
            "dcd05d4b4bcbe17ddb235c05d984eccbb544285f"
        );
        assert_eq!(tree.files[0].path.as_str(), "SKILL.md");
        assert_eq!(tree.in_memory("scripts/run.sh").unwrap(), "x\n");
    }

    #[test]
    fn files_in_memory_are_checked() {
        let cases: &[(&[&str], &str)] = &[
            (
                &["A.md", "a.md"],
                "`a.md`: macOS and Windows can't distinguish it from `A.md`",
            ),
            (&["a", "a/b"], "`a`: it is a file and a folder"),
            (&["a", "a"], "`a`: duplicate name in its folder"),
        ];
        for (paths, expected) in cases {
            assert_eq!(of(paths).unwrap_err().to_string(), *expected);
        }
        let highest = Limits::HIGHEST;
        let many: Vec<String> = (0..=highest.max_files).map(|at| at.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(
            of(&many).unwrap_err().to_string(),
            "it has more than 50000 files, the limit"
        );
        let large = (
            SkillPath::parse("a").unwrap(),
            FileMode::Regular,
            vec![0; highest.max_file_size + 1],
        );
        let refused = SkillTree::of_files([large]).unwrap_err().to_string();
        assert!(refused.ends_with("`a`; the limit is 64 MiB"), "{refused}");
    }
}
