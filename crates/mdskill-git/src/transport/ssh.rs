//! Protocol v2 over the user's `ssh`, in one process for all commands.
//!
//! Agents, keys, configuration, and known hosts work as they do for git.

use std::process::Stdio;
use std::time::Instant;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{ChildStderr, ChildStdin, ChildStdout};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tracing::{debug, info};

use super::{TransportError, limited};
use crate::environment::Environment;
use crate::objects::Objects;
use crate::process::{Programs, Supervised};
use crate::progress::Progress;
use crate::protocol::{
    self, CapabilityList, PackResponse, ProtocolError, Reader, Ref, RefList, ResponseParser, Wants,
};

/// The maximum length of ssh's messages in an error, in bytes.
const MAX_STDERR_BYTES: u64 = 4096;

/// The parts of an ssh URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SshAddress {
    /// `[user@]host`.
    pub destination: String,
    /// The port, if it is in the URL.
    pub port: Option<u16>,
    /// The path of the repository on that host.
    pub path: String,
}

/// A repository over ssh.
pub struct SshRemote<'a> {
    url: String,
    address: SshAddress,
    pub(super) written: Option<String>,
    pub(super) env: &'a dyn Environment,
    session: Option<Session>,
    has_filter: bool,
}

struct Session {
    _process: Supervised,
    stdin: ChildStdin,
    stdout: ChildStdout,
    stderr: JoinHandle<Vec<u8>>,
}

impl SshAddress {
    /// Parses `ssh://[user@]host[:port]/path` or `[user@]host:path`.
    ///
    /// A destination that begins with `-` is refused, because ssh would read it as an option.
    #[must_use]
    pub fn parse(url: &str) -> Option<Self> {
        let (authority, path) = match url.strip_prefix("ssh://") {
            Some(rest) => rest.split_at(rest.find('/')?),
            None => url.split_once(':')?,
        };
        let has_port = url.starts_with("ssh://");
        let (destination, port) = match authority.rsplit_once(':') {
            Some((destination, port)) if has_port => (destination, Some(port.parse().ok()?)),
            _ => (authority, None),
        };
        // In `ssh://host/~user/x` the path is `~user/x`, as in git.
        let path = path
            .strip_prefix("/~")
            .map_or(path.to_owned(), |rest| format!("~{rest}"));
        let host = destination.rsplit('@').next().unwrap_or(destination);
        let valid = !destination.starts_with('-')
            && !host.starts_with('-')
            && !host.is_empty()
            && !path.is_empty();
        valid.then(|| Self {
            destination: destination.to_owned(),
            port,
            path,
        })
    }
}

impl<'a> SshRemote<'a> {
    /// Opens the repository at `address`. Starts nothing.
    #[must_use]
    pub fn new(url: &str, address: SshAddress, env: &'a dyn Environment) -> Self {
        Self {
            url: url.to_owned(),
            address,
            written: None,
            env,
            session: None,
            has_filter: true,
        }
    }

    /// Lists the refs with one of these prefixes.
    ///
    /// # Errors
    /// When ssh fails, or the server does not support protocol v2.
    pub async fn list_refs(&mut self, prefixes: &[String]) -> Result<Vec<Ref>, TransportError> {
        let list = self
            .ask(&protocol::ls_refs_request(prefixes), RefList::of(prefixes))
            .await?;
        Ok(list.into_refs())
    }

    /// Fetches the wanted objects into `objects`.
    ///
    /// # Errors
    /// When ssh fails, or the response can't be used.
    pub async fn fetch(
        &mut self,
        wants: &Wants,
        objects: &Objects,
        progress: &dyn Progress,
    ) -> Result<(), TransportError> {
        self.connect().await?;
        let request = if self.has_filter {
            protocol::fetch_request(wants)
        } else {
            info!("the server does not support filters, so whole commits are requested");
            let wants = wants.without_filter();
            protocol::fetch_request(&wants.map_err(|error| self.protocol_error(error))?)
        };
        let deadline = Instant::now() + self.env.request_timeout();
        let answer = PackResponse::new(objects, progress, deadline);
        let pack = self.ask(&request, answer).await?;
        pack.finish().map_err(|error| self.protocol_error(error))
    }

    async fn ask<A: ResponseParser>(
        &mut self,
        request: &[u8],
        answer: A,
    ) -> Result<A, TransportError> {
        let (env, url) = (self.env, self.url.clone());
        let asked = limited(env, &url, self.send(request, answer)).await;
        if matches!(asked, Err(TransportError::TooLong { .. })) {
            // Dropping the session kills the process.
            self.session = None;
        }
        asked
    }

    async fn send<A: ResponseParser>(
        &mut self,
        request: &[u8],
        answer: A,
    ) -> Result<A, TransportError> {
        self.connect().await?;
        let Some(session) = &mut self.session else {
            return Err(self.failed("no session"));
        };
        let sent = session.stdin.write_all(request).await;
        let sent = match sent {
            Ok(()) => session.stdin.flush().await,
            Err(error) => Err(error),
        };
        if let Err(error) = sent {
            return Err(self.explain(&error.to_string()).await);
        }
        self.read(answer).await
    }

