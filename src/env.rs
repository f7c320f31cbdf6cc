//! [`Env`]: the environment, read once.
//!
//! Nothing else in this crate reads a variable. Two libraries read their own: reqwest `NO_PROXY`, and
//! the TLS verifier `SSL_CERT_FILE` and `SSL_CERT_DIR`. The user's git, whose configuration applies,
//! reads those of git.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use mdskill_git::environment::{Environment, Token};
use mdskill_git::git_config::GitConfig;
use mdskill_git::process::Programs;
use mdskill_lint::agents::HOME_VARIABLES;

/// The variables that hold a token, in the order in which they are used.
const TOKENS: [&str; 6] = [
    "MDSKILL_TOKEN",
    "GH_TOKEN",
    "GITHUB_TOKEN",
    "GH_ENTERPRISE_TOKEN",
    "GITHUB_ENTERPRISE_TOKEN",
    "GITLAB_TOKEN",
];

/// The variables with a proxy for https and for http, in the order of git and curl.
const HTTPS_PROXIES: [&str; 4] = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
const HTTP_PROXIES: [&str; 4] = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];

/// The variables that replace values of git's configuration, and the last part of their keys.
const GIT_VARIABLES: [(&str, &str); 5] = [
    ("GIT_SSL_CAINFO", "sslcainfo"),
    ("GIT_SSL_CAPATH", "sslcapath"),
    ("GIT_SSL_CERT", "sslcert"),
    ("GIT_SSL_KEY", "sslkey"),
    ("GIT_SSL_NO_VERIFY", "sslverify"),
];

/// The prefix of the variables of mdskill itself.
const PREFIX: &str = "MDSKILL_";

