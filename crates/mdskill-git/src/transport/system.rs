//! The user's `git`, for servers that do not support protocol v2.
//!
//! It fetches one shallow pack, without hooks, prompts, or transports other than that of the URL.

use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Stdio};

use tokio::io::{AsyncRead, AsyncReadExt};
use tracing::debug;

use super::{TransportError, limited};
use crate::environment::Environment;
use crate::objects::{MAX_PACK_BYTES, ObjectError, Objects, PackError};
use crate::pack::Store;
use crate::process::Programs;
use crate::protocol::{Depth, MAX_REFS, ProtocolError, Ref, Wants};

/// The maximum size of a list of refs, in bytes.
const MAX_LISTING_BYTES: u64 = 64 << 20;
/// The maximum length of git's messages, in bytes.
const MAX_MESSAGE_BYTES: u64 = 64 << 10;

/// A repository to fetch from with the user's `git`.
pub struct SystemGit<'a> {
    pub(super) url: String,
    pub(super) env: &'a dyn Environment,
}

impl SystemGit<'_> {
    /// Lists the refs with one of these prefixes.
    ///
    /// # Errors
    /// When `git` is missing or fails.
    pub async fn list_refs(&self, prefixes: &[String]) -> Result<Vec<Ref>, TransportError> {
        let mut command = self.git()?;
        command.args(["ls-remote", "--symref", "--", &self.url]);
        let refs = parse_listing(&self.run(&command).await?, prefixes);
        if refs.len() > MAX_REFS {
            return Err(self.protocol_error(ProtocolError::TooManyRefs));
        }
        Ok(refs)
    }

    /// Fetches the wanted commits with all their trees and blobs.
    ///
    /// # Errors
    /// When `git` is missing or fails.
    pub async fn fetch(&self, wants: &Wants, objects: &Objects) -> Result<(), TransportError> {
        let missing: Vec<String> = wants
            .ids
            .iter()
            .filter(|id| !objects.contains(**id))
            .map(ToString::to_string)
            .collect();
        let commits = match wants.depth {
            Depth::Trees(commits) | Depth::Everything(commits) => commits,
            _ => 1,
        };
        if missing.is_empty() && commits == 1 {
            return Ok(());
        }
        // Into another repository, because git leaves half of a pack if it is killed.
        let store = objects.path();
        let disk = |error: std::io::Error| ObjectError::of_disk(store, &error);
        let beside = store.parent().unwrap_or(store);
        let received = tempfile::Builder::new().prefix(".new-").tempdir_in(beside);
        let received = received.map_err(disk)?;
        drop(Objects::create(received.path())?);
        let mut command = self.git()?;
        command.arg("--git-dir").arg(received.path());
        // An old server only sends commits that refs point to, so all refs are fetched.
        command.args([
            "fetch",
            "--quiet",
            &format!("--depth={commits}"),
            "--no-tags",
            "--no-write-fetch-head",
            "--",
            &self.url,
        ]);
        command.args([
            "+HEAD:refs/mdskill/HEAD",
            "+refs/heads/*:refs/mdskill/heads/*",
            "+refs/tags/*:refs/mdskill/tags/*",
        ]);
        let packs = received.path().join("objects/pack");
        if let Err(error) = self.run(&command).await {
            let is_full = largest_file(&packs) >= MAX_PACK_BYTES;
            let too_large = ProtocolError::Pack(PackError::TooLarge);
            return Err(if is_full {
                self.protocol_error(too_large)
            } else {
                error
            });
        }
        move_packs(&packs, &store.join("objects/pack")).map_err(disk)?;
        Ok(objects.refresh()?)
    }

    fn git(&self) -> Result<Command, TransportError> {
        let programs = Programs::of(self.env);
        let mut command = programs.git().map_err(|error| self.not_started(&error))?;
        let seconds = self.env.timeout().as_secs();
        command
            .args(["-c", "core.hooksPath=/dev/null"])
            .args(["-c", "protocol.ext.allow=never"])
            // One file, whose size is limited, and not one for each object.
            .args(["-c", "fetch.unpackLimit=1", "-c", "http.lowSpeedLimit=1024"])
            .args(["-c", &format!("http.lowSpeedTime={seconds}")])
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_ASKPASS", "")
            .env("SSH_ASKPASS", "");
        Ok(command)
    }

    fn failed(&self, reason: String) -> TransportError {
        TransportError::NoVersion2 {
            url: self.url.clone(),
            reason,
        }
    }

    fn protocol_error(&self, source: ProtocolError) -> TransportError {
        TransportError::Protocol {
            url: self.url.clone(),
            source,
        }
    }

    fn not_started(&self, error: &std::io::Error) -> TransportError {
        self.failed(format!("`git` can't be started: {error}"))
    }

    /// Runs git and returns its output.
    async fn run(&self, command: &Command) -> Result<String, TransportError> {
        limited(self.env, &self.url, self.run_to_end(command)).await
    }

    async fn run_to_end(&self, command: &Command) -> Result<String, TransportError> {
        debug!("running git");
        let programs = Programs::of(self.env);
        let mut process = programs
            .supervise(command, Some(MAX_PACK_BYTES))
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| self.not_started(&error))?;
        let child = &mut process.child;
        drop(child.stdin.take());
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let (output, messages) = tokio::join!(
            read_up_to(stdout, MAX_LISTING_BYTES),
            read_up_to(stderr, MAX_MESSAGE_BYTES)
        );
        if output.len() as u64 > MAX_LISTING_BYTES {
            let (what, limit) = ("refs", 64 << 20);
            return Err(self.protocol_error(ProtocolError::TooLarge { what, limit }));
        }
        let status = child.wait().await;
        let status = status.map_err(|error| self.not_started(&error))?;
        if status.success() {
            return Ok(String::from_utf8_lossy(&output).into_owned());
        }
        let messages = String::from_utf8_lossy(&messages);
        let message = messages
            .lines()
            .rev()
            .find(|line| !line.trim().is_empty())
            .unwrap_or("it printed no error");
        Err(self.failed(format!("`git` failed: {message}")))
    }
}

