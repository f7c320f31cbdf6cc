//! [`Lockfile`]: exactly what is installed, as `mdskill.lock` says it.
//!
//! TOML, one block a skill, sorted by name, no dates and no machine paths: two
//! machines write the same bytes. Keys that a newer mdskill wrote are kept. One
//! that can't be read is an error with the line, never "empty" (promise 5).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use toml_edit::{Array, DocumentMut, Item, Table, Value, value};

use crate::digest::Digest;
use crate::fs;
use crate::name::SkillName;
use crate::oid::ObjectId;
use crate::path::fold;
use crate::source::Source;
use crate::target::Target;

/// The lockfile's name at a project's root.
pub const FILE_NAME: &str = "mdskill.lock";
/// The version that this mdskill writes, and the newest that it reads.
pub const VERSION: i64 = 1;
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
    pub reference: Option<String>,
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
    /// The disk.
    #[error(transparent)]
    Fs(#[from] fs::Error),
}

impl Entry {
    /// Makes an entry with no unknown keys.
    #[must_use]
    pub fn new(source: Source, path: String, tree: ObjectId, digest: Digest) -> Self {
        Self {
            source,
            path,
            reference: None,
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
    /// Reads the lockfile at `path`; `None` when there is none.
    ///
    /// # Errors
    /// [`LockfileError::Bad`] with the line, or when the file can't be read.
    pub fn read(path: &Path) -> Result<Option<Self>, LockfileError> {
        let Some(bytes) = fs::read_if_found(path)? else {
            return Ok(None);
        };
        let bad = |(line, problem)| LockfileError::Bad {
            path: path.to_owned(),
            line,
            problem,
        };
        let text = String::from_utf8(bytes).map_err(|_| bad((1, "it is not UTF-8".to_owned())))?;
        Self::parse(&text).map(Some).map_err(bad)
    }

    /// Parses a lockfile's text; the error is the line, from 1, and the problem.
    ///
    /// # Errors
    /// For conflict markers, bad TOML, duplicates, a newer version, missing or bad values.
    pub fn parse(text: &str) -> Result<Self, (usize, String)> {
        // A line is counted only when there is something to tell: counting from the
        // top for each block took half of `list`'s time.
        read(text).map_err(|fault| (line_of(text, fault.at), fault.problem))
    }

    /// Returns the text: the same for the same content, on every machine.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut document = DocumentMut::new();
        document["version"] = value(VERSION);
        document["targets"] = value(paths(&self.targets));
        write_unknown(document.as_table_mut(), &self.unknown);
        let mut text = format!("{HEADER}{document}");
        for (name, entry) in &self.skills {
            text.push_str("\n[[skill]]\n");
            text.push_str(&entry.to_table(name).to_string());
        }
        text
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
        if let Some(reference) = &self.reference {
            put("ref", reference.clone());
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

/// Writes back what a newer mdskill wrote, each on its line.
fn write_unknown(table: &mut Table, unknown: &BTreeMap<String, String>) {
    for (key, text) in unknown {
        if let Ok(parsed) = text.parse::<Value>() {
            table.insert(key, value(parsed));
        }
    }
}

/// Returns a value's TOML on one line: tables become inline ones.
fn inline(item: &Item) -> String {
    let mut item = item.clone();
    item.make_value();
    match item.into_value() {
        Ok(mut value) => {
            value.decor_mut().clear();
            value.to_string()
        }
        Err(_) => String::new(),
    }
}

/// What is wrong with a lockfile, and the byte where.
struct Fault {
    at: usize,
    problem: String,
}

impl Fault {
    fn new(at: usize, problem: impl Into<String>) -> Self {
        Self {
            at,
            problem: problem.into(),
        }
    }

    fn of(item: &Item, problem: impl Into<String>) -> Self {
        Self::new(item.span().map_or(0, |span| span.start), problem)
    }
}

fn read(text: &str) -> Result<Lockfile, Fault> {
    if let Some(at) = conflict_marker(text) {
        let problem = "a merge conflict is not resolved; keep each `[[skill]]` block once, remove the lines that git wrote, and run `mdskill install`";
        return Err(Fault::new(at, problem));
    }
    let document = toml_edit::Document::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        Fault::new(at, error.message().trim().replace('\n', ", "))
    })?;
    check_version(document.as_table())?;
    let mut lockfile = Lockfile::default();
    for (key, item) in document.iter() {
        match key {
            "version" => {}
            "targets" => lockfile.targets = read_targets(item)?,
            "skill" => lockfile.skills = read_skills(item)?,
            unknown => {
                lockfile.unknown.insert(unknown.to_owned(), inline(item));
            }
        }
    }
    Ok(lockfile)
}

fn check_version(table: &Table) -> Result<(), Fault> {
    let Some(item) = table.get("version") else {
        return Err(Fault::new(
            0,
            "`version = 1` is missing; is this a lockfile of mdskill?",
        ));
    };
    match item.as_integer() {
        Some(VERSION) => Ok(()),
        Some(newer) if newer > VERSION => {
            let problem = format!(
                "it is of version {newer}, written by a newer mdskill; this one reads version {VERSION}: update mdskill"
            );
            Err(Fault::of(item, problem))
        }
        _ => Err(Fault::of(item, "`version` is not 1")),
    }
}

fn read_targets(item: &Item) -> Result<Vec<Target>, Fault> {
    let no_list = || Fault::of(item, "`targets` is not a list of folders");
    let target = |value: &Value| {
        let text = value.as_str().ok_or_else(no_list)?;
        text.parse()
            .map_err(|error| Fault::of(item, format!("{error}")))
    };
    item.as_array()
        .ok_or_else(no_list)?
        .iter()
        .map(target)
        .collect()
}

fn read_skills(item: &Item) -> Result<BTreeMap<SkillName, Entry>, Fault> {
    let blocks = item.as_array_of_tables();
    let blocks =
        blocks.ok_or_else(|| Fault::of(item, "`skill` is not a list of `[[skill]]` blocks"))?;
    let mut skills = BTreeMap::new();
    let mut folded = BTreeSet::new();
    for table in blocks {
        let start = table.span().map_or(0, |span| span.start);
        let (name, entry) = read_entry(table, start)?;
        if !folded.insert(fold(name.as_str())) {
            return Err(Fault::new(
                start,
                format!("`{name}` stands here a second time; remove one of the two blocks"),
            ));
        }
        skills.insert(name, entry);
    }
    Ok(skills)
}

fn read_entry(table: &Table, start: usize) -> Result<(SkillName, Entry), Fault> {
    let name = required(table, "name", start)?;
    let source = required(table, "source", start)?;
    let tree = required(table, "tree", start)?;
    let digest = required(table, "digest", start)?;
    let path: String = required(table, "path", start)?;
    if path.split('/').any(|part| part == ".." || part == ".") || path.starts_with('/') {
        let problem = format!("`{path}` is no path inside a repository");
        return Err(table
            .get("path")
            .map_or(Fault::new(start, ""), |item| Fault::of(item, problem)));
    }
    let mut entry = Entry::new(source, path, tree, digest);
    entry.reference = optional(table, "ref")?;
    entry.commit = optional(table, "commit")?;
    entry.edits = optional(table, "edits")?;
    for (key, item) in table {
        match key {
            "name" | "source" | "path" | "ref" | "commit" | "tree" | "digest" | "edits" => {}
            "targets" => entry.targets = Some(read_targets(item)?),
            unknown => {
                entry.unknown.insert(unknown.to_owned(), inline(item));
            }
        }
    }
    let is_folder = matches!(entry.source, Source::Folder { .. });
    if entry.commit.is_none() && !is_folder {
        return Err(Fault::new(
            start,
            format!("`commit` of `{name}` is missing"),
        ));
    }
    Ok((name, entry))
}

fn required<T: FromStr<Err: Display>>(table: &Table, key: &str, start: usize) -> Result<T, Fault> {
    optional(table, key)?
        .ok_or_else(|| Fault::new(start, format!("`{key}` is missing in this block")))
}

fn optional<T: FromStr<Err: Display>>(table: &Table, key: &str) -> Result<Option<T>, Fault> {
    let Some(item) = table.get(key) else {
        return Ok(None);
    };
    let text = item
        .as_str()
        .ok_or_else(|| Fault::of(item, format!("`{key}` is not a text in quotes")))?;
    text.parse()
        .map(Some)
        .map_err(|error: T::Err| Fault::of(item, format!("`{key}`: {error}")))
}

fn line_of(text: &str, offset: usize) -> usize {
    let before = text.get(..offset).unwrap_or(text);
    before.matches('\n').count() + 1
}

/// Returns where the first line that `git merge` left begins.
fn conflict_marker(text: &str) -> Option<usize> {
    let marks = ["<<<<<<<", "=======", ">>>>>>>", "|||||||"];
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if marks.iter().any(|mark| line.starts_with(mark)) {
            return Some(at);
        }
        at += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"# Written by mdskill. Commit this file.
version = 1
targets = [".github/skills"]
future = { a = 1 }

[[skill]]
name = "async-python-patterns"
source = "github:wshobson/agents"
path = "plugins/python-development/skills/async-python-patterns"
ref = "main"
commit = "367cb6a4a182cf7e9b0a17c9429f7411ddd9cf35"
tree = "993d10828bde72457893b68f6055274d5095558b"
digest = "sha256:99eeb4a271e9892ea2848d890a150fc23558541601741a6365505d44cb4f5f2e"
signed-by = ["a", "b"]

[[skill]]
name = "local"
source = "path:../skills"
path = "local"
tree = "993d10828bde72457893b68f6055274d5095558b"
digest = "sha256:99eeb4a271e9892ea2848d890a150fc23558541601741a6365505d44cb4f5f2e"
targets = [".claude/skills"]
"#;

    #[test]
    fn what_is_read_is_written_to_the_byte_unknown_keys_too() {
        let lockfile = Lockfile::parse(TEXT).unwrap();
        assert_eq!(lockfile.skills.len(), 2);
        assert_eq!(lockfile.to_text(), TEXT);
    }

    #[test]
    fn blocks_in_any_order_are_written_in_one() {
        let blocks: Vec<&str> = TEXT.split("\n[[skill]]\n").collect();
        let swapped = format!(
            "{}\n[[skill]]\n{}\n[[skill]]\n{}",
            blocks[0], blocks[2], blocks[1]
        );
        assert_eq!(Lockfile::parse(&swapped).unwrap().to_text(), TEXT);
    }

    #[test]
    fn each_damage_is_refused_with_its_line() {
        let refused =
            |from: &str, to: &str| Lockfile::parse(&TEXT.replacen(from, to, 1)).unwrap_err();
        let cases = [
            ("version = 1", "version = 2", 2, "newer mdskill"),
            ("version = 1", "", 1, "is missing"),
            (
                "name = \"local\"",
                "name = \"async-python-patterns\"",
                16,
                "a second time",
            ),
            (
                "name = \"local\"",
                "name = \"../x\"",
                17,
                "can't be a folder name",
            ),
            (
                "name = \"local\"",
                "name = \"Async-Python-Patterns\"",
                16,
                "a second time",
            ),
            ("ref = \"main\"", "<<<<<<< HEAD", 10, "merge conflict"),
            ("ref = \"main\"", "ref = 1", 10, "not a text"),
            ("ref = \"main\"", "ref = ", 10, ""),
            ("tree = \"993", "tree = \"99", 12, "40 hexadecimal digits"),
            (
                "digest = \"sha256:9",
                "digest = \"md5:9",
                13,
                "is not a digest",
            ),
            ("path = \"plugins/", "path = \"../", 9, "no path inside"),
            (
                "commit = \"367cb6a4a182cf7e9b0a17c9429f7411ddd9cf35\"",
                "",
                6,
                "`commit` of",
            ),
            ("[\".github/skills\"]", "[\"../../.ssh\"]", 3, "outside"),
            (
                "source = \"path:../skills\"",
                "source = \"nonsense\"",
                18,
                "is not a source",
            ),
        ];
        for (from, to, line, problem) in cases {
            let (at, said) = refused(from, to);
            assert_eq!(at, line, "{to}: {said}");
            assert!(said.contains(problem), "{to}: {said}");
        }
    }
}