    async fn read<A: ResponseParser>(&mut self, answer: A) -> Result<A, TransportError> {
        let mut reader = Reader::new(answer);
        let mut chunk = vec![0; 64 << 10];
        loop {
            let Some(session) = &mut self.session else {
                return Err(self.failed("no session"));
            };
            let read = timeout(self.env.timeout(), session.stdout.read(&mut chunk)).await;
            let Ok(read) = read else {
                // Dropping the session kills the process.
                self.session = None;
                let seconds = self.env.timeout().as_secs();
                return Err(self.failed(&format!("no data for {seconds}s")));
            };
            let count = read.unwrap_or(0);
            if count == 0 {
                return Err(self.explain("the connection ended").await);
            }
            match reader.push(&chunk[..count]) {
                Ok(false) => {}
                Ok(true) => return reader.finish().map_err(|error| self.protocol_error(error)),
                Err(error) => {
                    // After a refusal the server exits, so the next request needs a new session.
                    self.session = None;
                    return Err(self.protocol_error(error));
                }
            }
        }
    }

    async fn connect(&mut self) -> Result<(), TransportError> {
        if self.session.is_some() {
            return Ok(());
        }
        let programs = Programs::of(self.env);
        let program = self.env.ssh_program().unwrap_or("ssh");
        let configured = self.env.git_config().ssh_command();
        let (built, name) = match self.env.ssh_command().or(configured) {
            // The shell splits the command, as in git.
            Some(line) => (programs.shell(&format!("{line} \"$@\"")), "sh"),
            None => (programs.command(program), program),
        };
        // Not the command line or the user, which may contain a secret.
        let host = self.address.destination.rsplit('@').next();
        info!(
            program = name,
            host,
            port = self.address.port,
            "starting ssh"
        );
        let not_started = |error| self.failed(&format!("`{name}`: {error}"));
        let mut command = built.map_err(not_started)?;
        // A prompt would block a CI job.
        command.args(["-o", "BatchMode=yes", "-o", "SendEnv=GIT_PROTOCOL"]);
        if let Some(port) = self.address.port {
            command.args(["-p", &port.to_string()]);
        }
        let quoted = self.address.path.replace('\'', "'\\''");
        command
            .arg(&self.address.destination)
            .arg(format!("git-upload-pack '{quoted}'"));
        command.env("GIT_PROTOCOL", "version=2");
        let mut process = programs
            .supervise(&command, None)
            .stderr(Stdio::piped())
            .spawn()
            .map_err(not_started)?;
        let child = &mut process.child;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(stdin), Some(stdout), Some(stderr)) = pipes else {
            return Err(self.failed("its pipes did not open"));
        };
        self.session = Some(Session {
            _process: process,
            stdin,
            stdout,
            stderr: tokio::spawn(read_messages(stderr)),
        });
        let greeting = self.read(CapabilityList::default()).await?.capabilities;
        debug!(?greeting, "the server answered");
        if greeting.object_format.as_deref() == Some("sha256") {
            return Err(TransportError::Sha256 {
                url: self.url.clone(),
            });
        }
        if !greeting.version_2 {
            let reason = "`git` was not tried".to_owned();
            return Err(TransportError::NoVersion2 {
                url: self.url.clone(),
                reason,
            });
        }
        self.has_filter = greeting.filter;
        Ok(())
    }

    /// Returns an error with ssh's output, which is more specific than a broken pipe.
    async fn explain(&mut self, otherwise: &str) -> TransportError {
        let Some(session) = self.session.take() else {
            return self.failed(otherwise);
        };
        drop(session.stdin);
        let printed = session.stderr.await.unwrap_or_default();
        let printed = String::from_utf8_lossy(&printed);
        let lines = printed.lines().map(str::trim);
        let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
        let reason = lines.join("; ");
        if reason.is_empty() {
            self.failed(otherwise)
        } else if reason.contains("Permission denied") {
            // ssh exits with 255 after any error; only its output shows a refused key.
            let url = self.url.clone();
            TransportError::SshDenied { url, reason }
        } else {
            self.failed(&reason)
        }
    }

    fn failed(&self, reason: &str) -> TransportError {
        TransportError::Ssh {
            url: self.url.clone(),
            reason: reason.to_owned(),
        }
    }

    fn protocol_error(&self, source: ProtocolError) -> TransportError {
        TransportError::Protocol {
            url: self.url.clone(),
            source,
        }
    }
}

/// Reads all output, because a full pipe would block ssh, and keeps the beginning.
async fn read_messages(stderr: ChildStderr) -> Vec<u8> {
    let mut kept = Vec::new();
    let mut rest = stderr.take(MAX_STDERR_BYTES);
    // The output before an error is kept.
    let _partial = rest.read_to_end(&mut kept).await;
    let _ended = tokio::io::copy(&mut rest.into_inner(), &mut tokio::io::sink()).await;
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_parsed_as_in_git() {
        let parse = |url| SshAddress::parse(url).map(|a| (a.destination, a.port, a.path));
        let address = |destination: &str, port, path: &str| {
            Some((destination.to_owned(), port, path.to_owned()))
        };
        assert_eq!(
            parse("ssh://git@host:2222/a/b.git"),
            address("git@host", Some(2222), "/a/b.git")
        );
        assert_eq!(
            parse("git@host:a/b.git"),
            address("git@host", None, "a/b.git")
        );
        assert_eq!(parse("ssh://host/~me/x"), address("host", None, "~me/x"));
        for wrong in [
            "ssh://-oProxyCommand=x/a",
            "git@-oX:a",
            "ssh://host",
            "ssh://host:x/a",
            "-host:a",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
