//! [`Spec`]: what the user typed to name skills.
//!
//! `[host/]owner/repo[/skill][@ref]`, a page's URL, a git URL with `//PATH` and
//! `@ref`, or a local folder. Parsing touches nothing; displaying a spec gives
//! back what parses to it.

use std::fmt;
use std::str::FromStr;

use crate::oid::ObjectId;
use crate::path::is_hidden;
use crate::source::{Source, hide_secret, is_scp_like};

/// What the user typed: a place, a skill in it, and a ref.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spec {
    /// The repository or folder.
    pub place: Place,
    /// A name, or a path inside the repository.
    pub skill: Option<String>,
    /// What follows `@`.
    pub reference: Option<Reference>,
}

/// How the repository was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// `owner/repo`.
    GitHub {
        /// A user or an organisation.
        owner: String,
        /// The repository.
        repo: String,
    },
    /// `host/owner/repo`.
    Host {
        /// The host, perhaps with a port.
        host: String,
        /// A user, an organisation or a group.
        owner: String,
        /// The repository.
        repo: String,
    },
    /// `https://HOST/owner/repo`, perhaps with `/tree/REF/PATH` behind it.
    Web {
        /// The host, perhaps with a port.
        host: String,
        /// A user, an organisation or a group.
        owner: String,
        /// The repository.
        repo: String,
        /// The part of the repository that the page shows.
        view: Option<View>,
    },
    /// Any other git URL.
    Url(String),
    /// A local folder, as typed.
    Folder(String),
}

/// The end of a page's URL. Where its ref ends and its path begins, only the
/// repository's refs can tell: `feature/x` is one ref.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// `tree`, `blob`, or GitLab's `-/tree` and `-/blob`.
    pub kind: &'static str,
    /// `REF/PATH`.
    pub rest: String,
}

/// What follows `@`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// A branch or a tag, short or as `refs/heads/x`.
    Name(String),
    /// A commit id of 40 digits.
    Commit(ObjectId),
    /// A range over the tags, `^1.2`.
    Range(semver::VersionReq, String),
}

/// A text that is no spec.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a skill spec: {problem}; write {right}", text = text.escape_debug())]
pub struct SpecError {
    /// What was typed.
    pub text: String,
    /// What is wrong with it.
    pub problem: String,
    /// The right form, with an example.
    pub right: String,
}

const SHORT_FORM: &str = "`owner/repo/skill`, for example `wshobson/agents/async-python-patterns`";
const URL_FORM: &str = "a git URL with `//` before the skill's path, for example `https://gitlab.com/acme/skills.git//skills/pdf@v1.2`";
const REF_FORM: &str = "a branch, a tag, 40 digits of a commit or a range after `@`, for example `owner/repo/skill@v1.2` or `owner/repo/skill@^1.2`";

impl Spec {
    /// Returns the source that this spec names.
    ///
    /// A folder's path is left as typed; the caller knows the folder it is relative to.
    #[must_use]
    pub fn source(&self) -> Source {
        match &self.place {
            Place::GitHub { owner, repo } => Source::GitHub {
                owner: owner.clone(),
                repo: repo.clone(),
            },
            Place::Host { host, owner, repo }
            | Place::Web {
                host, owner, repo, ..
            } => match host.as_str() {
                "github.com" | "www.github.com" => Source::GitHub {
                    owner: owner.clone(),
                    repo: repo.clone(),
                },
                _ => Source::Git {
                    url: format!("https://{host}/{owner}/{repo}"),
                },
            },
            Place::Url(url) => match github_repository(url) {
                Some((owner, repo)) => Source::GitHub { owner, repo },
                None => Source::Git { url: url.clone() },
            },
            Place::Folder(path) => Source::Folder { path: path.clone() },
        }
    }
}

impl FromStr for Spec {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        parse(text).map_err(|(problem, right)| SpecError {
            // A password that was typed must not end up in a log as well.
            text: hide_secret(text),
            problem,
            right: right.to_owned(),
        })
    }
}

