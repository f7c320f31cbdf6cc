//! [`Env`]: the environment, read once.
//!
//! Nothing else in this crate reads a variable. Two libraries read their own: reqwest the proxies
//! (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`), and the TLS verifier `SSL_CERT_FILE`
//! and `SSL_CERT_DIR`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use mdskill_git::environment::{Environment, Token};

/// The variables that mdskill reads, each with its meaning.
///
/// The table in `docs/reference/environment.md` is generated from this list.
pub const VARIABLES: &[(&str, &str)] = &[
    (
        GITHUB_URL,
        "base of `owner/repo`: a URL, or a folder with `OWNER/REPO.git` or `OWNER/REPO.bundle` (default `https://github.com`)",
    ),
    (
        GH_HOST,
        "GitHub Enterprise host, used as `https://HOST` if `MDSKILL_GITHUB_URL` is not set",
    ),
    (TOKEN, "token for the host of `MDSKILL_GITHUB_URL`"),
    (GH_TOKEN, "token for github.com and *.ghe.com"),
    (
        GITHUB_TOKEN,
        "token for github.com and *.ghe.com if `GH_TOKEN` is not set; used by GitHub Actions",
    ),
    (
        GH_ENTERPRISE_TOKEN,
        "token for the GitHub Enterprise host in `GH_HOST` or `MDSKILL_GITHUB_URL`",
    ),
    (
        GITHUB_ENTERPRISE_TOKEN,
        "the same, if `GH_ENTERPRISE_TOKEN` is not set",
    ),
    (
        GITLAB_TOKEN,
        "token for gitlab.com and the hosts in `GITLAB_HOST` and `CI_SERVER_URL`; never sent to another host",
    ),
    (
        GITLAB_HOST,
        "host or URL of a self-managed GitLab, as for `glab`",
    ),
    (
        CI_SERVER_URL,
        "URL of a self-managed GitLab; set by GitLab CI",
    ),
    (CACHE_DIR, "cache directory"),
    (CONFIG_DIR, "directory of the user's lockfile (`-g`)"),
    (
        XDG_STATE_HOME,
        "additional directory in which `-g import` looks for the lockfile of `npx skills`",
    ),
    (OFFLINE, "same as `--offline`, if set to anything but `0`"),
    (
        TIMEOUT,
        "seconds without data after which a connection times out (default 30)",
    ),
    (RETRIES, "number of retries of a failed request (default 3)"),
    (
        RETRY_DELAY,
        "milliseconds before the first retry, doubled for each further one (default 500)",
    ),
    (
        CI,
        "if set to anything but `false` or `0`, `install` implies `--frozen` and no command prompts",
    ),
    (
        GITHUB_ACTIONS,
        "if `true`, `update` and `outdated` print annotations, mask tokens, and write step outputs and the step summary",
    ),
    (
        GITHUB_OUTPUT,
        "file for step outputs; set by GitHub Actions",
    ),
    (
        GITHUB_STEP_SUMMARY,
        "file for the step summary, also written by `validate --format github`; set by GitHub Actions",
    ),
    (
        LOG,
        "level of the log on stderr, `info` as with `-v` or `debug` as with `-vv`, also for single targets: `mdskill_git=debug,info`",
    ),
    (NO_COLOR, "disable colors, if set to any value"),
    (
        GIT_PAGER,
        "pager for diffs on a terminal; empty or `cat` disables it",
    ),
    (PAGER, "pager if `GIT_PAGER` is not set (default `less`)"),
    (LESS, "options of `less` (default `FRX`, as in git)"),
    (
        GIT_SSH_COMMAND,
        "ssh command for ssh sources, as in git; relative paths in it are not resolved in the project",
    ),
    (
        GIT_SSH,
        "ssh program for ssh sources: a name or an absolute path",
    ),
];

