//! The environment of all child processes of the tests, independent of the user who runs them.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The environment variables of an isolated process with this home.
pub fn environment(home: &Path) -> Vec<(&'static str, OsString)> {
    let folder = |name: &str| home.join(name).into_os_string();
    vec![
        ("HOME", home.as_os_str().to_owned()),
        ("XDG_CONFIG_HOME", folder(".config")),
        ("XDG_CACHE_HOME", folder(".cache")),
        ("XDG_DATA_HOME", folder(".local/share")),
        ("XDG_STATE_HOME", folder(".local/state")),
        ("PATH", search_path()),
        ("LC_ALL", "C.UTF-8".into()),
        ("COLUMNS", "100".into()),
        // An empty configuration, because aliases, hooks and helpers of the user change the behaviour of git.
        ("GIT_CONFIG_NOSYSTEM", "1".into()),
        ("GIT_CONFIG_GLOBAL", "/dev/null".into()),
        ("GIT_TERMINAL_PROMPT", "0".into()),
    ]
}

/// The program `name` with the isolated environment.
pub fn command(name: impl AsRef<OsStr>, home: &Path) -> Command {
    let mut command = Command::new(name);
    command.env_clear().envs(environment(home));
    command
}

/// The path of a program on the search path of this process.
#[expect(
    clippy::disallowed_methods,
    reason = "this process has the search path of the person, to find the tools on"
)]
pub fn locate(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// The folder of the git in use, and the system's own programs.
fn search_path() -> OsString {
    let git = locate("git").expect("the suite needs git on the search path");
    let mut folders: Vec<PathBuf> = git.parent().map(Path::to_path_buf).into_iter().collect();
    folders.extend(["/usr/bin", "/bin"].map(PathBuf::from));
    std::env::join_paths(folders).expect("folders of a search path can be joined again")
}
