//! A real repository with its history, read with git only.

use crate::support::sealed;
use crate::support::snapshot::Snapshot;
use crate::support::test_context::{Block, TestContext, blocks};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// The number of commits of the history to walk.
pub const STEPS: usize = 40;

/// Returns the folder of the corpora, if it exists.
pub fn corpora() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora");
    if folder.join("wshobson/agents.bundle").is_file() {
        return Some(folder);
    }
    eprintln!(
        "skipped: there is no wshobson/agents.bundle in {}",
        folder.display()
    );
    None
}

/// A bare clone of a bundle, read with git only.
pub struct Clone {
    root: tempfile::TempDir,
    /// The files of each tree that was read.
    trees: BTreeMap<String, Snapshot>,
    /// Whether one commit is in the history of the other, for the pairs that were checked.
    ancestry: RefCell<BTreeMap<(String, String), bool>>,
}

impl Clone {
    /// Clones a bundle.
    pub fn of(bundle: &Path) -> Self {
        let root = tempfile::tempdir().unwrap();
        let clone = Self {
            root,
            trees: BTreeMap::new(),
            ancestry: RefCell::default(),
        };
        std::fs::create_dir_all(clone.folder()).unwrap();
        let bundle = bundle.canonicalize().unwrap();
        clone.git(&["clone", "--quiet", "--bare", bundle.to_str().unwrap(), "."]);
        clone
    }

    fn folder(&self) -> PathBuf {
        self.root.path().join("wshobson/agents.git")
    }

    /// Returns the folder of the repositories.
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    /// Runs git and returns its output.
    pub fn git(&self, arguments: &[&str]) -> String {
        self.git_with(arguments, "")
            .into_iter()
            .map(char::from)
            .collect()
    }

    fn git_with(&self, arguments: &[&str], input: &str) -> Vec<u8> {
        let mut command = sealed::command("git", self.root.path());
        command.current_dir(self.folder()).args(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_owned();
        let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
        let outcome = child.wait_with_output().unwrap();
        writer.join().unwrap().unwrap();
        assert!(outcome.status.success(), "{arguments:?}");
        outcome.stdout
    }

    /// Returns the commits of the walk, from the first with a skill to the last.
    pub fn steps(&self) -> Vec<String> {
        let outcome = self.git(&[
            "log",
            "--format=%H",
            "--topo-order",
            "--reverse",
            "HEAD",
            "--",
            "*/skills/*",
        ]);
        let commits: Vec<&str> = outcome.lines().collect();
        let steps: Vec<String> = (0..STEPS)
            .map(|step| commits[step * (commits.len() - 1) / (STEPS - 1)].to_owned())
            .collect();
        assert_eq!(steps.iter().collect::<BTreeSet<_>>().len(), STEPS);
        steps
    }

    /// Moves the branch upstream to this commit.
    pub fn go_to(&self, commit: &str) {
        self.git(&["update-ref", "refs/heads/main", commit]);
    }

    /// Returns the folders with a `SKILL.md` at a commit, each with its tree.
    pub fn skills(&self, commit: &str) -> BTreeMap<String, String> {
        let listed = self.git(&["ls-tree", "-r", "-t", "-z", commit]);
        let mut trees = BTreeMap::new();
        let mut skills = BTreeSet::new();
        for (entry, path) in listed.split('\0').filter_map(|line| line.split_once('\t')) {
            let words: Vec<&str> = entry.split(' ').collect();
            match (words[1], path.rsplit_once('/')) {
                ("tree", _) => drop(trees.insert(path.to_owned(), words[2].to_owned())),
                (_, Some((folder, "SKILL.md"))) => drop(skills.insert(folder.to_owned())),
                _ => {}
            }
        }
        trees.retain(|path, _| skills.contains(path));
        trees
    }

    /// Whether `other` is in the history of `one`.
    fn has(&self, one: &str, other: &str) -> bool {
        let asked = (one.to_owned(), other.to_owned());
        let known = self.ancestry.borrow().get(&asked).copied();
        known.unwrap_or_else(|| {
            let has = self.git(&["rev-list", "--count", other, "--not", one]) == "0\n";
            self.ancestry.borrow_mut().insert(asked, has);
            has
        })
    }

    /// Returns the files of a tree, with `git ls-tree` and `git cat-file --batch`.
    pub fn tree(&mut self, id: &str) -> &Snapshot {
        if !self.trees.contains_key(id) {
            let snapshot = self.read_tree(id);
            self.trees.insert(id.to_owned(), snapshot);
        }
        &self.trees[id]
    }

    fn read_tree(&self, id: &str) -> Snapshot {
        let listed = self.git_with(&["ls-tree", "-r", "-z", id], "");
        let listed = String::from_utf8(listed).unwrap();
        let files: Vec<(&str, &str)> = listed
            .split('\0')
            .filter_map(|line| line.split_once('\t'))
            .collect();
        let id_of = |entry: &str| entry.split(' ').nth(2).unwrap().to_owned();
        let asked: String = files.iter().map(|(entry, _)| id_of(entry) + "\n").collect();
        let outcome = self.git_with(&["cat-file", "--batch"], &asked);
        let mut rest = outcome.as_slice();
        let mut snapshot = Snapshot::default();
        for (entry, path) in files {
            let end = rest.iter().position(|byte| *byte == b'\n').unwrap();
            let head = std::str::from_utf8(&rest[..end]).unwrap();
            let length: usize = head.rsplit(' ').next().unwrap().parse().unwrap();
            let bytes = rest[end + 1..end + 1 + length].to_vec();
            rest = &rest[end + 2 + length..];
            let mode = u32::from_str_radix(&entry[..6], 8).unwrap();
            snapshot.entries.insert(path.to_owned(), (mode, bytes));
        }
        snapshot.with_folders()
    }
}

/// Returns the entries of a lockfile.
pub fn lock_of(context: &TestContext) -> BTreeMap<String, Block> {
    blocks(&context.read("mdskill.lock"))
}

/// Returns the expected lockfile entry of a skill after an update to `commit`, computed with git only.
pub fn moved(
    clone: &Clone,
    entry: &Block,
    skills: &BTreeMap<String, String>,
    commit: &str,
) -> Block {
    let folder = entry["path"].rsplit('/').next().unwrap();
    let path = if skills.contains_key(&entry["path"]) {
        entry["path"].clone()
    } else {
        let suffix = format!("/{folder}");
        let mut named = skills.keys().filter(|path| path.ends_with(&suffix));
        match (named.next(), named.next()) {
            (Some(only), None) => only.clone(),
            _ => return entry.clone(),
        }
    };
    let tree = skills[&path].clone();
    let mut entry = entry.clone();
    if tree == entry["tree"] && path == entry["path"] {
        // If neither commit contains the other, the locked commit may be removed upstream at any time.
        if !clone.has(&entry["commit"], commit) && !clone.has(commit, &entry["commit"]) {
            entry.insert("commit".to_owned(), commit.to_owned());
        }
        return entry;
    }
    entry.insert("path".to_owned(), path);
    entry.insert("tree".to_owned(), tree);
    entry.insert("commit".to_owned(), commit.to_owned());
    entry
}