const GITHUB_URL: &str = "MDSKILL_GITHUB_URL";
const GH_HOST: &str = "GH_HOST";
const TOKEN: &str = "MDSKILL_TOKEN";
const GH_TOKEN: &str = "GH_TOKEN";
const GITHUB_TOKEN: &str = "GITHUB_TOKEN";
const GH_ENTERPRISE_TOKEN: &str = "GH_ENTERPRISE_TOKEN";
const GITHUB_ENTERPRISE_TOKEN: &str = "GITHUB_ENTERPRISE_TOKEN";
const GITLAB_TOKEN: &str = "GITLAB_TOKEN";
const GITLAB_HOST: &str = "GITLAB_HOST";
const CI_SERVER_URL: &str = "CI_SERVER_URL";
const CACHE_DIR: &str = "MDSKILL_CACHE_DIR";
const CONFIG_DIR: &str = "MDSKILL_CONFIG_DIR";
const XDG_STATE_HOME: &str = "XDG_STATE_HOME";
const OFFLINE: &str = "MDSKILL_OFFLINE";
const TIMEOUT: &str = "MDSKILL_TIMEOUT";
const RETRIES: &str = "MDSKILL_RETRIES";
const RETRY_DELAY: &str = "MDSKILL_RETRY_DELAY";
const LOG: &str = "MDSKILL_LOG";
const CI: &str = "CI";
const GITHUB_ACTIONS: &str = "GITHUB_ACTIONS";
const GITHUB_OUTPUT: &str = "GITHUB_OUTPUT";
const GITHUB_STEP_SUMMARY: &str = "GITHUB_STEP_SUMMARY";
const NO_COLOR: &str = "NO_COLOR";
const GIT_PAGER: &str = "GIT_PAGER";
const PAGER: &str = "PAGER";
const LESS: &str = "LESS";
const GIT_SSH_COMMAND: &str = "GIT_SSH_COMMAND";
const GIT_SSH: &str = "GIT_SSH";
const PATH: &str = "PATH";
/// The search path if `PATH` is not set.
const DEFAULT_PATH: &str = "/usr/bin:/bin";
/// Variables that have a meaning when empty: no pager.
const MEANINGFUL_WHEN_EMPTY: [&str; 3] = [GIT_PAGER, PAGER, LESS];

/// The variables that hold a secret.
const TOKENS: [&str; 6] = [
    TOKEN,
    GH_TOKEN,
    GITHUB_TOKEN,
    GH_ENTERPRISE_TOKEN,
    GITHUB_ENTERPRISE_TOKEN,
    GITLAB_TOKEN,
];

/// The environment variables that mdskill reads. A value, so that tests can create their own.
#[derive(Debug, Clone, Default)]
pub struct Env {
    values: BTreeMap<&'static str, String>,
    /// The working directory.
    pub current_dir: PathBuf,
    search_path: Vec<PathBuf>,
}

