//! [`Address`]: the normalized address of a source, so that no spelling evades a glob.

use reqwest::Url;

use crate::source::Source;
use mdskill_lint::path::is_hidden;

/// The address of a source, normalized like the globs of `sources`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Address {
    /// `owner/repo` in lower case, because GitHub ignores case.
    GitHub(String),
    /// A URL with its host in lower case, without the default port and without `.git`.
    Url(String),
    /// The address of a site, normalized as a URL. It is another kind, because what a forge serves below
    /// the address of a repository, such as an attachment, need not be of the repository's owner.
    Site(String),
    /// A folder.
    Folder {
        /// The number of leading `..`.
        up: usize,
        /// The rest of the path.
        rest: String,
    },
}

/// The reason why a source has no unambiguous address. No list allows such a source.
pub(super) type Ambiguity = &'static str;

const CLIMBS: Ambiguity = "its path has `.`, `..`, or an empty part";
const ESCAPES: Ambiguity = "its path has an encoded dot, slash, or percent sign";
const CHARACTERS: Ambiguity = "it has a character that is not allowed in an address";
const HOST: Ambiguity = "its host or user is not valid";

impl Address {
    /// Normalizes the address of a source.
    pub(super) fn of(source: &Source) -> Result<Self, Ambiguity> {
        match source {
            Source::GitHub { owner, repo } => of_github(owner, repo),
            Source::Git { url } => of_url(url).map(Self::Url),
            Source::Site { url } => of_site(url).map(Self::Site),
            Source::Folder { path } => of_folder(path).map(|(up, rest)| Self::Folder { up, rest }),
        }
    }

    /// Returns the glob that matches this address only.
    pub(super) fn text(&self) -> String {
        match self {
            Self::GitHub(name) => format!("github:{name}"),
            Self::Url(url) => url.clone(),
            Self::Site(url) => format!("site:{url}"),
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

/// Rejects characters such as a backslash, and leading dots, which could lead to the repository
/// of another owner.
fn of_github(owner: &str, repo: &str) -> Result<Address, Ambiguity> {
    let is_plain = |part: &str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        !part.is_empty() && !part.starts_with('.') && part.chars().all(plain)
    };
    if is_plain(owner) && is_plain(repo) {
        let name = format!("{owner}/{repo}").to_ascii_lowercase();
        Ok(Address::GitHub(name))
    } else {
        Err(CHARACTERS)
    }
}

/// Uses the path as text and ignores symlinks, because a user who can create links in a project can
/// also change its `mdskill.toml`.
///
/// Returns the number of leading `..`, and the rest of the path.
pub(super) fn of_folder(path: &str) -> Result<(usize, String), Ambiguity> {
    if path.chars().any(|c| c == '\\' || is_hidden(c)) {
        return Err(CHARACTERS);
    }
    let parts: Vec<&str> = path.trim_end_matches('/').split('/').collect();
    let up = parts.iter().take_while(|part| **part == "..").count();
    let rest = parts[up..].join("/");
    let rest = match rest.as_str() {
        "." if up == 0 => "",
        "" if path.starts_with('/') => "/",
        rest => rest,
    };
    check_parts(rest.strip_prefix('/').unwrap_or(rest))?;
    Ok((up, rest.to_owned()))
}

/// Also normalizes a glob, whose host may have a star.
pub(super) fn of_url(url: &str) -> Result<String, Ambiguity> {
    check_characters(url)?;
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
            let (origin, parsed) = of_web(url)?;
            let path = repository(parsed.path().trim_start_matches('/'))?;
            Ok(format!("{origin}/{path}"))
        }
        "file" => {
            // On disk, `x` and `x.git` are different.
            check_parts(path.trim_end_matches('/'))?;
            let parsed = Url::parse(url).map_err(|_| HOST)?;
            match parsed.host_str() {
                None => Ok(format!("file://{}", parsed.path().trim_end_matches('/'))),
                Some(_) => Err(HOST),
            }
        }
        _ => Err("it is not an https, http, ssh, or file URL"),
    }
}

/// Also normalizes a glob, whose host may have a star.
pub(super) fn of_site(url: &str) -> Result<String, Ambiguity> {
    check_characters(url)?;
    let (scheme, rest) = url.split_once("://").ok_or(HOST)?;
    if !matches!(scheme, "https" | "http") {
        return Err("it is not an https URL");
    }
    let path = rest.split_once('/').map_or("", |(_, path)| path);
    check_parts(path.trim_end_matches('/'))?;
    let (origin, parsed) = of_web(url)?;
    Ok(format!("{origin}{}", parsed.path().trim_end_matches('/')))
}

fn check_characters(url: &str) -> Result<(), Ambiguity> {
    let is_forbidden = |c: char| is_hidden(c) || c.is_whitespace() || "\\?#".contains(c);
    if url.chars().any(is_forbidden) {
        return Err(CHARACTERS);
    }
    Ok(())
}

/// Returns the scheme and the host of a URL, parsed as the HTTP client does: `127.1` and `0x7f000001` are
/// the same host.
fn of_web(url: &str) -> Result<(String, Url), Ambiguity> {
    let parsed = Url::parse(url).map_err(|_| HOST)?;
    let has_user = !parsed.username().is_empty() || parsed.password().is_some();
    let host = parsed.host_str().filter(|_| !has_user).ok_or(HOST)?;
    let (scheme, host) = (parsed.scheme(), host.trim_end_matches('.'));
    let origin = match parsed.port() {
        None => format!("{scheme}://{host}"),
        Some(port) => format!("{scheme}://{host}:{port}"),
    };
    Ok((origin, parsed))
}

/// Normalizes `[user@]host`.
fn of_ssh(authority: &str) -> Result<String, Ambiguity> {
    let (user, host) = match authority.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, authority),
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let is_plain =
        |part: &str| !part.is_empty() && !part.starts_with('-') && part.chars().all(plain);
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    if !is_plain(&host.replace('*', "x")) || !user.is_none_or(is_plain) {
        return Err(HOST);
    }
    Ok(match user {
        Some(user) => format!("{user}@{host}"),
        None => host,
    })
}

/// Normalizes the path of a repository on a host: `x` and `x.git` are the same.
fn repository(path: &str) -> Result<&str, Ambiguity> {
    let path = path.trim_end_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    if path.is_empty() {
        return Err("it does not name a repository");
    }
    check_parts(path).map(|()| path)
}

/// Rejects parts that climb, also encoded, because a server or a file system may decode `%2e%2e`.
fn check_parts(path: &str) -> Result<(), Ambiguity> {
    let escaped = path.to_ascii_lowercase();
    if ["%2e", "%2f", "%5c", "%25", "%00"]
        .iter()
        .any(|hidden| escaped.contains(hidden))
    {
        return Err(ESCAPES);
    }
    let climbs = |part: &str| matches!(part, "" | "." | "..");
    if !path.is_empty() && path.split('/').any(climbs) {
        return Err(CLIMBS);
    }
    Ok(())
}
