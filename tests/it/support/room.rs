//! An isolated environment with its own home, project and cache, in which the program is started as by a user.

use super::outcome::{Outcome, Running};
use super::sealed;
use super::snapshot::Snapshot;
use std::ffi::{OsStr, OsString};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A temporary folder with all files that a command may touch. It is removed on drop.
pub struct Room {
    folder: tempfile::TempDir,
    forge: String,
}

/// A prepared command.
pub struct Prepared {
    command: Command,
    input: Vec<u8>,
}

impl Room {
    /// Creates a room in which `owner/repo` is at `forge`, a URL or a folder. The project is a git repository.
    pub fn new(forge: &str) -> Self {
        let room = Self::without_project(forge);
        room.run("git", ["init", "--quiet", "--initial-branch=main"])
            .run()
            .ok();
        room
    }

    /// The same, in memory if the system supports it: for tests that start the program so often that flushes to disk
    /// would take most of their time.
    pub fn in_memory(forge: &str) -> Self {
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
        let room = Self::furnished(folder.expect("a temporary folder"), forge);
        room.run("git", ["init", "--quiet", "--initial-branch=main"])
            .run()
            .ok();
        room
    }

    /// Creates a room whose project is not a git repository.
    pub fn without_project(forge: &str) -> Self {
        Self::furnished(tempfile::tempdir().expect("a temporary folder"), forge)
    }

    fn furnished(folder: tempfile::TempDir, forge: &str) -> Self {
        let room = Self {
            folder,
            forge: forge.to_owned(),
        };
        for name in ["home", "project", "cache", "temp", "tools"] {
            std::fs::create_dir(room.path(name)).expect("a folder in the room");
        }
        // The search path has only these programs, so that no `gh` or `ssh` of this machine is used.
        for tool in ["git", "sh"] {
            let real = sealed::locate(tool).unwrap_or_else(|| panic!("the suite needs {tool}"));
            symlink(real, room.path("tools").join(tool)).expect("a link in the room");
        }
        room
    }

    /// A folder of the room: `home`, `project`, `cache`, `temp`, `tools`, or one inside.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The current directory of commands.
    pub fn project(&self) -> PathBuf {
        self.path("project")
    }

    /// The program under test, with these arguments.
    pub fn mdskill<Text: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = Text>,
    ) -> Prepared {
        self.run(env!("CARGO_BIN_EXE_mdskill"), arguments)
    }

    /// Any program, in the same environment.
    pub fn run<Text: AsRef<OsStr>>(
        &self,
        program: &str,
        arguments: impl IntoIterator<Item = Text>,
    ) -> Prepared {
        let mut command = sealed::command(program, &self.path("home"));
        command
            .env("PATH", self.path("tools"))
            .env("TMPDIR", self.path("temp"))
            .env("MDSKILL_GITHUB_URL", &self.forge)
            .env("MDSKILL_CACHE_DIR", self.path("cache"))
            .env("MDSKILL_RETRY_DELAY", "1")
            .current_dir(self.project())
            .args(arguments);
        Prepared {
            command,
            input: Vec::new(),
        }
    }

    /// Adds a script to the search path that replaces the program of that name.
    pub fn fake(&self, name: &str, script: &str) {
        let draft = self.path("temp").join(format!("{name}.draft"));
        std::fs::write(&draft, format!("#!/bin/sh\n{script}\n")).expect("a fake in the room");
        std::fs::set_permissions(&draft, PermissionsExt::from_mode(0o755))
            .expect("a fake that can be run");
        // Another test that starts a program just now holds for a moment what this process has open
        // to write, and such a file can't be run: "Text file busy". So another process writes it.
        let tool = self.path("tools").join(name);
        let copied = sealed::command("cp", &self.path("home"))
            .args([&draft, &tool])
            .status();
        assert!(copied.is_ok_and(|status| status.success()), "no {name}");
        std::fs::remove_file(&draft).expect("the draft was just written");
    }

    /// Adds a `gh` that returns this token and logs its arguments to `temp/gh.log`.
    pub fn fake_gh(&self, token: &str) {
        let log = self.path("temp/gh.log");
        self.fake(
            "gh",
            &format!("echo \"$*\" >> '{}'\necho '{token}'", log.display()),
        );
    }

    /// Adds an `ssh` that serves `root` for every host and logs its arguments to `temp/ssh.log`.
    pub fn fake_ssh(&self, root: &Path) {
        let log = self.path("temp/ssh.log");
        // The last argument is the remote command: git-upload-pack '/owner/repo.git'.
        let script = format!(
            "echo \"$*\" >> '{}'\nfor last; do :; done\neval \"set -- $last\"\n\
             exec git -c uploadpack.allowFilter=true upload-pack \"{}/${{2#/}}\"",
            log.display(),
            root.display()
        );
        self.fake("ssh", &script);
    }

    /// The log of a fake `gh` or `ssh`.
    pub fn log(&self, name: &str) -> String {
        std::fs::read_to_string(self.path("temp").join(format!("{name}.log"))).unwrap_or_default()
    }

    /// Writes a file of the project.
    pub fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let file = self.project().join(path);
        std::fs::create_dir_all(file.parent().expect("a file lies in a folder"))
            .expect("a folder of the project");
        std::fs::write(file, bytes).expect("a file of the project");
    }

    /// Reads a file of the project.
    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.project().join(path))
            .unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// The files of a folder of the project.
    pub fn tree(&self, path: &str) -> Snapshot {
        Snapshot::of(&self.project().join(path))
    }

    /// The files of the user: project and home, without the cache.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::of(&self.project())
            .beneath("project")
            .with(Snapshot::of(&self.path("home")).beneath("home"))
    }
}

impl Prepared {
    /// Sets an environment variable.
    pub fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.command.env(name, value.into());
        self
    }

    /// Sets the standard input.
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.input = bytes.into();
        self
    }

    /// Runs it in this folder.
    pub fn dir(mut self, folder: impl AsRef<Path>) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Runs it and waits for its end.
    pub fn run(self) -> Outcome {
        self.spawn().wait()
    }

    /// Starts it.
    pub fn spawn(self) -> Running {
        Running::start(self.command, self.input)
    }
}