/// The settings from environment variables, which `docs/reference/environment.md` describes. A value,
/// so that tests can create their own.
#[derive(Debug, Clone, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is the value of another variable"
)]
pub struct Env {
    /// The working directory.
    pub current_dir: PathBuf,
    /// The folders of `PATH`.
    pub search_path: Vec<PathBuf>,
    /// The base of `owner/repo`: a URL or a folder, without a trailing slash.
    pub github_url: String,
    /// The host of GitHub Enterprise, if one is set.
    pub enterprise_host: Option<String>,
    /// The host of the GitHub Actions job, whose token `GITHUB_TOKEN` is.
    server_host: Option<String>,
    /// The hosts of GitLab that the user names.
    gitlab_hosts: Vec<String>,
    /// Every token, for any host.
    pub tokens: Vec<Token>,
    /// The cache folder, if set.
    pub cache_dir: Option<PathBuf>,
    /// The folder of the user's lockfile, if set.
    pub config_dir: Option<PathBuf>,
    /// The folders of agents that their own variables set, by variable.
    pub agent_homes: BTreeMap<&'static str, PathBuf>,
    /// `XDG_STATE_HOME`, if set.
    pub state_home: Option<PathBuf>,
    /// The base of skills.sh.
    pub skills_sh_url: String,
    /// The base of GitHub's API, if set.
    github_api_url: Option<String>,
    /// The sites with an index of skills, separated by spaces or commas, if set.
    pub search_indexes: Option<String>,
    /// Whether the network is forbidden.
    pub offline: bool,
    /// Whether this runs in continuous integration.
    pub ci: bool,
    /// Whether this runs in GitHub Actions, which reads commands from the output.
    pub in_actions: bool,
    /// The file for step outputs of GitHub Actions, if any.
    pub step_output: Option<PathBuf>,
    /// The file for the step summary of GitHub Actions, if any.
    pub step_summary: Option<PathBuf>,
    /// The filter of the log, if set.
    pub log: Option<String>,
    /// The shell whose completion script started this process.
    pub completes: Option<String>,
    /// The user's login shell.
    pub shell: Option<String>,
    /// Whether colors are disabled (no-color.org).
    pub no_color: bool,
    /// Whether the terminal can only print lines: `TERM=dumb`, or a shell in a buffer of Emacs.
    pub is_dumb: bool,
    /// Whether the locale has characters beyond ASCII; without a locale, it is assumed.
    pub is_utf8: bool,
    /// Whether the terminal is known to show links (OSC 8).
    pub shows_links: bool,
    /// The user's pager, a command line: `None` if not set, empty to disable paging.
    pub pager: Option<String>,
    /// Whether the user sets options for `less`.
    pub sets_less_options: bool,
    /// The time without data after which a connection times out.
    pub timeout: Duration,
    /// The number of retries of a failed request.
    pub retries: u64,
    /// The time before the first retry.
    pub retry_delay: Duration,
    /// The path of this program, if known.
    pub program: Option<PathBuf>,
    /// The variables that are set, of those that are read here, with their values.
    pub variables: BTreeMap<String, String>,
    /// The names of the variables of mdskill itself.
    pub known_variables: BTreeSet<String>,
    /// The names of variables that begin as those of mdskill, and are not read.
    pub unknown_variables: Vec<String>,
    /// The variables of the TLS library that replace the system's certificates.
    pub system_certificates: Vec<(&'static str, String)>,
    /// The number of the user who ran `sudo`, if any.
    pub sudo_user: Option<u32>,
    ssh_command: Option<String>,
    ssh_program: Option<String>,
    home: Option<PathBuf>,
    https_proxy: Option<(&'static str, String)>,
    http_proxy: Option<(&'static str, String)>,
    no_proxy: Option<String>,
    git_variables: Vec<(&'static str, &'static str, String)>,
    git_config: OnceLock<GitConfig>,
}

/// The API of a GitHub server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitHubApi {
    /// The base URL.
    pub base: String,
    /// The host whose token is sent to it.
    pub host: String,
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
        let read = RefCell::new(BTreeSet::new());
        let lookup = |name: &str| {
            read.borrow_mut().insert(name.to_owned());
            std::env::var(name).ok()
        };
        let mut env = Self::from_lookup(lookup, std::env::current_dir()?);
        let mut read = read.into_inner();
        read.retain(|name| name.starts_with(PREFIX));
        let set = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        let unknown = set.filter(|name| name.starts_with(PREFIX) && !read.contains(name));
        env.unknown_variables = unknown.collect();
        env.known_variables = read;
        env.program = std::env::current_exe().ok();
        // A folder in it may have a name that is not UTF-8.
        if let Some(path) = std::env::var_os("PATH") {
            env.search_path = std::env::split_paths(&path).collect();
        }
        Ok(env)
    }

    /// Creates an environment from any source of variables. Empty values count as absent, except
    /// those of the pager.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>, current_dir: PathBuf) -> Self {
        let variables = RefCell::new(BTreeMap::new());
        let get = |name: &str| {
            let value = lookup(name).filter(|value| !value.is_empty())?;
            let mut variables = variables.borrow_mut();
            variables.insert(str::to_owned(name), value.clone());
            Some(value)
        };
        let path = |name| get(name).map(PathBuf::from);
        let number = |name| get(name).and_then(|value| value.parse::<u64>().ok());
        let token = |name| Some(Token::new(name, get(name)?.trim()));
        let enterprise_host = get("GH_HOST");
        let enterprise_url = enterprise_host
            .as_ref()
            .map(|host| format!("https://{host}"));
        let github_url = get("MDSKILL_GITHUB_URL").or(enterprise_url);
        let gitlab_hosts = ["GITLAB_HOST", "CI_SERVER_URL"].into_iter().filter_map(get);
        let first = |names: [&'static str; 4]| {
            let mut values = names.into_iter();
            values.find_map(|name| Some((name, get(name)?)))
        };
        let git_variable = |(variable, name)| {
            let value = get(variable)?;
            let is_switch = name == "sslverify";
            Some((
                variable,
                name,
                if is_switch { "false".to_owned() } else { value },
            ))
        };
        let mut locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(get);
        let is_utf8 = locale.next().is_none_or(|locale| {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        });
        let search_path = lookup("PATH").unwrap_or_else(|| "/usr/bin:/bin".to_owned());
        let mut env = Self {
            current_dir,
            search_path: std::env::split_paths(&search_path).collect(),
            github_url: base_url(&github_url.unwrap_or_else(|| "https://github.com".to_owned())),
            enterprise_host,
            server_host: get("GITHUB_SERVER_URL").map(|url| https_host(&url)),
            gitlab_hosts: gitlab_hosts.map(|url| https_host(&url)).collect(),
            tokens: TOKENS.into_iter().filter_map(token).collect(),
            cache_dir: path("MDSKILL_CACHE_DIR"),
            config_dir: path("MDSKILL_CONFIG_DIR"),
            agent_homes: HOME_VARIABLES
                .into_iter()
                .filter_map(|(variable, _)| Some((variable, path(variable)?)))
                .collect(),
            state_home: path("XDG_STATE_HOME"),
            skills_sh_url: get("MDSKILL_SKILLS_SH_URL")
                .unwrap_or_else(|| "https://skills.sh".to_owned()),
            github_api_url: get("MDSKILL_GITHUB_API_URL"),
            search_indexes: get("MDSKILL_SEARCH_INDEXES"),
            offline: get("MDSKILL_OFFLINE").is_some_and(|value| value != "0"),
            ci: get("CI").is_some_and(|value| value != "false" && value != "0"),
            in_actions: get("GITHUB_ACTIONS").is_some_and(|value| value == "true"),
            step_output: path("GITHUB_OUTPUT"),
            step_summary: path("GITHUB_STEP_SUMMARY"),
            log: get("MDSKILL_LOG"),
            completes: get("MDSKILL_COMPLETE"),
            shell: get("SHELL"),
            no_color: get("NO_COLOR").is_some(),
            is_dumb: get("TERM").is_some_and(|term| term == "dumb")
                || get("INSIDE_EMACS").is_some_and(|mode| mode.contains("comint")),
            is_utf8,
            shows_links: shows_links(get),
            pager: lookup("GIT_PAGER").or_else(|| lookup("PAGER")),
            sets_less_options: lookup("LESS").is_some(),
            timeout: Duration::from_secs(number("MDSKILL_TIMEOUT").unwrap_or(30).max(1)),
            retries: number("MDSKILL_RETRIES").unwrap_or(3).min(10),
            retry_delay: Duration::from_millis(number("MDSKILL_RETRY_DELAY").unwrap_or(500)),
            sudo_user: get("SUDO_UID").and_then(|user| user.parse().ok()),
            ssh_command: get("GIT_SSH_COMMAND"),
            ssh_program: get("GIT_SSH"),
            home: path("HOME").or_else(|| path("USERPROFILE")),
            https_proxy: first(HTTPS_PROXIES),
            http_proxy: first(HTTP_PROXIES),
            // In the order of reqwest.
            no_proxy: ["NO_PROXY", "no_proxy"].into_iter().find_map(get),
            git_variables: GIT_VARIABLES.into_iter().filter_map(git_variable).collect(),
            program: None,
            variables: BTreeMap::new(),
            known_variables: BTreeSet::new(),
            unknown_variables: Vec::new(),
            system_certificates: ["SSL_CERT_FILE", "SSL_CERT_DIR"]
                .into_iter()
                .filter_map(|name| Some((name, get(name)?)))
                .collect(),
            git_config: OnceLock::new(),
        };
        env.variables = variables.into_inner();
        env
    }

