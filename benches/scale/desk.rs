//! A new user: an empty home, cache, and project.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::measure::{Cost, cost_of};
use crate::sealed;

/// The failure of a validation with findings.
const FOUND: &str = "failed: exit status: 3";

/// The folders of a user.
pub struct Desk {
    root: PathBuf,
    /// The mirror with the repositories.
    pub upstream: PathBuf,
}

impl Desk {
    pub fn new(root: &Path, upstream: &Path) -> Self {
        for folder in ["home", "project"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        Self {
            root: root.to_owned(),
            upstream: upstream.to_owned(),
        }
    }

    /// Runs mdskill, and returns its cost.
    pub fn run(&self, arguments: &[&str]) -> Cost {
        self.run_at(&self.upstream, arguments)
    }

    /// Runs mdskill with another mirror.
    pub fn run_at(&self, mirror: &Path, arguments: &[&str]) -> Cost {
        let program = env!("CARGO_BIN_EXE_mdskill");
        let mut command = sealed::command(program, &self.root.join("home"));
        command.args(arguments);
        self.measure(command, mirror)
    }

    /// Runs mdskill with at most this number of open files.
    pub fn run_with_files(&self, files: usize, arguments: &[&str]) -> Cost {
        let mut command = sealed::command("sh", &self.root.join("home"));
        let script = format!("ulimit -n {files} && exec \"$0\" \"$@\"");
        command
            .args(["-c", &script, env!("CARGO_BIN_EXE_mdskill")])
            .args(arguments);
        self.measure(command, &self.upstream)
    }

    fn measure(&self, mut command: Command, mirror: &Path) -> Cost {
        command
            .env("MDSKILL_GITHUB_URL", mirror)
            .env("MDSKILL_CACHE_DIR", self.root.join("cache"))
            .current_dir(self.root.join("project"));
        let mut cost = cost_of(&command);
        // A validation with findings is not a failure here.
        cost.failure.take_if(|why| why.starts_with(FOUND));
        cost
    }

    /// Deletes the installed skills.
    pub fn forget_files(&self) {
        // If a command before this one failed, there are none.
        let _ = fs::remove_dir_all(self.root.join("project/.github"));
    }

    /// Deletes the cache.
    pub fn forget_cache(&self) {
        let _ = fs::remove_dir_all(self.root.join("cache"));
    }
}
