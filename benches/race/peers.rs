//! Other clients, and how they are called.

use crate::desk::Desk;
use crate::rounds::Work;
use crate::sealed;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The clients that know how to install without questions, and call the program git.
const KNOWN: [Known; 2] = [
    Known {
        name: "npm skills",
        program: "node_modules/.bin/skills",
        update: Some(&["update", "--project", "--yes"]),
    },
    // Its `update` knows skills of the user only, not those of a project.
    Known {
        name: "skills-cli",
        program: "bin/skills",
        update: None,
    },
];

struct Known {
    name: &'static str,
    /// The program, in the folder with the clients.
    program: &'static str,
    update: Option<&'static [&'static str]>,
}

/// A client that is installed.
pub struct Peer {
    pub name: &'static str,
    program: PathBuf,
    /// The programs that it finds first, among them its own version of node.
    programs: PathBuf,
    update: Option<&'static [&'static str]>,
}

/// Returns the clients in a folder, and prints which do not take part.
pub fn installed(folder: &Path) -> Vec<Peer> {
    println!(
        "skillcask does not take part: it downloads archives over HTTPS, and can't be led to the server of this benchmark.\n"
    );
    // Each client runs in the folder of its project.
    let folder = std::path::absolute(folder).expect("a folder with clients");
    let mut peers = Vec::new();
    for known in KNOWN {
        let program = folder.join(known.program);
        if program.is_file() {
            peers.push(Peer {
                name: known.name,
                program,
                programs: folder.join("node_modules/.bin"),
                update: known.update,
            });
        } else {
            let program = program.display();
            println!(
                "{} does not take part: {program} does not exist.\n",
                known.name
            );
        }
    }
    peers
}

impl Peer {
    /// Returns the command for a work; `None` if the client has no such command.
    pub fn command(
        &self,
        work: Work,
        desk: &Desk,
        repository: &str,
        skill: &str,
    ) -> Option<Command> {
        let skill = if work == Work::AddAll { "*" } else { skill };
        let add = [
            "add",
            repository,
            "--skill",
            skill,
            "--agent",
            "github-copilot",
            "--yes",
        ];
        let arguments = match work {
            Work::AddAll | Work::AddOne => &add[..],
            Work::UpdateNothing | Work::UpdateChanged => self.update?,
        };
        let mut command = desk.command(&self.program.to_string_lossy(), arguments);
        command
            .env("PATH", self.search_path())
            // Its clones are in memory, as those of git.
            .env("TMPDIR", &desk.cache)
            .env("DISABLE_TELEMETRY", "1")
            // It asks github.com for git repositories,
            .env("GIT_CONFIG_COUNT", "1")
            .env("GIT_CONFIG_KEY_0", format!("url.{}/.insteadOf", desk.url))
            .env("GIT_CONFIG_VALUE_0", "https://github.com/")
            // and anything else is refused at once, because the network is not a part of the race.
            .env("HTTPS_PROXY", "http://127.0.0.1:9")
            .env("NODE_USE_ENV_PROXY", "1")
            // The first line of its errors is the reason for a failure.
            .env("NODE_NO_WARNINGS", "1");
        Some(command)
    }

    fn search_path(&self) -> std::ffi::OsString {
        let node = sealed::locate("node");
        let folders = [self.programs.clone()]
            .into_iter()
            .chain(node.and_then(|node| Some(node.parent()?.to_owned())))
            .chain(sealed::locate("git").and_then(|git| Some(git.parent()?.to_owned())))
            .chain(["/usr/bin", "/bin"].map(PathBuf::from));
        std::env::join_paths(folders).expect("folders of a search path")
    }
}