    /// Returns where `owner/repo` can be searched with a token; `None` if it is not on GitHub, or only
    /// on a mirror of it.
    #[must_use]
    pub fn github_api(&self) -> Option<GitHubApi> {
        let host = self.github_url.strip_prefix("https://").map(https_host);
        if let Some(base) = &self.github_api_url {
            return Some(GitHubApi {
                base: base.clone(),
                host: host.unwrap_or_else(|| "github.com".to_owned()),
            });
        }
        let host = host?;
        let base = if host == "github.com" || host.ends_with(".ghe.com") {
            format!("https://api.{host}")
        } else if self.is_enterprise() {
            format!("https://{host}/api/v3")
        } else {
            return None;
        };
        Some(GitHubApi { base, host })
    }

    /// Whether `owner/repo` is on the user's GitHub Enterprise server, and not on github.com.
    #[must_use]
    pub fn is_enterprise(&self) -> bool {
        let host = self.enterprise_host.as_deref().map(https_host);
        host.is_some_and(|host| host != "github.com" && self.is_home(&host))
    }

    /// Whether the user's git configuration lists a folder of another user as safe.
    #[must_use]
    pub fn trusts(&self, folder: &Path) -> bool {
        self.git_config().trusts(folder, self.home())
    }

    /// Whether `owner/repo` is on `host`, which is in lower case and has a port only if it is not
    /// the default one.
    fn is_home(&self, host: &str) -> bool {
        self.github_url.starts_with("https://") && https_host(&self.github_url) == host
    }
}