impl Env {
    /// Reads the process's environment.
    ///
    /// # Errors
    /// When the working directory does not exist or is unreadable.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the environment"
    )]
    pub fn read() -> std::io::Result<Self> {
        let lookup = |name: &str| std::env::var(name).ok();
        let mut env = Self::from_lookup(lookup, std::env::current_dir()?);
        // A folder in it may have a name that is not UTF-8.
        if let Some(path) = std::env::var_os(PATH) {
            env.search_path = std::env::split_paths(&path).collect();
        }
        Ok(env)
    }

    /// Creates an environment from any source of variables. Empty values count as absent, except
    /// those of the pager.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>, current_dir: PathBuf) -> Self {
        let value = |(name, _): &(&'static str, _)| {
            let value = lookup(name)?;
            let is_set = !value.is_empty() || MEANINGFUL_WHEN_EMPTY.contains(name);
            is_set.then_some((*name, value))
        };
        let path = lookup(PATH);
        let path = path.as_deref().unwrap_or(DEFAULT_PATH);
        Self {
            values: VARIABLES.iter().filter_map(value).collect(),
            current_dir,
            search_path: std::env::split_paths(path).collect(),
        }
    }

    /// Returns the folders of `PATH`.
    #[must_use]
    pub fn search_path(&self) -> &[PathBuf] {
        &self.search_path
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    fn token(&self, variable: &'static str) -> Option<Token> {
        let secret = self.get(variable)?.trim().to_owned();
        Some(Token::new(variable, secret))
    }

    /// Returns the base of `owner/repo`: a URL or a folder, without a trailing slash.
    #[must_use]
    pub fn github_url(&self) -> String {
        let url = match (self.get(GITHUB_URL), self.get(GH_HOST)) {
            (Some(url), _) => url.to_owned(),
            (None, Some(host)) => format!("https://{host}"),
            (None, None) => "https://github.com".to_owned(),
        };
        let url = url.trim_end_matches('/');
        match url.split_once("://") {
            Some((scheme, rest)) => format!("{}://{rest}", scheme.to_ascii_lowercase()),
            None => url.to_owned(),
        }
    }

    /// Returns the host of GitHub Enterprise, if one is set.
    #[must_use]
    pub fn enterprise_host(&self) -> Option<&str> {
        self.get(GH_HOST)
    }

    /// Whether `owner/repo` is on `host`, which is in lower case and has a port only if it is not
    /// the default one.
    #[must_use]
    pub fn is_home(&self, host: &str) -> bool {
        let url = self.github_url();
        url.starts_with("https://") && https_host(&url) == host
    }

    /// Whether `host` is a GitLab that the user names: gitlab.com, or exactly the host of
    /// `GITLAB_HOST` or `CI_SERVER_URL`. A name such as `gitlab.example.com` proves nothing, because
    /// anyone can choose it.
    #[must_use]
    pub fn is_gitlab(&self, host: &str) -> bool {
        let named = [GITLAB_HOST, CI_SERVER_URL].map(|variable| self.get(variable));
        let mut named = named.into_iter().flatten().map(https_host);
        host == "gitlab.com" || named.any(|named| named == host)
    }

    /// Returns the token that may be sent to `host`, if one is set for it.
    ///
    /// `MDSKILL_TOKEN` comes first, then the variables of GitHub's and GitLab's tools. A token is
    /// never sent to another host.
    #[must_use]
    pub fn token_for(&self, host: &str) -> Option<Token> {
        let is_home = self.is_home(host);
        let is_github = host == "github.com" || host.ends_with(".ghe.com");
        let is_gitlab = self.is_gitlab(host);
        let candidates: [(&'static str, bool); 6] = [
            (TOKEN, is_home),
            (GH_TOKEN, is_github),
            (GITHUB_TOKEN, is_github),
            (GH_ENTERPRISE_TOKEN, is_home && !is_github),
            (GITHUB_ENTERPRISE_TOKEN, is_home && !is_github),
            (GITLAB_TOKEN, is_gitlab),
        ];
        candidates
            .into_iter()
            .filter(|(_, serves)| *serves)
            .find_map(|(variable, _)| self.token(variable))
    }

    /// Returns the cache folder, if set.
    #[must_use]
    pub fn cache_dir(&self) -> Option<PathBuf> {
        self.get(CACHE_DIR).map(PathBuf::from)
    }

    /// Returns the folder of the user's lockfile, if set.
    #[must_use]
    pub fn config_dir(&self) -> Option<PathBuf> {
        self.get(CONFIG_DIR).map(PathBuf::from)
    }

    /// Returns `XDG_STATE_HOME`, if set.
    #[must_use]
    pub fn state_home(&self) -> Option<PathBuf> {
        self.get(XDG_STATE_HOME).map(PathBuf::from)
    }

    /// Whether the environment forbids the network.
    #[must_use]
    pub fn offline(&self) -> bool {
        self.get(OFFLINE).is_some_and(|value| value != "0")
    }

    /// Whether this runs in continuous integration.
    #[must_use]
    pub fn ci(&self) -> bool {
        self.get(CI)
            .is_some_and(|value| value != "false" && value != "0")
    }

    /// Returns every token of the environment, for any host.
    pub fn tokens(&self) -> impl Iterator<Item = Token> + '_ {
        TOKENS.iter().filter_map(|variable| self.token(variable))
    }

    /// Whether this runs in GitHub Actions, which reads commands from the output.
    #[must_use]
    pub fn in_actions(&self) -> bool {
        self.get(GITHUB_ACTIONS) == Some("true")
    }

    /// Returns the file for step outputs of GitHub Actions, if any.
    #[must_use]
    pub fn step_output(&self) -> Option<PathBuf> {
        self.get(GITHUB_OUTPUT).map(PathBuf::from)
    }

    /// Returns the file for the step summary of GitHub Actions, if any.
    #[must_use]
    pub fn step_summary(&self) -> Option<PathBuf> {
        self.get(GITHUB_STEP_SUMMARY).map(PathBuf::from)
    }

    /// Returns the filter of the log, if set.
    #[must_use]
    pub fn log(&self) -> Option<&str> {
        self.get(LOG)
    }

    /// Whether colors are disabled (no-color.org).
    #[must_use]
    pub fn no_color(&self) -> bool {
        self.get(NO_COLOR).is_some()
    }

    /// Returns the user's pager, a command line: `None` if not set, empty to disable paging.
    #[must_use]
    pub fn pager(&self) -> Option<&str> {
        self.get(GIT_PAGER).or_else(|| self.get(PAGER))
    }

    /// Whether the user sets options for `less`.
    #[must_use]
    pub fn sets_less_options(&self) -> bool {
        self.get(LESS).is_some()
    }

    /// Returns the seconds without data after which a connection times out.
    #[must_use]
    pub fn timeout_seconds(&self) -> u64 {
        self.number(TIMEOUT).unwrap_or(30).max(1)
    }

    /// Returns the number of retries of a failed request.
    #[must_use]
    pub fn retries(&self) -> u64 {
        self.number(RETRIES).unwrap_or(3).min(10)
    }

    /// Returns the milliseconds before the first retry.
    #[must_use]
    pub fn retry_delay_ms(&self) -> u64 {
        self.number(RETRY_DELAY).unwrap_or(500)
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.get(name)?.parse().ok()
    }
}

