//! [`Programs`]: builds the commands of all subprocesses.
//!
//! A project may be untrusted, so nothing in it may decide what is run. A program is looked up in the
//! absolute folders of `PATH` only, and runs in its own folder instead of the project, where git
//! finds no repository. The git configuration of the system, the user, and the environment applies.

use std::env::consts::EXE_SUFFIX;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

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

/// Runs a command (`$2` and the rest) that writes no larger file than `$1`. A second process ends the
/// process group when the parent is gone, because the command may not notice that.
///
/// A shell does it, because only unsafe code can set limits between fork and exec.
const SUPERVISOR: &str = r#"ulimit -f "$1" 2>/dev/null
shift
(while sleep 1; do kill -0 "$PPID" 2>/dev/null || kill -KILL 0; done) </dev/null >/dev/null 2>&1 &
exec "$@""#;

/// The unit of `ulimit -f`, in bytes (POSIX).
const FILE_BLOCK_BYTES: u64 = 512;

/// A command that is ready to be started.
pub struct Supervision {
    command: tokio::process::Command,
}

/// A running command. Dropping it kills its whole process group.
pub struct Supervised {
    /// The process.
    pub child: tokio::process::Child,
    #[cfg(unix)]
    leader: Option<rustix::process::Pid>,
}

impl Supervision {
    /// Sets its standard error.
    #[must_use]
    pub fn stderr(mut self, stderr: Stdio) -> Self {
        self.command.stderr(stderr);
        self
    }

    /// Starts it.
    ///
    /// # Errors
    /// When it can't be started.
    pub fn spawn(mut self) -> io::Result<Supervised> {
        let child = self.command.spawn()?;
        Ok(Supervised {
            #[cfg(unix)]
            leader: child
                .id()
                .and_then(|id| rustix::process::Pid::from_raw(id.cast_signed())),
            child,
        })
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(pid) = self.leader {
            use rustix::process::{Signal, kill_process_group};
            // An error means that no process of the group is left.
            let _ended = kill_process_group(pid, Signal::KILL);
        }
    }
}

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

    /// Prepares a command whose processes, all of them, end with the returned value or with this
    /// process, even if it is killed. Its input and output are pipes, and its errors are not shown.
    ///
    /// A file that it writes has at most `max_file_bytes`.
    #[must_use]
    pub fn supervise(&self, command: &Command, max_file_bytes: Option<u64>) -> Supervision {
        let wrapped = if cfg!(unix) {
            self.shell(SUPERVISOR).ok()
        } else {
            None
        };
        // Without a shell, the command itself.
        let mut supervised = match wrapped {
            Some(mut shell) => {
                let blocks = max_file_bytes.map(|bytes| (bytes / FILE_BLOCK_BYTES).to_string());
                shell.arg(blocks.as_deref().unwrap_or("unlimited"));
                shell.arg(command.get_program());
                shell
            }
            None => Command::new(command.get_program()),
        };
        supervised.args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => supervised.env(name, value),
                None => supervised.env_remove(name),
            };
        }
        if let Some(folder) = command.get_current_dir() {
            supervised.current_dir(folder);
        }
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut supervised, 0);
        let mut command = tokio::process::Command::from(supervised);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        Supervision { command }
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
