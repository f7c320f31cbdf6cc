//! [`Lockfile`]: the installed skills, in the file `mdskill.lock`.
//!
//! The format is TOML with one block for each skill, sorted by name. It has no dates and machine
//! paths, so that two machines write the same bytes. Blocks are read in any order. Keys of a newer
//! mdskill are kept. An invalid lockfile is an error that names the line; it never counts as empty.
//!
//! The first version wrote 64 numbered comment lines (`# 00` to `# 63`) between the blocks. Such a
//! file is read like any other, because they are comments, and loses them at the next write.

pub mod merge;
mod read;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml_edit::{Array, DocumentMut, Item, Table, Value, value};

use self::read::read;
use crate::digest::Digest;
use crate::fs;
use crate::hint::{CommandLine, HasHint, Hint};
use crate::policy::Signed;
use crate::source::Source;
use crate::target::Target;
use mdskill_git::ObjectId;
use mdskill_lint::name::SkillName;

/// The name of the lockfile in the root of a project.
pub const FILE_NAME: &str = "mdskill.lock";
/// The version that this mdskill writes, and the newest that it reads.
pub const VERSION: i64 = 1;
/// The most skills that an error names.
const MAX_NAMED: usize = 20;
const HEADER: &str = "# Written by mdskill. Commit this file.\n";

/// The content of a lockfile.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lockfile {
    /// The folders that skills are installed into, unless an entry has its own.
    pub targets: Vec<Target>,
    /// The skills, by name.
    pub skills: BTreeMap<SkillName, Entry>,
    unknown: BTreeMap<String, String>,
}

/// One installed skill.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The source of the skill.
    pub source: Source,
    /// The folder in the source; empty for the root.
    pub path: String,
    /// The ref that `update` follows; `None` for the default branch.
    pub git_ref: Option<String>,
    /// The tag of the files, if the ref is a tag or a range. Older lockfiles lack it.
    pub version: Option<String>,
    /// The commit of the files; `None` for a local folder or a site.
    pub commit: Option<ObjectId>,
    /// The SHA-256 of the file of a site that the skill was downloaded in.
    pub download: Option<Digest>,
    /// The git tree of the folder, as `git rev-parse COMMIT:PATH` prints it.
    pub tree: ObjectId,
    /// The digest of the files.
    pub digest: Digest,
    /// The fingerprint of the key that signed the commit or the tag, if the policy required a
    /// signature when it was locked.
    pub signed_by: Option<String>,
    /// The tag object with that signature, if it is not the commit that is signed.
    pub signed_tag: Option<ObjectId>,
    /// The digest of the files on disk, if they have recorded edits.
    pub edits: Option<Digest>,
    /// Whether the user accepted that the source no longer has the skill.
    pub is_gone: bool,
    /// The targets, if they are not those of the lockfile.
    pub targets: Option<Vec<Target>>,
    unknown: BTreeMap<String, String>,
}

/// A lockfile can't be used. Nothing is written in this case.
#[derive(Debug, thiserror::Error)]
pub enum LockfileError {
    /// A line is invalid.
    #[error("{path}:{line}: {problem}", path = path.display())]
    Bad {
        /// The lockfile.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The problem.
        problem: String,
    },
    /// git left a conflict in it.
    #[error("{path}:{line}: unresolved merge conflict{}", in_names(.names), path = path.display())]
    Conflict {
        /// The lockfile.
        path: PathBuf,
        /// The line of the first conflict marker, from 1.
        line: usize,
        /// The skills that differ between the sides.
        names: Vec<SkillName>,
    },
    /// git left a conflict in it, and its index does not have the sides.
    #[error("{path}:{line}: unresolved merge conflict, and git's index does not have the two sides", path = path.display())]
    NoSides {
        /// The lockfile.
        path: PathBuf,
        /// The line of the first conflict marker, from 1.
        line: usize,
    },
    /// The new lockfile could not be read again.
    #[error("the new mdskill.lock would be invalid: {problem}; nothing was changed")]
    Unreadable {
        /// The problem.
        problem: String,
    },
    /// A file system operation failed.
    #[error(transparent)]
    Fs(#[from] fs::Error),
}

impl HasHint for LockfileError {
    fn hint(&self) -> Option<Hint> {
        match self {
            Self::Conflict { .. } => Some(Hint::command("lock --resolve").then(" resolves it")),
            Self::NoSides { path, .. } => Some(
                Hint::command(CommandLine::git("checkout --merge").word(path.to_string_lossy()))
                    .then(" restores them after `git add`; otherwise restore a version without conflict markers"),
            ),
            Self::Fs(error) => error.hint(),
            Self::Unreadable { .. } => Some(Hint::text("report this, with the command")),
            Self::Bad { path, .. } => is_empty(path).then(|| {
                Hint::text(
                    "restore it from the repository; to start a project in this folder, delete it and create an empty mdskill.toml",
                )
            }),
        }
    }
}

/// Whether the lockfile has no content, because a user created it.
fn is_empty(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| metadata.len() == 0)
}

