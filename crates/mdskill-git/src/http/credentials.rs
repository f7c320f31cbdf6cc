//! [`CredentialChain`]: the credentials for a host, in the order in which they are tried.
//!
//! A token is sent to its own host only, over https, and never after a redirect to another host.
//! Programs (`gh`, git's credential helpers) are started only after the server has refused a
//! request, so that public repositories do not need them.

use std::collections::VecDeque;
use std::process::Command;
use std::time::Duration;

use reqwest::Url;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::host_of;
use super::netrc::ask_netrc;
use super::settings::HttpSettings;
use crate::environment::{Environment, Token};
use crate::process::Programs;

/// The time limit for a helper program.
const HELPER_TIMEOUT: Duration = Duration::from_secs(5);
/// The maximum length of a helper's answer.
const MAX_ANSWER_BYTES: u64 = 64 << 10;

/// The user that GitHub's documentation sends with a token.
const GITHUB_USER: &str = "x-access-token";

/// A user name and a token.
#[derive(Debug)]
pub(crate) struct Credential {
    pub(crate) user: String,
    pub(crate) token: Token,
}

/// The authorization of a request.
#[derive(Debug, Default)]
pub(crate) enum Authorization {
    /// None.
    #[default]
    Anonymous,
    /// The header of `http.extraHeader`.
    ExtraHeader,
    /// A user name and a token.
    Basic(Credential),
}

/// The credentials for a repository, best first. The default is an empty chain, for a redirect to
/// another host.
#[derive(Debug, Default)]
pub(crate) struct CredentialChain {
    current: Authorization,
    next: VecDeque<Step>,
    /// The user name that git's configuration has for the address.
    user: Option<String>,
    tried: Vec<String>,
}

#[derive(Debug)]
enum Step {
    Send(Authorization),
    Gh,
    Netrc,
    GitCredential,
}

impl Authorization {
    /// Returns the name of its origin; `None` without authorization.
    pub(crate) fn origin(&self) -> Option<&str> {
        match self {
            Self::Anonymous => None,
            Self::ExtraHeader => Some("http.extraHeader"),
            Self::Basic(credential) => Some(&credential.token.origin),
        }
    }
}

impl CredentialChain {
    /// Creates the chain for `url`, which may have a user name and a password from git's
    /// configuration.
    ///
    /// Tokens are for https. Git's own credentials are used as git uses them; only those of netrc,
    /// which do not depend on the scheme, are not sent in clear text to another machine.
    pub(crate) fn open(env: &dyn Environment, url: &Url, settings: &HttpSettings) -> Self {
        let host = host_of(url);
        let is_secure = url.scheme() == "https";
        let mut steps = Vec::new();
        if let Some(password) = url.password() {
            let token = Token::new("url.<base>.insteadOf", decode(password));
            let user = decode(url.username());
            steps.push(Step::Send(Authorization::Basic(Credential { user, token })));
        }
        if let Some(token) = env.token_for(&host).filter(|_| is_secure) {
            let user = user_for(env, &host).to_owned();
            steps.push(Step::Send(Authorization::Basic(Credential { user, token })));
        }
        if settings.has_authorization() {
            steps.push(Step::Send(Authorization::ExtraHeader));
        }
        steps.push(Step::Send(Authorization::Anonymous));
        if is_secure && env.is_github(&host) && !env.is_ci() {
            steps.push(Step::Gh);
        }
        if is_secure || is_loopback(url) {
            steps.push(Step::Netrc);
        }
        steps.push(Step::GitCredential);
        let mut chain = Self {
            next: steps.into(),
            user: (!url.username().is_empty()).then(|| decode(url.username())),
            ..Self::default()
        };
        if let Some(Step::Send(first)) = chain.next.pop_front() {
            chain.select(first);
        }
        chain
    }

    /// Creates a chain with only the header of `http.extraHeader`.
    pub(crate) fn with_header() -> Self {
        let mut chain = Self::default();
        chain.select(Authorization::ExtraHeader);
        chain
    }

    /// Returns the authorization to send now.
    pub(crate) fn current(&self) -> &Authorization {
        &self.current
    }

    fn select(&mut self, authorization: Authorization) {
        self.tried
            .extend(authorization.origin().map(ToOwned::to_owned));
        self.current = authorization;
    }

    /// Selects the next credential after a refusal; `false` without a next one.
    ///
    /// With an invalid or forbidden token even public repositories are refused, so that no token is
    /// one of the steps.
    pub(crate) async fn advance(&mut self, env: &dyn Environment, url: &Url) -> bool {
        while let Some(step) = self.next.pop_front() {
            let found = match step {
                Step::Send(authorization) => Some(authorization),
                Step::Gh => ask_gh(env, url).await,
                Step::Netrc => ask_netrc(env, url, self.user.as_deref()).map(|(user, password)| {
                    let token = Token::new("netrc", password);
                    Authorization::Basic(Credential { user, token })
                }),
                Step::GitCredential => ask_git(env, url, self.user.as_deref()).await,
            };
            if let Some(found) = found {
                self.select(found);
                return true;
            }
        }
        false
    }