impl Environment for Env {
    fn search_path(&self) -> &[PathBuf] {
        &self.search_path
    }

    /// Read when it is used for the first time, because that starts a process.
    fn git_config(&self) -> &GitConfig {
        let git = || Programs::of(self).git();
        let read = || GitConfig::read(git, &self.current_dir, self.home.as_deref());
        self.git_config.get_or_init(read)
    }

    fn git_variables(&self) -> &[(&'static str, &'static str, String)] {
        &self.git_variables
    }

    fn home(&self) -> Option<&Path> {
        self.home.as_deref()
    }

    fn proxy_for(&self, scheme: &str) -> Option<(&'static str, &str)> {
        let set = if scheme == "https" {
            &self.https_proxy
        } else {
            &self.http_proxy
        };
        set.as_ref().map(|(name, url)| (*name, url.as_str()))
    }

    fn no_proxy(&self) -> Option<&str> {
        self.no_proxy.as_deref()
    }

    /// `MDSKILL_TOKEN` comes first, then the variables of GitHub's and GitLab's tools. A token is
    /// never sent to another host.
    fn token_for(&self, host: &str) -> Option<Token> {
        let is_home = self.is_home(host);
        let is_github = host == "github.com" || host.ends_with(".ghe.com");
        let serves = |variable| match variable {
            "MDSKILL_TOKEN" => is_home,
            "GH_TOKEN" => is_github,
            "GITHUB_TOKEN" => match &self.server_host {
                Some(server) => server == host,
                None => is_github,
            },
            "GITLAB_TOKEN" => self.is_gitlab(host),
            _ => is_home && !is_github,
        };
        let token = self.tokens.iter().find(|token| serves(&token.origin));
        token.cloned()
    }

    fn is_github(&self, host: &str) -> bool {
        host == "github.com" || self.is_home(host) || host.ends_with(".ghe.com")
    }

    /// Whether `host` is gitlab.com, or exactly the host of `GITLAB_HOST` or `CI_SERVER_URL`. A name
    /// such as `gitlab.example.com` proves nothing, because anyone can choose it.
    fn is_gitlab(&self, host: &str) -> bool {
        host == "gitlab.com" || self.gitlab_hosts.iter().any(|named| named == host)
    }

    fn is_ci(&self) -> bool {
        self.ci
    }

    fn ssh_command(&self) -> Option<&str> {
        self.ssh_command.as_deref()
    }

    fn ssh_program(&self) -> Option<&str> {
        self.ssh_program.as_deref()
    }

    fn timeout(&self) -> Duration {
        self.timeout
    }
}

/// Whether the terminal is known to show links. Nothing can ask a terminal, so this is the list of the
/// `supports-hyperlinks` crate.
fn shows_links(get: impl Fn(&str) -> Option<String>) -> bool {
    if let Some(forced) = get("FORCE_HYPERLINK") {
        return forced != "0";
    }
    let is_one_of = |name, known: &[&str]| get(name).is_some_and(|value| known.contains(&&*value));
    let is_set = |name| get(name).is_some();
    let vte = get("VTE_VERSION").and_then(|version| version.parse::<u32>().ok());
    is_set("DOMTERM")
        || is_set("WT_SESSION")
        || is_set("KONSOLE_VERSION")
        || vte.is_some_and(|version| version >= 5000)
        || is_one_of(
            "TERM_PROGRAM",
            &[
                "Hyper",
                "iTerm.app",
                "terminology",
                "WezTerm",
                "vscode",
                "ghostty",
                "zed",
            ],
        )
        || is_one_of(
            "TERM",
            &[
                "xterm-kitty",
                "alacritty",
                "alacritty-direct",
                "xterm-ghostty",
            ],
        )
        || is_one_of("COLORTERM", &["xfce4-terminal"])
}

/// Returns a URL with its scheme in lower case, or a folder, without a trailing slash.
fn base_url(text: &str) -> String {
    let text = text.trim_end_matches('/');
    match text.split_once("://") {
        Some((scheme, rest)) => format!("{}://{rest}", scheme.to_ascii_lowercase()),
        None => text.to_owned(),
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
mod tests;