/// `https://github.com/o/r.git` is the same source as `o/r`, so that it is fetched and locked once.
fn github_repository(url: &str) -> Option<(String, String)> {
    let (owner, repo) = url.strip_prefix("https://github.com/")?.split_once('/')?;
    let repo = repo.strip_suffix(".git").unwrap_or(repo);
    (!repo.contains('/')).then(|| (owner.to_owned(), repo.to_owned()))
}

/// What is wrong, and the right form.
type Fault = (String, &'static str);

fn fault<T>(problem: impl Into<String>, right: &'static str) -> Result<T, Fault> {
    Err((problem.into(), right))
}

fn parse(text: &str) -> Result<Spec, Fault> {
    if text.is_empty() {
        return fault("it is empty", SHORT_FORM);
    }
    if text.chars().any(is_hidden) {
        return fault("it has a control or an invisible character", SHORT_FORM);
    }
    if is_folder(text) {
        return Ok(Spec {
            place: Place::Folder(text.to_owned()),
            skill: None,
            reference: None,
        });
    }
    if text.starts_with('-') {
        return fault("it starts with `-`, as an option does", SHORT_FORM);
    }
    if text.contains("://") {
        return parse_url(text);
    }
    if is_scp_like(text) {
        let colon = text.find(':').unwrap_or_default();
        return parse_git_url(text, colon + 1);
    }
    parse_short(text)
}

/// Whether the text begins as a path does: cargo, npm and uv ask for the same.
fn is_folder(text: &str) -> bool {
    let drive = text.as_bytes();
    let windows = drive.len() > 2
        && drive[0].is_ascii_alphabetic()
        && drive[1] == b':'
        && matches!(drive[2], b'\\' | b'/');
    matches!(text, "." | "..")
        || ["./", "../", "/", ".\\", "..\\"]
            .iter()
            .any(|start| text.starts_with(start))
        || windows
}

/// `[host/]owner/repo[/skill][@ref]`, also with `github:` before it, as the lockfile writes.
fn parse_short(text: &str) -> Result<Spec, Fault> {
    let text = text.strip_prefix("github:").unwrap_or(text);
    let (body, reference) = split_reference(text, 0)?;
    let parts: Vec<&str> = body.trim_end_matches('/').split('/').collect();
    if parts.iter().any(|part| part.is_empty()) {
        return fault("it has an empty part", SHORT_FORM);
    }
    if parts.len() == 1 {
        let problem = "it names no repository (a folder of yours starts with `./`)";
        return fault(problem, SHORT_FORM);
    }
    // GitHub's owners have no dots, so a dot can only be a host's.
    let has_host = parts[0].contains('.') || parts[0].contains(':');
    if has_host && parts.len() < 3 {
        return fault(
            "a host needs `owner/repo` behind it",
            "`host/owner/repo/skill`, for example `gitlab.com/acme/skills/pdf`",
        );
    }
    let (host, rest) = if has_host {
        (Some(parts[0]), &parts[1..])
    } else {
        (None, &parts[..])
    };
    let owner = repository_part(rest[0])?;
    let repo = repository_part(rest[1].strip_suffix(".git").unwrap_or(rest[1]))?;
    let place = match host {
        Some(host) => Place::Host {
            host: host_part(host)?,
            owner,
            repo,
        },
        None => Place::GitHub { owner, repo },
    };
    let skill = skill_part(&rest[2..].join("/"))?;
    Ok(Spec {
        place,
        skill,
        reference,
    })
}

fn parse_url(text: &str) -> Result<Spec, Fault> {
    let (scheme, rest) = text.split_once("://").unwrap_or_default();
    if !matches!(scheme, "https" | "http" | "ssh" | "file") {
        return fault(
            format!("`{scheme}` is not https, http, ssh or file"),
            URL_FORM,
        );
    }
    if rest.contains(['?', '#']) || rest.contains(char::is_whitespace) {
        return fault("a git URL has no `?`, no `#` and no space", URL_FORM);
    }
    let authority_end = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(authority_end);
    if authority.is_empty() != (scheme == "file") {
        return fault("its host is missing or in the wrong place", URL_FORM);
    }
    let secret = authority
        .rsplit_once('@')
        .is_some_and(|(user, _)| scheme != "ssh" || user.contains(':'));
    if secret {
        return fault(
            "it holds a name or password, which would end up in the lockfile",
            "the URL without it, and set MDSKILL_TOKEN or use git's credential helper",
        );
    }
    if authority.starts_with('-') {
        return fault("its host starts with `-`", URL_FORM);
    }
    let body = path.trim_end_matches('/');
    let is_page = matches!(scheme, "https")
        && !body.contains("//")
        && !body
            .split('/')
            .any(|part| part.strip_suffix(".git").is_some() || part.contains(".git@"));
    if is_page {
        return parse_page(authority, body);
    }
    parse_git_url(text, scheme.len() + 3 + authority_end)
}

/// `https://HOST/owner/repo[/tree/REF/PATH][@ref]`.
fn parse_page(host: &str, path: &str) -> Result<Spec, Fault> {
    let host = host_part(host)?;
    let (path, reference) = split_reference(path, 0)?;
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    if parts.len() < 2 || parts.iter().any(|part| part.is_empty()) {
        return fault(
            "it names no repository",
            "`https://HOST/owner/repo`, for example `https://github.com/wshobson/agents`",
        );
    }
    let owner = repository_part(parts[0])?;
    let repo = repository_part(parts[1])?;
    let view = match parts[2..] {
        [] => None,
        ["tree", ..] => Some(("tree", &parts[3..])),
        ["blob", ..] => Some(("blob", &parts[3..])),
        ["-", "tree", ..] => Some(("-/tree", &parts[4..])),
        ["-", "blob", ..] => Some(("-/blob", &parts[4..])),
        _ => {
            return fault(
                "what follows the repository is neither `/tree/` nor `/blob/`",
                URL_FORM,
            );
        }
    };
    let view = match view {
        Some((_, [])) => {
            return fault(
                "its ref is missing",
                "`https://HOST/owner/repo/tree/REF/PATH`",
            );
        }
        Some((kind, rest)) if reference.is_none() => Some(View {
            kind,
            rest: path_part(&rest.join("/"))?,
        }),
        Some(_) => {
            return fault(
                "it has two refs, one in the page and one after `@`",
                REF_FORM,
            );
        }
        None => None,
    };
    let place = Place::Web {
        host,
        owner,
        repo,
        view,
    };
    Ok(Spec {
        place,
        skill: None,
        reference,
    })
}

/// A git URL whose path begins at `path_start`, with `//PATH` and `@ref` behind it.
fn parse_git_url(text: &str, path_start: usize) -> Result<Spec, Fault> {
    let (body, reference) = split_reference(text, path_start)?;
    let path = &body[path_start..];
    let (end, skill) = match path.find("//") {
        Some(at) => (path_start + at, skill_part(&path[at + 2..])?),
        None => (body.len(), None),
    };
    let url = body[..end].trim_end_matches('/');
    if url.len() <= path_start {
        return fault("it names no repository", URL_FORM);
    }
    Ok(Spec {
        place: Place::Url(url.to_owned()),
        skill,
        reference,
    })
}

/// Splits `body@ref` at the first `@` after `start`: a ref may have slashes.
fn split_reference(text: &str, start: usize) -> Result<(&str, Option<Reference>), Fault> {
    match text[start..].find('@') {
        None => Ok((text, None)),
        Some(at) => {
            let (body, reference) = text.split_at(start + at);
            Ok((body, Some(parse_reference(&reference[1..])?)))
        }
    }
}

fn parse_reference(text: &str) -> Result<Reference, Fault> {
    if let Ok(id) = text.parse() {
        return Ok(Reference::Commit(id));
    }
    if text.starts_with(['^', '~', '>', '<', '=']) {
        return match semver::VersionReq::parse(text) {
            Ok(range) => Ok(Reference::Range(range, text.to_owned())),
            Err(error) => fault(format!("`{text}` is no version range: {error}"), REF_FORM),
        };
    }
    match reference_fault(text) {
        None => Ok(Reference::Name(text.to_owned())),
        Some(problem) => fault(format!("`{text}` can't be a ref: {problem}"), REF_FORM),
    }
}

/// What git-check-ref-format(1) forbids in a ref's name.
fn reference_fault(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        return Some("it is empty");
    }
    let is_lock = name.strip_suffix(".lock").is_some();
    if name.starts_with(['-', '/']) || name.ends_with(['/', '.']) || is_lock {
        return Some("it starts or ends as no ref may");
    }
    let forbidden = |c: char| c.is_whitespace() || "~^:?*[\\".contains(c);
    if name.chars().any(forbidden)
        || name.contains("..")
        || name.contains("@{")
        || name.contains("//")
        || name == "@"
    {
        return Some("git forbids what it contains");
    }
    None
}

