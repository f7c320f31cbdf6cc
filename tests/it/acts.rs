//! Helpers of the network tests: run, refuse without changes, compare with git.

use crate::forge::Scene;
use crate::support::outcome::Outcome;
use crate::support::room::{Prepared, Room};
use crate::support::wire::Request;
use std::path::Path;

impl Scene {
    /// The folder of the bare repositories.
    pub fn root(&self) -> &Path {
        self.repo
            .folder()
            .ancestors()
            .nth(2)
            .expect("ROOT/OWNER/REPO.git")
    }

    /// Returns the program with these arguments, ready to run.
    pub fn mdskill(&self, arguments: &[&str]) -> Prepared {
        self.room.mdskill(arguments)
    }

    /// Runs the program.
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        self.mdskill(arguments).run()
    }

    /// Checks that a command fails with this code and message, and changes nothing.
    #[track_caller]
    pub fn refuses(&self, arguments: &[&str], code: i32, sentence: &str) -> Outcome {
        refused(&self.room, self.mdskill(arguments), code, sentence)
    }

    /// Checks that the installed skill equals this tree of the repository.
    #[track_caller]
    pub fn has(&self, name: &str, tree: &str) {
        let place = format!(".github/skills/{name}");
        self.room
            .tree(&place)
            .assert_same(&self.repo.snapshot(tree));
        assert_tidy(&self.room);
    }

    /// Checks a value in the lockfile.
    #[track_caller]
    pub fn locked(&self, line: &str) {
        let lock = self.room.read("mdskill.lock");
        assert!(
            lock.lines().any(|found| found == line),
            "expected {line:?} in\n{lock}"
        );
    }

    /// The commands of protocol v2 that the forge heard, `GET` for a look at the capabilities.
    pub fn heard(&self) -> Vec<String> {
        commands(&self.forge.requests())
    }

    /// Deletes the cache: the next command fetches everything.
    pub fn lose_the_store(&self) {
        let cache = self.room.path("cache");
        std::fs::remove_dir_all(&cache).expect("a store");
        std::fs::create_dir(&cache).expect("a cache folder");
    }
}

/// Returns the commands of protocol v2 in these requests, `GET` for the capabilities.
pub fn commands(requests: &[Request]) -> Vec<String> {
    let command = |request: &Request| request.command().unwrap_or(request.method.clone());
    requests.iter().map(command).collect()
}

/// Checks that a command fails with this code and message, and changes nothing.
#[track_caller]
pub fn refused(room: &Room, prepared: Prepared, code: i32, sentence: &str) -> Outcome {
    let before = room.snapshot();
    let outcome = prepared.run();
    outcome.fails(code).says(sentence);
    before.assert_same(&room.snapshot());
    assert_tidy(room);
    outcome
}

/// Checks that no temporary files are left in the project.
#[track_caller]
pub fn assert_tidy(room: &Room) {
    let project = room.tree("");
    let left: Vec<_> = project
        .paths()
        .into_iter()
        .filter(|path| path.contains(".mdskill"))
        .collect();
    assert!(left.is_empty(), "left behind: {left:?}");
}
