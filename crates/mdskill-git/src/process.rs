//! [`Programs`]: builds the commands of all subprocesses.
//!
//! A project may be untrusted, so nothing in it may decide what is run. A program is looked up in the
//! absolute folders of `PATH` only, and runs in its own folder instead of the project, where git
//! finds no repository. The git configuration of the system, the user, and the environment applies.

use std::env::consts::EXE_SUFFIX;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::environment::Environment;

/// The variables that select git's repository, for example in a hook that starts mdskill. Variables
/// with the user's configuration are kept.
///
/// Source: `git rev-parse --local-env-vars`.
const OF_A_REPOSITORY: [&str; 13] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
];

/// The programs that may be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Programs {
    folders: Vec<PathBuf>,
}

impl Programs {
    /// Returns the programs on the search path of `env`.
    #[must_use]
    pub fn of(env: &dyn Environment) -> Self {
        let folders = env.search_path().iter();
        Self {
            folders: folders.filter(|path| path.is_absolute()).cloned().collect(),
        }
    }

    /// Builds the command of a program: a name in `PATH`, or an absolute path.
    ///
    /// # Errors
    /// When the program does not exist, or its path is relative.
    pub fn command(&self, program: &str) -> io::Result<Command> {
        let program = self.find(program)?;
        let mut command = Command::new(&program);
        for variable in OF_A_REPOSITORY {
            command.env_remove(variable);
        }
        // Not the canonical path, because many programs on Windows can't start in that form.
        let folder = program.parent().unwrap_or(Path::new("/"));
        let real = folder.canonicalize()?;
        command.env("GIT_CEILING_DIRECTORIES", real.parent().unwrap_or(&real));
        if let Ok(path) = std::env::join_paths(&self.folders) {
            command.env("PATH", path);
        }
        command.current_dir(folder);
        Ok(command)
    }

    /// Builds a command of git, without its subcommand.
    ///
    /// # Errors
    /// When git is not on the search path.
    pub fn git(&self) -> io::Result<Command> {
        let mut command = self.command("git")?;
        // With `-c` instead of variables, because those may hold the user's configuration.
        command.args(["-c", "safe.bareRepository=explicit"]);
        Ok(command)
    }

    /// Builds the command of a shell that runs `script` with the arguments that are added later.
    ///
    /// # Errors
    /// When `sh` is not on the search path.
    pub fn shell(&self, script: &str) -> io::Result<Command> {
        let mut command = self.command("sh")?;
        command.args(["-c", script, "sh"]);
        Ok(command)
    }

    fn find(&self, program: &str) -> io::Result<PathBuf> {
        let path = Path::new(program);
        if path.is_absolute() {
            return Ok(path.to_owned());
        }
        if path.components().count() > 1 || program.starts_with('.') {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "it is a relative path; use an absolute path or a program in PATH",
            ));
        }
        let name = if program.ends_with(EXE_SUFFIX) {
            program.to_owned()
        } else {
            format!("{program}{EXE_SUFFIX}")
        };
        let mut found = self.folders.iter().map(|folder| folder.join(&name));
        found.find(|file| is_program(file)).ok_or_else(|| {
            let reason = "not found in an absolute folder of PATH";
            io::Error::new(io::ErrorKind::NotFound, reason)
        })
    }
}

#[cfg(unix)]
fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata()
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(file: &Path) -> bool {
    file.is_file()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::environment::PathEnvironment;

    fn programs(path: &str) -> Programs {
        Programs::of(&PathEnvironment::new(path.as_ref()))
    }

    #[test]
    fn find_searches_absolute_folders_only() {
        let found = programs(":.:bin:/bin:").find("sh").unwrap();
        assert_eq!(found, Path::new("/bin/sh"));
        assert!(programs(":.:..").find("sh").is_err());
        for relative in ["./sh", "bin/sh", "../sh", "."] {
            assert!(programs("/bin").find(relative).is_err(), "{relative}");
        }
        let absolute = programs("").find("/opt/sh").unwrap();
        assert_eq!(absolute, Path::new("/opt/sh"));
    }

    #[test]
    fn command_runs_in_folder_of_program_with_absolute_path() {
        let script = "echo \"$PWD $PATH ${GIT_DIR-none} $1\"";
        let mut command = programs(".:/bin::/nowhere").shell(script).unwrap();
        let printed = command.arg("argument").output().unwrap().stdout;
        let printed = String::from_utf8(printed).unwrap();
        assert!(
            printed.ends_with("/bin /bin:/nowhere none argument\n"),
            "{printed}"
        );
    }
}
