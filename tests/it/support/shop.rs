//! A room whose GitHub is a folder of repositories that the test makes: the whole program, without a network.

use super::outcome::Outcome;
use super::repo::Repo;
use super::room::Room;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::SystemTime;

/// A room, and the folder where its `owner/repo` lives.
pub struct Shop {
    pub room: Room,
    root: tempfile::TempDir,
}

/// One block of a lockfile, as text: each key with what stands behind it, without quotes.
pub type Block = BTreeMap<String, String>;

impl Shop {
    /// A shop without a repository yet.
    pub fn open() -> Self {
        let root = tempfile::tempdir().expect("a temporary folder");
        let room = Room::new(&root.path().to_string_lossy());
        Self { room, root }
    }

    /// A shop with `acme/skills`: `one`, `two` and `three`, which has a script, in one commit.
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

    /// A new repository.
    pub fn repo(&self, name: &str) -> Repo {
        Repo::create(self.root(), name)
    }

    /// Another room with the same repositories.
    pub fn another_room(&self) -> Room {
        Room::new(&self.root().to_string_lossy())
    }

    /// Runs mdskill to its end.
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        self.room.mdskill(arguments).run()
    }

    /// Runs mdskill, which must refuse: this code, this sentence, and nothing of the person's changed.
    #[track_caller]
    pub fn refuses(&self, arguments: &[&str], code: i32, sentence: &str) -> Outcome {
        let before = self.room.snapshot();
        let outcome = self.run(arguments);
        outcome.fails(code).says(sentence);
        before.assert_same(&self.room.snapshot());
        outcome
    }

    /// The skill lies in the default target as git has it at `COMMIT:PATH`, and the lockfile says so.
    #[track_caller]
    pub fn has(&self, name: &str, repo: &Repo, at: &str) {
        self.room
            .tree(&format!(".github/skills/{name}"))
            .assert_same(&repo.snapshot(at));
        self.has_entry(name, repo, at);
    }

    /// The lockfile says that the skill is what git has at `COMMIT:PATH`.
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

    /// When each file of the project, git's own aside, was last written.
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

/// Reads a lockfile by its lines, without the code under test.
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
