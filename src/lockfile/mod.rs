//! [`Lockfile`]: exactly what is installed, as `mdskill.lock` says it.
//!
//! TOML, one block a skill, sorted by name, without dates and machine paths, so that two machines
//! write the same bytes. It is read in any order. Keys that a newer mdskill wrote are kept. One
//! that can't be read is an error with the line, never "empty".
//!
//! The first version wrote 64 numbered comment lines (`# 00` to `# 63`) between the blocks. Such a
//! file is read like any other, because they are comments, and loses them at the next write.

pub mod merge;
mod read;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml_edit::{Array, DocumentMut, Item, Table, Value, value};

use self::read::read;
use crate::digest::Digest;
use crate::fs;
use crate::hint::{HasHint, Hint};
use crate::source::Source;
use crate::target::Target;
use mdskill_git::ObjectId;
use mdskill_lint::name::SkillName;

/// The lockfile's name at a project's root.
pub const FILE_NAME: &str = "mdskill.lock";
/// The version that this mdskill writes, and the newest that it reads.
pub const VERSION: i64 = 1;
/// The most skills that an error names.
const MAX_NAMED: usize = 20;
const HEADER: &str = "# Written by mdskill. Commit this file.\n";

/// What a lockfile holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lockfile {
    /// The folders that skills are installed into, unless an entry says otherwise.
    pub targets: Vec<Target>,
    /// The skills, by name.
    pub skills: BTreeMap<SkillName, Entry>,
    unknown: BTreeMap<String, String>,
}

/// One installed skill.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Where it comes from.
    pub source: Source,
    /// Its folder in the source; empty for the root.
    pub path: String,
    /// What `update` follows; nothing means the default branch.
    pub git_ref: Option<String>,
    /// The commit it was taken from; nothing for a local folder.
    pub commit: Option<ObjectId>,
    /// The git tree of its folder: `git rev-parse COMMIT:PATH`.
    pub tree: ObjectId,
    /// The digest of its files.
    pub digest: Digest,
    /// The digest of what is on disk, when local edits are kept.
    pub edits: Option<Digest>,
    /// Its own targets, when they are not the lockfile's.
    pub targets: Option<Vec<Target>>,
    unknown: BTreeMap<String, String>,
}

/// A lockfile that can't be used. Nothing is written when one is raised.
#[derive(Debug, thiserror::Error)]
pub enum LockfileError {
    /// A line is not what it should be.
    #[error("{path}:{line}: {problem}", path = path.display())]
    Bad {
        /// The lockfile.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong, and what to do.
        problem: String,
    },
    /// git left a conflict in it.
    #[error("{path}:{line}: unresolved merge conflict{}", in_names(.names), path = path.display())]
    Conflict {
        /// The lockfile.
        path: PathBuf,
        /// The line of the first conflict marker, from 1.
        line: usize,
        /// The skills and keys that the sides have differently.
        names: Vec<String>,
    },
    /// git left a conflict in it, and its index does not have the sides.
    #[error("{path}:{line}: unresolved merge conflict, and git's index does not have the two sides", path = path.display())]
    NoSides {
        /// The lockfile.
        path: PathBuf,
        /// The line of the first conflict marker, from 1.
        line: usize,
    },
    /// The disk.
    #[error(transparent)]
    Fs(#[from] fs::Error),
}

impl HasHint for LockfileError {
    fn hint(&self) -> Option<Hint> {
        match self {
            Self::Conflict { .. } => Some(Hint::command("lock --resolve").then(" resolves it")),
            Self::NoSides { path, .. } => Some(Hint::text(format!(
                "`git checkout --merge {}` brings them back after `git add`; else restore a version without conflict markers",
                path.display()
            ))),
            Self::Fs(error) => error.hint(),
            Self::Bad { .. } => None,
        }
    }
}

/// Names the skills in a conflict, at most 20 of them.
fn in_names(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_at(quoted.len().min(MAX_NAMED)) {
        ([], _) => String::new(),
        (first, []) => format!(" in {}", first.join(", ")),
        (first, rest) => format!(" in {} and {} more", first.join(", "), rest.len()),
    }
}

impl LockfileError {
    /// Returns what makes an error of a line and a problem.
    pub fn bad(path: &Path) -> impl Fn((usize, String)) -> Self {
        |(line, problem)| Self::Bad {
            path: path.to_owned(),
            line,
            problem,
        }
    }
}

impl Entry {
    /// Makes an entry with no unknown keys.
    #[must_use]
    pub fn new(source: Source, path: String, tree: ObjectId, digest: Digest) -> Self {
        Self {
            source,
            path,
            git_ref: None,
            commit: None,
            tree,
            digest,
            edits: None,
            targets: None,
            unknown: BTreeMap::new(),
        }
    }