fn host_part(host: &str) -> Result<String, Fault> {
    let valid = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    match !host.is_empty() && !host.starts_with('-') && host.chars().all(valid) {
        true => Ok(host.to_ascii_lowercase()),
        false => fault(format!("`{host}` is no host"), SHORT_FORM),
    }
}

fn repository_part(name: &str) -> Result<String, Fault> {
    let valid = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    match !name.is_empty() && !name.starts_with('.') && name.chars().all(valid) {
        true => Ok(name.to_owned()),
        false => fault(
            format!("`{name}` can't be an owner or a repository"),
            SHORT_FORM,
        ),
    }
}

/// A name or path of a skill; `SKILL.md` at its end names the folder it is in.
fn skill_part(text: &str) -> Result<Option<String>, Fault> {
    let text = text.trim_matches('/');
    let text = match text.strip_suffix("SKILL.md") {
        Some(folder) if folder.is_empty() || folder.ends_with('/') => folder.trim_end_matches('/'),
        _ => text,
    };
    match text {
        "" => Ok(None),
        text => path_part(text).map(Some),
    }
}

fn path_part(text: &str) -> Result<String, Fault> {
    let climbs = text.split('/').any(|part| matches!(part, "" | "." | ".."));
    match climbs {
        true => fault(
            format!("`{text}` has an empty part, `.` or `..`"),
            SHORT_FORM,
        ),
        false => Ok(text.to_owned()),
    }
}