/// Reads a pipe to its end, or one byte more than `limit`.
async fn read_up_to(pipe: Option<impl AsyncRead + Unpin>, limit: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(pipe) = pipe {
        // What was printed before an error is used.
        let _partial = pipe.take(limit + 1).read_to_end(&mut bytes).await;
    }
    bytes
}

/// Returns the size of the largest file in a folder, in bytes.
fn largest_file(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let sizes = entries.filter_map(|entry| Some(entry.metadata().ok()?.len()));
    // `ulimit` rounds down to whole blocks.
    sizes.max().map_or(0, |size| size.next_multiple_of(4096))
}

/// Moves the packs of a repository to another one, each with its index last, because git reads a pack
/// when it finds an index.
fn move_packs(from: &Path, to: &Path) -> std::io::Result<()> {
    let mut paths = Vec::new();
    for entry in from.read_dir()? {
        paths.push(entry?.path());
    }
    paths.sort_by_key(|path| path.extension().is_some_and(|end| end == "idx"));
    for path in paths {
        let name = path.file_name().ok_or(ErrorKind::InvalidInput)?;
        std::fs::rename(&path, to.join(name))?;
    }
    Ok(())
}

/// Returns the refs with one of these prefixes in the output of `git ls-remote --symref`, which lists
/// tags twice, the second time peeled (`^{}`).
fn parse_listing(printed: &str, prefixes: &[String]) -> Vec<Ref> {
    let mut refs: Vec<Ref> = Vec::new();
    let mut head_branch = None;
    for line in printed.lines() {
        let Some((left, name)) = line.split_once('\t') else {
            continue;
        };
        if let Some(branch) = left.strip_prefix("ref: ") {
            head_branch = Some(branch.to_owned());
            continue;
        }
        let Ok(id) = left.parse() else {
            continue;
        };
        match (name.strip_suffix("^{}"), refs.last_mut()) {
            (Some(tag), Some(last)) if last.name == tag => last.peeled = Some(id),
            _ => {
                let symref = head_branch.take().filter(|_| name == "HEAD");
                let listed = Ref {
                    name: name.to_owned(),
                    id,
                    peeled: None,
                    symref,
                };
                if listed.has_prefix(prefixes) {
                    refs.push(listed);
                }
            }
        }
    }
    refs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listing_has_branch_of_head_and_peeled_tags() {
        let (one, two) = ("a".repeat(40), "b".repeat(40));
        let printed = format!(
            "ref: refs/heads/main\tHEAD\n{one}\tHEAD\n{one}\trefs/heads/main\n{two}\trefs/pull/1/head\n{two}\trefs/tags/v1\n{one}\trefs/tags/v1^{{}}\n"
        );
        let refs = parse_listing(
            &printed,
            &[
                "HEAD".to_owned(),
                "refs/heads/".to_owned(),
                "refs/tags/".to_owned(),
            ],
        );
        assert_eq!(refs.len(), 3);
        assert_eq!(refs[0].symref.as_deref(), Some("refs/heads/main"));
        assert_eq!(refs[2].commit().to_string(), one);
    }
}