    /// Returns the digest that the files on disk should have.
    #[must_use]
    pub fn digest_on_disk(&self) -> Digest {
        self.edits.unwrap_or(self.digest)
    }

    /// Keeps the keys that `before` had and this mdskill does not know.
    #[must_use]
    pub fn keeping(mut self, before: Option<&Self>) -> Self {
        if let Some(before) = before {
            self.unknown.clone_from(&before.unknown);
        }
        self
    }
}

impl Lockfile {
    /// Reads the text of the lockfile at `path`, whatever it says; `None` when there is none.
    ///
    /// # Errors
    /// When it can't be read or is not UTF-8.
    pub fn read_text(path: &Path) -> Result<Option<String>, LockfileError> {
        let Some(bytes) = fs::read_if_found(path)? else {
            return Ok(None);
        };
        let text = String::from_utf8(bytes);
        let text = text.map_err(|_| (1, "it is not UTF-8".to_owned()));
        text.map(Some).map_err(LockfileError::bad(path))
    }

    /// Parses a lockfile's text; the error is the line, from 1, and the problem.
    ///
    /// # Errors
    /// For conflict markers, bad TOML, duplicates, a newer version, missing or bad values.
    pub fn parse(text: &str) -> Result<Self, (usize, String)> {
        read(text).map_err(|fault| match conflict_line(text) {
            Some(line) => (line, "unresolved merge conflict".to_owned()),
            None => fault.in_line_of(text),
        })
    }

    /// Returns the text: the same for the same content, on every machine.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut document = DocumentMut::new();
        document["version"] = value(VERSION);
        document["targets"] = value(paths(&self.targets));
        write_unknown(document.as_table_mut(), &self.unknown);
        let blocks = self.skills.iter().map(|(name, entry)| entry.to_table(name));
        document.insert("skill", Item::ArrayOfTables(blocks.collect()));
        format!("{HEADER}{document}")
    }

    /// Returns the targets that a skill is installed into.
    #[must_use]
    pub fn targets_of<'a>(&'a self, entry: &'a Entry) -> &'a [Target] {
        entry.targets.as_deref().unwrap_or(&self.targets)
    }
}

impl Entry {
    fn to_table(&self, name: &SkillName) -> Table {
        let mut table = Table::new();
        let mut put = |key: &str, text: String| {
            table.insert(key, value(text));
        };
        put("name", name.to_string());
        put("source", self.source.to_string());
        put("path", self.path.clone());
        if let Some(git_ref) = &self.git_ref {
            put("ref", git_ref.clone());
        }
        if let Some(commit) = &self.commit {
            put("commit", commit.to_string());
        }
        put("tree", self.tree.to_string());
        put("digest", self.digest.to_string());
        if let Some(edits) = &self.edits {
            put("edits", edits.to_string());
        }
        if let Some(targets) = &self.targets {
            table.insert("targets", value(paths(targets)));
        }
        write_unknown(&mut table, &self.unknown);
        table
    }
}

fn paths(targets: &[Target]) -> Array {
    targets
        .iter()
        .map(|target| target.as_str().to_owned())
        .collect()
}

/// Returns the line, from 1, of git's first conflict marker.
#[must_use]
pub fn conflict_line(text: &str) -> Option<usize> {
    const MARKERS: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];
    let is_marker = |line: &str| MARKERS.iter().any(|marker| line.starts_with(marker));
    text.lines().position(is_marker).map(|index| index + 1)
}

/// Writes back what a newer mdskill wrote, each on its line.
fn write_unknown(table: &mut Table, unknown: &BTreeMap<String, String>) {
    for (key, text) in unknown {
        if let Ok(parsed) = text.parse::<Value>() {
            table.insert(key, value(parsed));
        }
    }
}

#[cfg(test)]
mod tests;