impl fmt::Display for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.place)?;
        if let Some(skill) = &self.skill {
            let slashes = if matches!(self.place, Place::Url(_)) {
                "//"
            } else {
                "/"
            };
            write!(f, "{slashes}{skill}")?;
        }
        match &self.reference {
            Some(reference) => write!(f, "@{reference}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::GitHub { owner, repo } => write!(f, "{owner}/{repo}"),
            Self::Host { host, owner, repo } => write!(f, "{host}/{owner}/{repo}"),
            Self::Web {
                host,
                owner,
                repo,
                view,
            } => {
                write!(f, "https://{host}/{owner}/{repo}")?;
                match view {
                    Some(View { kind, rest }) => write!(f, "/{kind}/{rest}"),
                    None => Ok(()),
                }
            }
            Self::Url(text) | Self::Folder(text) => f.write_str(text),
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(text) | Self::Range(_, text) => f.write_str(text),
            Self::Commit(id) => write!(f, "{id}"),
        }
    }
}

impl FromStr for Reference {
    type Err = String;

    /// Parses a lockfile's `ref`, or what follows `@`.
    fn from_str(text: &str) -> Result<Self, String> {
        parse_reference(text).map_err(|(problem, right)| format!("{problem}; write {right}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn spec(text: &str) -> Spec {
        text.parse().unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn every_form_of_the_design_parses_and_displays_the_same() {
        for text in [
            "owner/repo",
            "owner/repo/skill",
            "owner/repo/plugins/x/skills/skill@feature/x",
            "owner/repo@^1.2",
            "owner/repo/skill@367cb6a4a182cf7e9b0a17c9429f7411ddd9cf35",
            "gitlab.com/owner/repo/skill@v1",
            "https://github.com/owner/repo",
            "https://github.com/owner/repo/tree/feature/x/skills/pdf",
            "https://github.com/owner/repo/blob/main/skills/pdf/SKILL.md",
            "https://gitlab.com/owner/repo/-/tree/main/skills/pdf",
            "https://gitlab.com/group/sub/repo.git//skills/pdf@main",
            "ssh://git@host:2222/owner/x.git//skills/pdf",
            "git@host:owner/x.git//skills/pdf@v1",
            "file:///srv/x.git//pdf",
            "./skills/x",
            "../x",
            "/abs/x",
        ] {
            assert_eq!(spec(text).to_string(), text);
        }
    }

    #[test]
    fn the_lockfiles_form_and_a_skill_file_are_understood() {
        assert_eq!(spec("github:a/b/c").to_string(), "a/b/c");
        assert_eq!(spec("a/b.git/c/SKILL.md").to_string(), "a/b/c");
        assert_eq!(
            spec("https://github.com/a/b").source().to_string(),
            "github:a/b"
        );
        assert_eq!(
            spec("https://github.com/a/b.git//c").source().to_string(),
            "github:a/b"
        );
        assert_eq!(spec("github.com/a/b/c").source().to_string(), "github:a/b");
        assert_eq!(
            spec("gitlab.com/a/b/c").source().to_string(),
            "https://gitlab.com/a/b"
        );
    }

    #[test]
    fn each_bad_form_shows_the_right_one() {
        for (text, problem) in [
            ("", "it is empty"),
            ("async-python-patterns", "it names no repository"),
            ("a//b", "it has an empty part"),
            ("a/b/../c", "`..`"),
            ("gitlab.com/a", "a host needs `owner/repo`"),
            ("a/b@", "it is empty"),
            ("a/b@^x", "no version range"),
            ("a/b@x..y", "can't be a ref"),
            ("ftp://h/x.git", "`ftp` is not https"),
            ("https://token@h/a/b.git", "holds a name or password"),
            ("https://u:p@h/a/b.git", "holds a name or password"),
            ("ssh://u:p@h/a/b.git", "holds a name or password"),
            ("ssh://-oProxyCommand=x/a/b.git", "host"),
            ("https://github.com/a", "it names no repository"),
            (
                "https://github.com/a/b/pulls",
                "neither `/tree/` nor `/blob/`",
            ),
            ("https://github.com/a/b/tree", "its ref is missing"),
            ("-x/y", "starts with `-`"),
            ("a/b c", "can't be an owner or a repository"),
            ("a/b\u{1b}[31m", "control"),
        ] {
            let error = text.parse::<Spec>().expect_err(text).to_string();
            assert!(error.contains(problem), "{error}");
            assert!(error.contains("; write "), "{error}");
            assert!(!error.contains('\u{1b}'));
        }
    }

    proptest! {
        #[test]
        fn what_is_displayed_parses_to_the_same(
            host in proptest::option::of("[a-z]{1,5}\\.[a-z]{2,3}"),
            owner in "[a-zA-Z0-9][a-zA-Z0-9-]{0,6}", repo in "[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,6}[a-z]",
            skill in proptest::option::of("[a-zA-Z0-9 _.ü-]{0,4}[a-z](/[a-z-]{1,6}){0,3}"),
            reference in proptest::option::of("[a-z]{1,4}(/[a-z0-9]{1,4})?|v[0-9]\\.[0-9]|[0-9a-f]{40}|\\^[0-9]\\.[0-9]"),
        ) {
            let mut text = host.map(|host| host + "/").unwrap_or_default();
            text = format!("{text}{owner}/{repo}");
            if let Some(skill) = skill { text = format!("{text}/{skill}"); }
            if let Some(reference) = reference { text = format!("{text}@{reference}"); }
            if let Ok(spec) = text.parse::<Spec>() {
                prop_assert_eq!(spec.to_string().parse::<Spec>().unwrap(), spec);
            }
        }

        #[test]
        fn no_text_panics_and_what_parses_round_trips(text in "\\PC{0,40}|[a-z@:/.-]{0,40}") {
            if let Ok(spec) = text.parse::<Spec>() {
                prop_assert_eq!(spec.to_string().parse::<Spec>().unwrap(), spec);
            }
        }
    }
}