impl Environment for Env {
    fn search_path(&self) -> &[PathBuf] {
        self.search_path()
    }

    fn token_for(&self, host: &str) -> Option<Token> {
        self.token_for(host)
    }

    fn is_github(&self, host: &str) -> bool {
        host == "github.com" || self.is_home(host) || host.ends_with(".ghe.com")
    }

    fn is_gitlab(&self, host: &str) -> bool {
        self.is_gitlab(host)
    }

    fn is_ci(&self) -> bool {
        self.ci()
    }

    fn ssh_command(&self) -> Option<&str> {
        self.get(GIT_SSH_COMMAND)
    }

    fn ssh_program(&self) -> Option<&str> {
        self.get(GIT_SSH)
    }

    fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_seconds())
    }
}

/// Returns the host of an https URL or of a bare host: in lower case, and with a port only if it
/// is not the default one.
fn https_host(url: &str) -> String {
    let url = url.trim().to_ascii_lowercase();
    let rest = url.strip_prefix("https://").unwrap_or(&url);
    let host = rest.split('/').next().unwrap_or_default();
    host.strip_suffix(":443").unwrap_or(host).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(pairs: &'static [(&str, &str)]) -> Env {
        let lookup = |name: &str| {
            let pair = pairs.iter().find(|(key, _)| *key == name)?;
            Some(pair.1.to_owned())
        };
        Env::from_lookup(lookup, PathBuf::new())
    }

    #[test]
    fn token_is_sent_to_its_own_host_only() {
        let all = env(&[
            (TOKEN, "m"),
            (GH_TOKEN, "g"),
            (GH_ENTERPRISE_TOKEN, "e"),
            (GITLAB_TOKEN, "l"),
            (GITHUB_URL, "https://ghe.acme.com:8443/"),
        ]);
        let variable = |host| all.token_for(host).map(|token| token.origin);
        assert_eq!(variable("ghe.acme.com:8443").as_deref(), Some(TOKEN));
        assert_eq!(variable("github.com").as_deref(), Some(GH_TOKEN));
        assert_eq!(variable("acme.ghe.com").as_deref(), Some(GH_TOKEN));
        assert_eq!(variable("gitlab.com").as_deref(), Some(GITLAB_TOKEN));
        for other in [
            "evil.com",
            "gitlab.evil.com",
            "gitlab.com.evil.com",
            "github.com.evil.com",
            "acme.ghe.com.evil.com",
            "notgithub.com",
            "ghe.acme.com",
        ] {
            assert_eq!(variable(other), None, "{other}");
        }
        assert_eq!(variable("notghe.com"), None);
        assert!(!format!("{:?}", all.token_for("github.com")).contains("\"g\""));
    }

    #[test]
    fn gitlab_token_is_sent_to_configured_hosts() {
        for (host, is_served) in [
            ("gitlab.acme.com", true),
            ("git.acme.com:8443", true),
            ("gitlab.com", true),
            ("git.acme.com", false),
            ("acme.com", false),
            ("gitlab.acme.com.evil.com", false),
        ] {
            let env = env(&[
                (GITLAB_TOKEN, "l"),
                (GITLAB_HOST, "GitLab.Acme.com:443"),
                (CI_SERVER_URL, "https://git.acme.com:8443/gitlab"),
            ]);
            assert_eq!(env.token_for(host).is_some(), is_served, "{host}");
        }
    }

    #[test]
    fn enterprise_token_is_sent_to_gh_host() {
        let env = env(&[
            (GH_HOST, "ghe.acme.com"),
            (GH_ENTERPRISE_TOKEN, "e"),
            (GH_TOKEN, "g"),
        ]);
        assert_eq!(env.github_url(), "https://ghe.acme.com");
        let variable = |host| env.token_for(host).map(|token| token.origin);
        assert_eq!(
            variable("ghe.acme.com").as_deref(),
            Some(GH_ENTERPRISE_TOKEN)
        );
        assert_eq!(variable("github.com").as_deref(), Some(GH_TOKEN));
    }
}
