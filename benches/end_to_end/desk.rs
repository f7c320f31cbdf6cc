//! A new user: an empty home, cache, and project.

use crate::measure::Cost;
use crate::sealed;
use crate::server::Traffic;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The cost and the traffic of one run.
#[derive(Clone, Debug)]
pub struct Sample {
    pub cost: Cost,
    pub traffic: Traffic,
}

/// The folders of a user, all of them new.
pub struct Desk {
    folder: tempfile::TempDir,
    pub cache: PathBuf,
    /// The address of the server with the repositories.
    pub url: String,
}

impl Desk {
    /// Creates the folders in `place`, and a git repository as the project.
    pub fn new(place: &Path, url: String) -> Self {
        let folder = tempfile::tempdir_in(place).expect("a temporary folder");
        for name in ["home", "cache", "project"] {
            std::fs::create_dir(folder.path().join(name)).expect("a folder of the desk");
        }
        let desk = Self {
            cache: folder.path().join("cache"),
            folder,
            url,
        };
        let made = desk
            .command("git", &["init", "--quiet"])
            .status()
            .expect("git runs");
        assert!(made.success(), "git init failed");
        desk
    }

    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    pub fn project(&self) -> PathBuf {
        self.folder.path().join("project")
    }

    /// Returns the `SKILL.md` of each skill in the project.
    pub fn pages(&self) -> Vec<PathBuf> {
        let mut pages = Vec::new();
        gather_pages(&self.project(), &mut pages);
        pages
    }

    pub fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = sealed::command(program, &self.home());
        command.current_dir(self.project()).args(arguments);
        command
    }

    pub fn mdskill(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(env!("CARGO_BIN_EXE_mdskill"), arguments);
        command
            .env("MDSKILL_GITHUB_URL", &self.url)
            .env("MDSKILL_CACHE_DIR", &self.cache);
        command
    }

    /// Clones a repository into `copy`, as git does it for one version.
    pub fn clone_shallow(&self, name: &str) -> Command {
        let url = format!("{}/{name}.git", self.url);
        self.command("git", &["clone", "--quiet", "--depth", "1", &url, "copy"])
    }
}

/// Lists the `SKILL.md` of each skill below a folder. A skill inside another one is a part of it.
fn gather_pages(folder: &Path, pages: &mut Vec<PathBuf>) {
    let page = folder.join("SKILL.md");
    if page.is_file() {
        pages.push(page);
        return;
    }
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        // A link of an agent's folder leads to a skill that is counted in its own place.
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            gather_pages(&entry.path(), pages);
        }
    }
}
