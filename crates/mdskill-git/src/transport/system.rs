//! The user's `git`, for servers that do not support protocol v2.
//!
//! It fetches one shallow pack, without hooks, prompts, or transports other than that of the URL.

use std::process::Stdio;

use tokio::process::Command;
use tracing::debug;

use super::TransportError;
use crate::objects::Objects;
use crate::process::Programs;
use crate::protocol::{Depth, Ref, Wants};

/// A repository to fetch from with the user's `git`.
pub struct SystemGit {
    pub(super) url: String,
    pub(super) programs: Programs,
}

impl SystemGit {
    /// Lists the refs with one of these prefixes.
    ///
    /// # Errors
    /// When `git` is missing or fails.
    pub async fn list_refs(&self, prefixes: &[String]) -> Result<Vec<Ref>, TransportError> {
        let mut command = self.git()?;
        command.args(["ls-remote", "--symref", "--", &self.url]);
        let mut refs = parse_listing(&self.run(command).await?);
        refs.retain(|git_ref| git_ref.has_prefix(prefixes));
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
        let mut command = self.git()?;
        command.arg("--git-dir").arg(objects.path());
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
        self.run(command).await?;
        let database = objects.database()?;
        database.refresh()?;
        Ok(())
    }

    fn git(&self) -> Result<Command, TransportError> {
        let mut command = self
            .programs
            .git()
            .map_err(|error| self.not_started(&error))?;
        command
            .args(["-c", "core.hooksPath=/dev/null"])
            .args(["-c", "protocol.ext.allow=never"]);
        Ok(command.into())
    }

    fn failed(&self, reason: String) -> TransportError {
        TransportError::NoVersion2 {
            url: self.url.clone(),
            reason,
        }
    }

    fn not_started(&self, error: &std::io::Error) -> TransportError {
        self.failed(format!("`git` can't be started: {error}"))
    }

    async fn run(&self, mut command: Command) -> Result<String, TransportError> {
        command
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_ASKPASS", "")
            .env("SSH_ASKPASS", "")
            .stdin(Stdio::null())
            .kill_on_drop(true);
        debug!("running git");
        let output = command
            .output()
            .await
            .map_err(|error| self.not_started(&error))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let stderr = String::from_utf8_lossy(&output.stderr);
        let message = stderr
            .lines()
            .rev()
            .find(|line| !line.trim().is_empty())
            .unwrap_or("it printed no error");
        Err(self.failed(format!("`git` failed: {message}")))
    }
}

/// Parses the output of `git ls-remote --symref`, which lists tags twice, the second time peeled
/// (`^{}`).
fn parse_listing(printed: &str) -> Vec<Ref> {
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
                refs.push(Ref {
                    name: name.to_owned(),
                    id,
                    peeled: None,
                    symref,
                });
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
        let refs = parse_listing(&format!(
            "ref: refs/heads/main\tHEAD\n{one}\tHEAD\n{one}\trefs/heads/main\n{two}\trefs/tags/v1\n{one}\trefs/tags/v1^{{}}\n"
        ));
        assert_eq!(refs.len(), 3);
        assert_eq!(refs[0].symref.as_deref(), Some("refs/heads/main"));
        assert_eq!(refs[2].commit().to_string(), one);
    }
}
