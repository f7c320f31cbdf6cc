//! An isolated environment whose GitHub is a local folder of repositories, to test the program without a network.

use super::outcome::Outcome;
use super::repo::Repo;
use super::room::Room;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::SystemTime;

/// A room, and the folder of its repositories.
pub struct Shop {
    pub room: Room,
    root: tempfile::TempDir,
}

/// One block of a lockfile: each key with its value as text, without quotes.
pub type Block = BTreeMap<String, String>;

impl Shop {
    /// Creates a shop without repositories.
    pub fn open() -> Self {
        let root = tempfile::tempdir().expect("a temporary folder");
        let room = Room::new(&root.path().to_string_lossy());
        Self { room, root }
    }

    /// Creates a shop with `acme/skills`: `one`, `two` and `three`, which has a script, in one commit.
    pub fn stocked() -> (Self, Repo) {
        let shop = Self::open();
        let mut repo = shop.repo("acme/skills");
        for name in ["one", "two", "three"] {
            repo.skill(&format!("skills/{name}"), name, &format!("Skill {name}"));
        }
        repo.executable("skills/three/scripts/run.sh", "#!/bin/sh\nexit 0\n");
        repo.commit("Three skills");
        (shop, repo)
    }

    /// The folder of the repositories.
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    /// Creates a repository.
    pub fn repo(&self, name: &str) -> Repo {
        Repo::create(self.root(), name)
    }

    /// Creates another room with the same repositories.
    pub fn another_room(&self) -> Room {
        Room::new(&self.root().to_string_lossy())
    }

    /// Runs mdskill and waits for its end.
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        self.room.mdskill(arguments).run()
    }

    /// Runs mdskill, and asserts this exit code, this text, and that no file of the user changed.
    #[track_caller]
    pub fn refuses(&self, arguments: &[&str], code: i32, sentence: &str) -> Outcome {
        let before = self.room.snapshot();
        let outcome = self.run(arguments);
        outcome.fails(code).says(sentence);
        before.assert_same(&self.room.snapshot());
        outcome
    }

    /// Asserts that the skill is installed in the default target as git has it at `COMMIT:PATH`, and locked.
    #[track_caller]
    pub fn has(&self, name: &str, repo: &Repo, at: &str) {
        self.room
            .tree(&format!(".github/skills/{name}"))
            .assert_same(&repo.snapshot(at));
        self.has_entry(name, repo, at);
    }

    /// Asserts that the lockfile has the skill as git has it at `COMMIT:PATH`.
    #[track_caller]
    pub fn has_entry(&self, name: &str, repo: &Repo, at: &str) {
        let (commit, path) = at.split_once(':').expect("COMMIT:PATH");
        let entry = self.entry(name);
        let git = |spec: &str| repo.rev_parse(spec);
        assert_eq!(entry["path"], path);
        assert_eq!(entry["tree"], git(at));
        assert_eq!(entry["commit"], git(&format!("{commit}^{{commit}}")));
    }

    /// The names of the folders in a folder of the project.
    pub fn folders(&self, path: &str) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.room.project().join(path))
            .map(|entries| {
                entries
                    .map(|entry| {
                        entry
                            .expect("an entry")
                            .file_name()
                            .to_string_lossy()
                            .into_owned()
                    })
                    .collect()
            })
            .unwrap_or_default();
        names.sort();
        names
    }

    /// The lockfile's blocks by name.
    pub fn lock(&self) -> BTreeMap<String, Block> {
        blocks(&self.room.read("mdskill.lock"))
    }

    /// The lockfile's block of this skill.
    #[track_caller]
    pub fn entry(&self, name: &str) -> Block {
        let lock = self.lock();
        lock.get(name)
            .unwrap_or_else(|| panic!("no {name} among {:?}", lock.keys()))
            .clone()
    }

    /// The modification time of each file of the project, without those of git.
    pub fn times(&self) -> BTreeMap<String, SystemTime> {
        let project = self.room.project();
        let time = |path: &str| {
            let seen = std::fs::symlink_metadata(project.join(path)).expect("it was just listed");
            seen.modified().expect("a time")
        };
        let tree = self.room.tree("");
        let ours = tree
            .paths()
            .into_iter()
            .filter(|path| !path.starts_with(".git/"));
        ours.filter(|path| project.join(path).is_file())
            .map(|path| (path.to_owned(), time(path)))
            .collect()
    }
}

/// Parses a lockfile line by line, without the code under test.
pub fn blocks(text: &str) -> BTreeMap<String, Block> {
    let block = |text: &str| -> Block {
        let pairs = text.lines().filter_map(|line| line.split_once(" = "));
        pairs
            .map(|(key, value)| (key.to_owned(), value.trim_matches('"').to_owned()))
            .collect()
    };
    let blocks = text.split("[[skill]]\n").skip(1).map(block);
    blocks.map(|block| (block["name"].clone(), block)).collect()
}
