//! Runs `git upload-pack` for each request of the test server, as a forge does.

use super::sealed;
use super::wire::Request;
use std::io::{self, Read, Write};
use std::path::{Component, Path, PathBuf};
use std::process::Stdio;

/// A request for git.
pub struct Call {
    /// The bare repository.
    pub repository: PathBuf,
    /// Whether this is the request for `info/refs`.
    pub advertises: bool,
    /// The `Git-Protocol` header of the client.
    pub protocol: Option<String>,
    /// Whether the server supports filters.
    pub filters: bool,
}

impl Call {
    /// Parses a request for a repository under `root`; `None` if it is not a URL of git.
    pub fn of(root: &Path, request: &Request) -> Option<Self> {
        let (path, query) = request
            .target
            .split_once('?')
            .unwrap_or((&request.target, ""));
        let (name, advertises) = match request.method.as_str() {
            "GET" if query == "service=git-upload-pack" => (path.strip_suffix("/info/refs")?, true),
            "POST" => (path.strip_suffix("/git-upload-pack")?, false),
            _ => return None,
        };
        let protocol = request.header("git-protocol").map(str::to_owned);
        Some(Self {
            repository: find_repository(root, name)?,
            advertises,
            protocol,
            filters: true,
        })
    }

    /// The media type of the response.
    pub fn media_type(&self) -> &'static str {
        if self.advertises {
            "application/x-git-upload-pack-advertisement"
        } else {
            "application/x-git-upload-pack-result"
        }
    }

    /// Sends the body to git and streams its output.
    pub fn run(
        &self,
        body: &[u8],
        mut send: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        if self.advertises && self.protocol.as_deref() != Some("version=2") {
            send(b"001e# service=git-upload-pack\n0000")?;
        }
        let mut command = sealed::command("git", &self.repository);
        command.args([
            "-c",
            &format!("uploadpack.allowFilter={}", self.filters),
            "upload-pack",
            "--stateless-rpc",
        ]);
        if self.advertises {
            command.arg("--http-backend-info-refs");
        }
        if let Some(protocol) = &self.protocol {
            command.env("GIT_PROTOCOL", protocol);
        }
        command
            .arg(&self.repository)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut git = command.spawn()?;
        let (mut input, mut output) = (
            git.stdin.take().expect("piped"),
            git.stdout.take().expect("piped"),
        );
        let outcome = std::thread::scope(|scope| {
            // Git may stop reading early, so a broken pipe is not an error.
            scope.spawn(move || input.write_all(body));
            let mut buffer = vec![0; 64 * 1024];
            loop {
                let read = output.read(&mut buffer)?;
                if read == 0 {
                    return Ok(());
                }
                send(&buffer[..read])?;
            }
        });
        // Stop git when the client closed the connection.
        if outcome.is_err() {
            let _ = git.kill();
        }
        git.wait()?;
        outcome
    }
}

/// Finds a repository under `root`. `OWNER/REPO` and `OWNER/REPO.git` are the same, as on a real forge.
fn find_repository(root: &Path, name: &str) -> Option<PathBuf> {
    let relative = Path::new(name.trim_start_matches('/'));
    if !relative
        .components()
        .all(|part| matches!(part, Component::Normal(_)))
    {
        return None;
    }
    let exact = root.join(relative);
    let mut bare = exact.clone().into_os_string();
    bare.push(".git");
    [exact, PathBuf::from(bare)]
        .into_iter()
        .find(|folder| folder.join("HEAD").is_file())
}