/// Names the skills in a conflict, at most 20 of them.
fn in_names(names: &[SkillName]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_at(quoted.len().min(MAX_NAMED)) {
        ([], _) => String::new(),
        (first, []) => format!(" in {}", first.join(", ")),
        (first, rest) => format!(" in {} and {} more", first.join(", "), rest.len()),
    }
}

impl LockfileError {
    /// Returns a function that converts a line and a problem into an error.
    pub fn bad(path: &Path) -> impl Fn((usize, String)) -> Self {
        |(line, problem)| Self::Bad {
            path: path.to_owned(),
            line,
            problem,
        }
    }
}

impl Entry {
    /// Creates an entry without unknown keys.
    #[must_use]
    pub fn new(source: Source, path: String, tree: ObjectId, digest: Digest) -> Self {
        Self {
            source,
            path,
            git_ref: None,
            version: None,
            commit: None,
            download: None,
            tree,
            digest,
            signed_by: None,
            signed_tag: None,
            edits: None,
            is_gone: false,
            targets: None,
            unknown: BTreeMap::new(),
        }
    }

    /// Returns the digest that the files on disk should have.
    #[must_use]
    pub fn digest_on_disk(&self) -> Digest {
        self.edits.unwrap_or(self.digest)
    }

    /// Records who signed the commit or its tag.
    pub fn set_signature(&mut self, signed: Option<&Signed>) {
        self.signed_by = signed.map(|signed| signed.key.clone());
        self.signed_tag = signed.and_then(|signed| signed.tag);
    }

    /// Copies the unknown keys of `before`.
    #[must_use]
    pub fn keeping(mut self, before: Option<&Self>) -> Self {
        if let Some(before) = before {
            self.unknown.clone_from(&before.unknown);
        }
        self
    }
}

impl Lockfile {
    /// Reads the text of the lockfile at `path` without parsing it; `None` if it does not exist.
    ///
    /// # Errors
    /// If it can't be read or is not UTF-8.
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
        thread_local! {
            // A command parses the same text up to five times: again under the lock, and to check what it writes.
            // Each time takes 4.5 ms for 343 skills. The callers have no common place for it.
            static LAST: RefCell<Option<(String, Lockfile)>> = const { RefCell::new(None) };
        }
        let is_same = |(last, _): &&(String, Self)| last == text;
        let known =
            LAST.with_borrow(|last| last.as_ref().filter(is_same).map(|(_, it)| it.clone()));
        if let Some(lockfile) = known {
            return Ok(lockfile);
        }
        let lockfile = read(text).map_err(|fault| match conflict_line(text) {
            Some(line) => (line, "unresolved merge conflict".to_owned()),
            None => fault.in_line_of(text),
        })?;
        LAST.set(Some((text.to_owned(), lockfile.clone())));
        Ok(lockfile)
    }

    /// Returns the text, which is the same for the same content on every machine.
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

    /// Returns the text, after checking that it can be read again: a lockfile that can't be read would
    /// block every command.
    ///
    /// # Errors
    /// If it can't be read again.
    pub fn to_checked_text(&self) -> Result<String, LockfileError> {
        let text = self.to_text();
        match Self::parse(&text) {
            Ok(_) => Ok(text),
            Err((_, problem)) => Err(LockfileError::Unreadable { problem }),
        }
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
        if let Some(version) = &self.version {
            put("version", version.clone());
        }
        if let Some(commit) = &self.commit {
            put("commit", commit.to_string());
        }
        if let Some(key) = &self.signed_by {
            put("signed-by", key.clone());
        }
        if let Some(tag) = &self.signed_tag {
            put("signed-tag", tag.to_string());
        }
        put("tree", self.tree.to_string());
        put("digest", self.digest.to_string());
        if let Some(download) = &self.download {
            put("download", download.to_string());
        }
        if let Some(edits) = &self.edits {
            put("edits", edits.to_string());
        }
        if self.is_gone {
            table.insert("gone", value(true));
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

/// Writes the unknown keys, each on its own line.
fn write_unknown(table: &mut Table, unknown: &BTreeMap<String, String>) {
    for (key, text) in unknown {
        if let Ok(parsed) = text.parse::<Value>() {
            table.insert(key, value(parsed));
        }
    }
}

#[cfg(test)]
mod tests;
