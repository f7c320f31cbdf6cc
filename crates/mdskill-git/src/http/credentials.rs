//! [`CredentialChain`]: which credential goes to a host, and which is tried next.
//!
//! A token goes to its own host, over https, never along a redirect. The
//! programs that may know one (`gh`, git's credential helpers) are asked only
//! after a refusal, so a public repository never pays for them.

use std::process::Stdio;
use std::time::Duration;

use reqwest::Url;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::host_of;
use crate::environment::Environment;
use crate::process::Programs;

/// How long a helper program may think.
const HELPER_TIMEOUT: Duration = Duration::from_secs(5);

/// The user that GitHub's documentation sends with a token.
const GITHUB_USER: &str = "x-access-token";

/// A user and a secret, and where they came from.
pub struct Credential {
    user: String,
    secret: String,
    /// Who gave it: a variable's name, `gh auth token`.
    pub origin: String,
}

impl Credential {
    /// Returns the user's name.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.user
    }

    /// Returns the secret, to be sent to its host and nowhere else.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.secret
    }
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} (hidden)", self.origin)
    }
}

/// Tries the credentials for one repository, best first.
#[derive(Debug)]
pub struct CredentialChain {
    current: Option<Credential>,
    next: Step,
    tried: Vec<String>,
    may_ask_gh: bool,
    programs: Option<Programs>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Anonymous,
    Gh,
    GitCredential,
    Nothing,
}

impl CredentialChain {
    /// Opens the credentials for `url`: with the token that the environment has for its
    /// host, else with nothing.
    #[must_use]
    pub fn open(env: &dyn Environment, url: &Url) -> Self {
        if url.scheme() != "https" {
            return Self::empty();
        }
        let host = host_of(url);
        let token = env.token_for(&host).map(|token| Credential {
            user: user_for(env, &host).to_owned(),
            secret: token.secret().to_owned(),
            origin: token.origin.clone(),
        });
        Self {
            next: if token.is_some() {
                Step::Anonymous
            } else {
                Step::Gh
            },
            tried: token.iter().map(|token| token.origin.clone()).collect(),
            current: token,
            may_ask_gh: env.is_github(&host) && !env.is_ci(),
            programs: Some(Programs::of(env)),
        }
    }

    /// A credentials with nothing in it: for plain http, and after a redirect to another host.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            current: None,
            next: Step::Nothing,
            tried: Vec::new(),
            may_ask_gh: false,
            programs: None,
        }
    }

    /// Returns the credential to send now.
    #[must_use]
    pub fn current(&self) -> Option<&Credential> {
        self.current.as_ref()
    }

    /// Moves on to the next credential after a refusal; `false` when there is none.
    pub async fn advance(&mut self, url: &Url, status: u16) -> bool {
        loop {
            let step = self.next;
            self.next = match step {
                Step::Anonymous => Step::Gh,
                Step::Gh => Step::GitCredential,
                Step::GitCredential | Step::Nothing => Step::Nothing,
            };
            let found = match step {
                // A bad token hides even what is public; a good one that sees nothing
                // sees no more without it.
                Step::Anonymous if status == 401 => {
                    self.current = None;
                    return true;
                }
                Step::Gh if self.may_ask_gh => ask_gh(self.programs.as_ref(), url).await,
                Step::Anonymous | Step::Gh => None,
                Step::GitCredential => ask_git(self.programs.as_ref(), url).await,
                Step::Nothing => return false,
            };
            if let Some(found) = found {
                self.tried.push(found.origin.clone());
                self.current = Some(found);
                return true;
            }
        }
    }

    /// Returns a phrase that says which credentials were tried.
    #[must_use]
    pub fn tried(&self) -> String {
        match self.tried.as_slice() {
            [] => "no credentials were tried".to_owned(),
            tried => format!("tried {}", tried.join(", ")),
        }
    }
}

/// The user to send with a token, which is the same on GitHub and Gitea whatever it is. A
/// `MDSKILL_TOKEN` may be of a GitLab that only its name gives away; no token is chosen by that.
fn user_for(env: &dyn Environment, host: &str) -> &'static str {
    if env.is_gitlab(host) || host.starts_with("gitlab.") {
        "oauth2"
    } else {
        GITHUB_USER
    }
}

async fn ask_gh(programs: Option<&Programs>, url: &Url) -> Option<Credential> {
    let mut command = Command::from(programs?.command("gh").ok()?);
    command.args(["auth", "token", "--hostname", &host_of(url)]);
    let secret = answer_of(command, "").await?;
    let secret = secret.trim();
    (!secret.is_empty()).then(|| Credential {
        user: GITHUB_USER.to_owned(),
        secret: secret.to_owned(),
        origin: "gh auth token".to_owned(),
    })
}

/// Source: git-credential(1).
async fn ask_git(programs: Option<&Programs>, url: &Url) -> Option<Credential> {
    let mut command = Command::from(programs?.git().ok()?);
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
    let field = |name: &str| {
        answer
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .map(str::to_owned)
    };
    Some(Credential {
        user: field("username=")?,
        secret: field("password=")?,
        origin: "git credential".to_owned(),
    })
}

/// Runs a helper and returns what it printed; nothing when it fails or takes too long.
async fn answer_of(mut command: Command, question: &str) -> Option<String> {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    let mut child = command.spawn().ok()?;
    let mut stdin = child.stdin.take()?;
    let ask = async {
        // A helper that does not read its question may still answer.
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
    use crate::environment::Token;

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
    fn plain_http_gets_no_token_and_debug_hides_it() {
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
