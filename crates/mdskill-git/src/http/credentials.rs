//! [`CredentialChain`]: the credentials for a host, in the order in which they are tried.
//!
//! A token is sent to its own host only, over https, and never after a redirect to another host.
//! Programs (`gh`, git's credential helpers) are started only after the server has refused a
//! request, so that public repositories do not need them.

use std::collections::VecDeque;
use std::process::Stdio;
use std::time::Duration;

use reqwest::Url;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::host_of;
use crate::environment::{Environment, Token};
use crate::process::Programs;

/// The time limit for a helper program.
const HELPER_TIMEOUT: Duration = Duration::from_secs(5);

/// The user that GitHub's documentation sends with a token.
const GITHUB_USER: &str = "x-access-token";

/// A user name and a token.
#[derive(Debug)]
pub(crate) struct Credential {
    pub(crate) user: String,
    pub(crate) token: Token,
}

/// The credentials for a repository, best first. The default is an empty chain, for plain HTTP, and
/// after a redirect to another host.
#[derive(Debug, Default)]
pub(crate) struct CredentialChain {
    current: Option<Credential>,
    next: VecDeque<Step>,
    tried: Vec<String>,
}

#[derive(Debug)]
enum Step {
    Anonymous,
    Gh,
    GitCredential,
}

impl CredentialChain {
    /// Creates the chain for `url`, which starts with the token that the environment has for the
    /// host, or without credentials.
    pub(crate) fn open(env: &dyn Environment, url: &Url) -> Self {
        if url.scheme() != "https" {
            return Self::default();
        }
        let host = host_of(url);
        let mut chain = Self::default();
        if let Some(token) = env.token_for(&host) {
            chain.next.push_back(Step::Anonymous);
            chain.select(user_for(env, &host), token);
        }
        if env.is_github(&host) && !env.is_ci() {
            chain.next.push_back(Step::Gh);
        }
        chain.next.push_back(Step::GitCredential);
        chain
    }

    /// Returns the credential to send now.
    pub(crate) fn current(&self) -> Option<&Credential> {
        self.current.as_ref()
    }

    fn select(&mut self, user: impl Into<String>, token: Token) {
        self.tried.push(token.origin.clone());
        let user = user.into();
        self.current = Some(Credential { user, token });
    }

    /// Selects the next credential after a refusal; `false` without a next one.
    pub(crate) async fn advance(&mut self, env: &dyn Environment, url: &Url, status: u16) -> bool {
        while let Some(step) = self.next.pop_front() {
            let found = match step {
                // With an invalid token even public repositories are refused. With a valid token
                // that has no access, a request without it has no access either.
                Step::Anonymous if status == 401 => {
                    self.current = None;
                    return true;
                }
                Step::Anonymous => None,
                Step::Gh => ask_gh(env, url).await,
                Step::GitCredential => ask_git(env, url).await,
            };
            if let Some((user, token)) = found {
                self.select(user, token);
                return true;
            }
        }
        false
    }

    /// Returns a phrase with the origins of the tried credentials.
    pub(crate) fn tried(&self) -> String {
        match self.tried.as_slice() {
            [] => "no credentials were tried".to_owned(),
            tried => format!("tried {}", tried.join(", ")),
        }
    }
}

/// Returns the user name to send with a token. GitHub and Gitea accept any. A `MDSKILL_TOKEN` may
/// belong to a GitLab server that only its name indicates; the name never selects a token.
fn user_for(env: &dyn Environment, host: &str) -> &'static str {
    if env.is_gitlab(host) || host.starts_with("gitlab.") {
        "oauth2"
    } else {
        GITHUB_USER
    }
}

async fn ask_gh(env: &dyn Environment, url: &Url) -> Option<(String, Token)> {
    let mut command = Command::from(Programs::of(env).command("gh").ok()?);
    command.args(["auth", "token", "--hostname", &host_of(url)]);
    let secret = answer_of(command, "").await?;
    let token = Token::new("gh auth token", secret.trim());
    (!token.secret().is_empty()).then(|| (GITHUB_USER.to_owned(), token))
}

/// Source: git-credential(1).
async fn ask_git(env: &dyn Environment, url: &Url) -> Option<(String, Token)> {
    let mut command = Command::from(Programs::of(env).git().ok()?);
    command
        .args([
            "-c",
            "core.askPass=",
            "-c",
            "credential.interactive=false",
            "credential",
            "fill",
        ])
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GCM_INTERACTIVE", "never")
        .env_remove("GIT_ASKPASS")
        .env_remove("SSH_ASKPASS");
    let path = url.path().trim_start_matches('/');
    let question = format!("protocol=https\nhost={}\npath={path}\n\n", host_of(url));
    let answer = answer_of(command, &question).await?;
    let field = |name| answer.lines().find_map(|line| line.strip_prefix(name));
    let token = Token::new("git credential", field("password=")?);
    Some((field("username=")?.to_owned(), token))
}

/// Runs a helper and returns its output; `None` if it fails or takes too long.
async fn answer_of(mut command: Command, question: &str) -> Option<String> {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    let mut child = command.spawn().ok()?;
    let mut stdin = child.stdin.take()?;
    let ask = async {
        // A helper that does not read its input may still answer.
        let _unread = stdin.write_all(question.as_bytes()).await;
        drop(stdin);
        child.wait_with_output().await.ok()
    };
    let output = tokio::time::timeout(HELPER_TIMEOUT, ask).await.ok()??;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct WithToken;

    impl Environment for WithToken {
        fn search_path(&self) -> &[std::path::PathBuf] {
            &[]
        }

        fn token_for(&self, host: &str) -> Option<Token> {
            (host == "github.com").then(|| Token::new("MDSKILL_TOKEN", "canary"))
        }
    }

    #[test]
    fn token_is_not_sent_over_plain_http_or_shown_by_debug() {
        let plain = Url::parse("http://github.com/a/b.git").unwrap();
        assert!(
            CredentialChain::open(&WithToken, &plain)
                .current()
                .is_none()
        );
        let secure = Url::parse("https://github.com/a/b.git").unwrap();
        let secure = CredentialChain::open(&WithToken, &secure);
        assert_eq!(secure.tried(), "tried MDSKILL_TOKEN");
        assert!(!format!("{secure:?}").contains("canary"));
    }
}