    /// Returns the origins of the tried credentials.
    pub(crate) fn tried(&self) -> &[String] {
        &self.tried
    }
}

/// Whether an address is on this machine, so that no other machine reads what is sent.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

fn decode(text: &str) -> String {
    percent_encoding::percent_decode_str(text)
        .decode_utf8_lossy()
        .into_owned()
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

/// Returns a token for the API of a GitHub server: that of the environment, or else that of `gh`.
pub async fn github_token(env: &dyn Environment, host: &str) -> Option<Token> {
    let token = env.token_for(host);
    if token.is_some() || env.is_ci() || !env.is_github(host) {
        return token;
    }
    ask_gh_for(env, host).await
}

async fn ask_gh(env: &dyn Environment, url: &Url) -> Option<Authorization> {
    let token = ask_gh_for(env, &host_of(url)).await?;
    let user = GITHUB_USER.to_owned();
    Some(Authorization::Basic(Credential { user, token }))
}

async fn ask_gh_for(env: &dyn Environment, host: &str) -> Option<Token> {
    let programs = Programs::of(env);
    let mut command = programs.command("gh").ok()?;
    command.args(["auth", "token", "--hostname", host]);
    let secret = answer_of(&programs, &command, "").await?;
    let token = Token::new("gh auth token", secret.trim());
    (!token.secret().is_empty()).then_some(token)
}

/// Source: git-credential(1).
async fn ask_git(env: &dyn Environment, url: &Url, user: Option<&str>) -> Option<Authorization> {
    let programs = Programs::of(env);
    let mut command = programs.git().ok()?;
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
    let mut question = format!(
        "protocol={}\nhost={}\npath={path}\n",
        url.scheme(),
        host_of(url)
    );
    if let Some(user) = user {
        question = format!("{question}username={user}\n");
    }
    question.push('\n');
    let answer = answer_of(&programs, &command, &question).await?;
    let field = |name| answer.lines().find_map(|line| line.strip_prefix(name));
    let token = Token::new("git credential", field("password=")?);
    let user = field("username=")?.to_owned();
    Some(Authorization::Basic(Credential { user, token }))
}

/// Runs a helper and returns its output; `None` if it fails or takes too long.
async fn answer_of(programs: &Programs, command: &Command, question: &str) -> Option<String> {
    let mut process = programs.supervise(command, None).spawn().ok()?;
    let child = &mut process.child;
    let (mut stdin, stdout) = (child.stdin.take()?, child.stdout.take()?);
    let ask = async {
        // A helper that does not read its input may still answer.
        let _unread = stdin.write_all(question.as_bytes()).await;
        drop(stdin);
        let mut answer = Vec::new();
        let read = stdout.take(MAX_ANSWER_BYTES).read_to_end(&mut answer).await;
        read.ok()?;
        Some((child.wait().await.ok()?, answer))
    };
    let (status, answer) = tokio::time::timeout(HELPER_TIMEOUT, ask).await.ok()??;
    let answer = status.success().then_some(answer)?;
    Some(String::from_utf8_lossy(&answer).into_owned())
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

    fn open(url: &str) -> CredentialChain {
        let url = Url::parse(url).unwrap();
        CredentialChain::open(&WithToken, &url, &HttpSettings::default())
    }

    #[test]
    fn token_is_not_sent_over_plain_http_or_shown_by_debug() {
        let plain = open("http://github.com/a/b.git");
        assert!(plain.tried().is_empty() && plain.current().origin().is_none());
        let secure = open("https://github.com/a/b.git");
        assert_eq!(secure.tried(), ["MDSKILL_TOKEN"]);
        assert!(!format!("{secure:?}").contains("canary"));
    }

    #[test]
    fn netrc_is_sent_over_https_or_to_this_machine() {
        let has_netrc = |url: &str| {
            let mut next = open(url).next.into_iter();
            next.any(|step| matches!(step, Step::Netrc))
        };
        for url in [
            "https://a.example/",
            "http://127.0.0.1:80/",
            "http://[::1]/",
            "http://localhost/",
        ] {
            assert!(has_netrc(url), "{url}");
        }
        for url in [
            "http://a.example/",
            "http://127.0.0.1.example/",
            "http://localhost.example/",
        ] {
            assert!(!has_netrc(url), "{url}");
        }
    }
}
