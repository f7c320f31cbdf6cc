//! [`Address`]: where a source really leads, in one spelling, so that none slips by a glob.

use reqwest::Url;

use crate::source::Source;
use mdskill_lint::path::is_hidden;

/// Where a source leads, spelled as the globs of `sources` are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Address {
    /// `owner/repo`, in lower case: GitHub tells no case apart.
    GitHub(String),
    /// A URL: its host in lower case, without the usual port, without `.git`.
    Url(String),
    /// A folder: how many folders up, and the rest of its path.
    Folder {
        /// How many `..` it begins with.
        up: usize,
        /// What follows them.
        rest: String,
    },
}

/// Why a source can't be judged by its text; no list allows one such.
pub(super) type Odd = &'static str;

const CLIMBS: Odd = "its path holds `.`, `..` or an empty part";
const ESCAPES: Odd = "its path hides a dot, a slash or a percent sign behind `%`";
const CHARACTERS: Odd = "it holds a character that no address needs";
const HOST: Odd = "its host or user can't be read";

impl Address {
    /// Spells where a source leads.
    pub(super) fn of(source: &Source) -> Result<Self, Odd> {
        match source {
            Source::GitHub { owner, repo } => of_github(owner, repo),
            Source::Git { url } => of_url(url).map(Self::Url),
            Source::Folder { path } => of_folder(path),
        }
    }

    /// Returns the address as a glob would have to be written to mean it alone.
    pub(super) fn text(&self) -> String {
        match self {
            Self::GitHub(name) => format!("github:{name}"),
            Self::Url(url) => url.clone(),
            Self::Folder { up, rest } => {
                let mut parts = vec![".."; *up];
                if !rest.is_empty() {
                    parts.push(rest);
                }
                format!("path:{}", parts.join("/"))
            }
        }
    }
}

/// A backslash, or a dot too many, would lead to another owner's repository.
fn of_github(owner: &str, repo: &str) -> Result<Address, Odd> {
    let is_plain = |part: &str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        !part.is_empty() && !part.starts_with('.') && part.chars().all(plain)
    };
    match is_plain(owner) && is_plain(repo) {
        true => Ok(Address::GitHub(
            format!("{owner}/{repo}").to_ascii_lowercase(),
        )),
        false => Err(CHARACTERS),
    }
}

/// A folder is judged by its text; who may make links in a project may change its `mdskill.toml`.
fn of_folder(path: &str) -> Result<Address, Odd> {
    if path.chars().any(|c| c == '\\' || is_hidden(c)) {
        return Err(CHARACTERS);
    }
    let mut rest = path.trim_end_matches('/');
    if rest.is_empty() || rest == "." {
        rest = "";
    }
    let mut up = 0;
    while let Some(above) = rest.strip_prefix("..") {
        let Some(above) = above.strip_prefix('/').or(above.is_empty().then_some("")) else {
            break;
        };
        (up, rest) = (up + 1, above);
    }
    let is_absolute = path.starts_with('/');
    let inside = match is_absolute {
        true => rest.strip_prefix('/').unwrap_or(rest),
        false => rest,
    };
    check_parts(inside)?;
    // `/` alone lost its only slash.
    let rest = match is_absolute && rest.is_empty() {
        true => "/",
        false => rest,
    };
    Ok(Address::Folder {
        up,
        rest: rest.to_owned(),
    })
}

fn of_url(url: &str) -> Result<String, Odd> {
    let odd = |c: char| is_hidden(c) || c.is_whitespace() || "\\?#".contains(c);
    if url.chars().any(odd) {
        return Err(CHARACTERS);
    }
    let Some((scheme, rest)) = url.split_once("://") else {
        // `user@host:path`, ssh's short form.
        let (authority, path) = url.split_once(':').ok_or(HOST)?;
        let path = path.strip_prefix('/').unwrap_or(path);
        return Ok(format!(
            "ssh://{}/{}",
            of_ssh(authority)?,
            repository(path)?
        ));
    };
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    match scheme {
        "ssh" => {
            let (host, port) = match authority.rsplit_once(':') {
                Some((host, port)) => (host, port.parse::<u16>().map_err(|_| HOST)?),
                None => (authority, 22),
            };
            let (host, path) = (of_ssh(host)?, repository(path)?);
            Ok(match port {
                22 => format!("ssh://{host}/{path}"),
                port => format!("ssh://{host}:{port}/{path}"),
            })
        }
        "https" | "http" => {
            repository(path)?;
            // As what fetches reads it: `127.1` and `0x7f000001` are one host.
            let parsed = Url::parse(url).map_err(|_| HOST)?;
            let has_user = !parsed.username().is_empty() || parsed.password().is_some();
            let host = parsed.host_str().filter(|_| !has_user).ok_or(HOST)?;
            let host = host.trim_end_matches('.');
            let path = repository(parsed.path().trim_start_matches('/'))?;
            Ok(match parsed.port() {
                None => format!("{scheme}://{host}/{path}"),
                Some(port) => format!("{scheme}://{host}:{port}/{path}"),
            })
        }
        "file" => {
            // On a disk, `x` and `x.git` are two.
            check_parts(path.trim_end_matches('/'))?;
            let parsed = Url::parse(url).map_err(|_| HOST)?;
            match parsed.host_str() {
                None => Ok(format!("file://{}", parsed.path().trim_end_matches('/'))),
                Some(_) => Err(HOST),
            }
        }
        _ => Err("it is not https, http, ssh or file"),
    }
}

/// Returns `[user@]host` in one spelling.
fn of_ssh(authority: &str) -> Result<String, Odd> {
    let (user, host) = match authority.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, authority),
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let is_plain =
        |part: &str| !part.is_empty() && !part.starts_with('-') && part.chars().all(plain);
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    if !is_plain(&host) || !user.is_none_or(is_plain) {
        return Err(HOST);
    }
    Ok(match user {
        Some(user) => format!("{user}@{host}"),
        None => host,
    })
}

/// Returns a repository's path behind its host, in one spelling: `x` and `x.git` are one.
pub(super) fn repository(path: &str) -> Result<&str, Odd> {
    let path = path.trim_end_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    match path.is_empty() {
        true => Err("it names no repository"),
        false => check_parts(path).map(|()| path),
    }
}

/// A server or a disk may read `..` where the text has `%2e%2e`.
pub(super) fn check_parts(path: &str) -> Result<(), Odd> {
    let escaped = path.to_ascii_lowercase();
    if ["%2e", "%2f", "%5c", "%25", "%00"]
        .iter()
        .any(|hidden| escaped.contains(hidden))
    {
        return Err(ESCAPES);
    }
    let climbs = |part: &str| matches!(part, "" | "." | "..");
    match !path.is_empty() && path.split('/').any(climbs) {
        true => Err(CLIMBS),
        false => Ok(()),
    }
}
