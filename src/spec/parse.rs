//! Parses a [`Spec`].

use std::borrow::Cow;
use std::str::FromStr;

use super::{GitRef, ROOT, Spec, SpecError, SpecSource, page, site};
use crate::redact::{has_secret, redact_url};
use crate::source::is_scp_like;
use mdskill_lint::path::is_hidden;

const SHORT_FORM: &str = "`owner/repo/skill`, for example `wshobson/agents/async-python-patterns`";
pub(super) const URL_FORM: &str = "a git URL with `//` before the skill's path, for example `https://gitlab.com/acme/skills.git//skills/pdf@v1.2`";
pub(super) const REF_FORM: &str = "a branch, a tag, a full commit id, or a version range after `@`, for example `owner/repo/skill@v1.2` or `owner/repo/skill@^1.2`";

impl FromStr for Spec {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        parse(text).map_err(|(problem, expected)| SpecError {
            // A password must not end up in a log.
            text: redact_url(text),
            problem,
            expected: expected.into_owned(),
        })
    }
}

impl FromStr for GitRef {
    type Err = String;

    /// Parses the `ref` of a lockfile, or the part of a spec after `@`.
    fn from_str(text: &str) -> Result<Self, String> {
        parse_git_ref(text).map_err(|(problem, expected)| format!("{problem}; use {expected}"))
    }
}

/// A problem, and a valid form.
pub(super) type Fault = (String, Cow<'static, str>);

pub(super) fn fault<T>(
    problem: impl Into<String>,
    expected: impl Into<Cow<'static, str>>,
) -> Result<T, Fault> {
    Err((problem.into(), expected.into()))
}

fn parse(text: &str) -> Result<Spec, Fault> {
    if text.is_empty() {
        return fault("it is empty", SHORT_FORM);
    }
    if text.chars().any(is_hidden) {
        return fault(
            "it contains a control character or an invisible character",
            SHORT_FORM,
        );
    }
    if is_folder(text) {
        return Ok(Spec {
            origin: SpecSource::Folder(text.to_owned()),
            skill: None,
            git_ref: None,
        });
    }
    if has_secret(text) {
        return fault(
            "it contains a user name or password, or a token, which would be stored in the lockfile",
            "the URL without it, and set MDSKILL_TOKEN or a git credential helper",
        );
    }
    if text.starts_with('-') {
        return fault("it starts with `-`, like an option", SHORT_FORM);
    }
    if let Some(url) = text.strip_prefix("site:") {
        return site::explicit(url);
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

/// Whether the text starts like a path. cargo, npm, and uv have the same rule. A name that begins
/// with a dot is neither a host nor an owner, so `.claude/skills/pdf` is a path, too.
fn is_folder(text: &str) -> bool {
    let drive = text.as_bytes();
    let windows = drive.len() > 2
        && drive[0].is_ascii_alphabetic()
        && drive[1] == b':'
        && matches!(drive[2], b'\\' | b'/');
    text.starts_with(['.', '/', '\\']) || windows
}

/// The prefixes of hosts: that of the lockfile, and those of other tools.
const HOSTS: [(&str, &str); 5] = [
    ("github:", ""),
    ("gh:", ""),
    ("gitlab:", "gitlab.com/"),
    ("bitbucket:", "bitbucket.org/"),
    ("codeberg:", "codeberg.org/"),
];

/// Parses `[host/]owner/repo[/skill][@ref]`, with an optional `github:` as in the lockfile.
fn parse_short(text: &str) -> Result<Spec, Fault> {
    for (prefix, host) in HOSTS {
        if let Some(rest) = text.strip_prefix(prefix) {
            return parse_short(&format!("{host}{rest}"));
        }
    }
    // npm's packages have scopes, `@owner/name`.
    let text = text.strip_prefix('@').unwrap_or(text);
    let first = text.split(['/', '@']).next().unwrap_or_default();
    // Without the prefix it would be a folder or an option.
    if is_folder(text) || text.starts_with('-') {
        return fault(
            format!("`{first}` is not a valid owner or host"),
            SHORT_FORM,
        );
    }
    // Owners on GitHub have no dots, so a name with a dot is a host.
    let has_host = first.contains('.') || first.contains(':');
    if has_host
        && page::is_page(
            &first.to_ascii_lowercase(),
            text[first.len()..].trim_start_matches('/'),
        )
    {
        return page::parse("https", first, &text[first.len()..]);
    }
    let (body, git_ref) = split_short(text)?;
    let parts: Vec<&str> = body.trim_end_matches('/').split('/').collect();
    if parts.iter().any(|part| part.is_empty()) {
        return fault("it has an empty part", SHORT_FORM);
    }
    if parts.len() == 1 {
        return fault(
            "it does not name a repository",
            format!("`owner/repo/{body}`, or `./{body}` for a folder"),
        );
    }
    if has_host && parts.len() < 3 {
        return fault(
            "the host is not followed by `owner/repo`",
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
    let origin = match host {
        Some(host) => SpecSource::Host {
            host: host_part(host)?,
            owner,
            repo,
        },
        None => SpecSource::GitHub { owner, repo },
    };
    let skill = skill_part(&rest[2..].join("/"))?;
    Ok(Spec {
        origin,
        skill,
        git_ref,
    })
}

/// Splits `body@ref`, or `body#ref` as npm and `npx skills` have it.
fn split_short(text: &str) -> Result<(&str, Option<GitRef>), Fault> {
    let Some(at) = text.find(['@', '#']) else {
        return Ok((text, None));
    };
    let (body, git_ref) = text.split_at(at);
    Ok((body, Some(parse_git_ref(&git_ref[1..])?)))
}

fn parse_url(text: &str) -> Result<Spec, Fault> {
    // pip's form.
    let text = text.strip_prefix("git+").unwrap_or(text);
    let (scheme, rest) = text.split_once("://").unwrap_or_default();
    let scheme = scheme.to_ascii_lowercase();
    // The page of a skill in a site, as a browser has it.
    let rest = rest.strip_suffix("/index.html").unwrap_or(rest);
    if !matches!(scheme.as_str(), "https" | "http" | "ssh" | "file") {
        return fault(
            format!("`{scheme}` is not https, http, ssh, or file"),
            URL_FORM,
        );
    }
    let authority_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(authority_end);
    if authority.is_empty() != (scheme == "file") {
        return fault("its host is missing or misplaced", URL_FORM);
    }
    if authority.starts_with('-') {
        return fault("its host starts with `-`", URL_FORM);
    }
    if matches!(scheme.as_str(), "https" | "http")
        && let Some(spec) = site::implied(&scheme, authority, path)
    {
        return spec;
    }
    let text = format!("{scheme}://{rest}");
    let path_start = scheme.len() + 3 + authority_end;
    if !matches!(scheme.as_str(), "https" | "http") || path.contains("//") {
        return parse_git_url(&text, path_start);
    }
    match after_git_suffix(path) {
        None | Some("/") => page::parse(&scheme, authority, path),
        // A page of the repository.
        Some(rest) if rest.starts_with('/') && page::is_page("", &format!("a/b{rest}")) => {
            page::parse(&scheme, authority, path)
        }
        Some(rest) => match rest.strip_prefix('/') {
            Some(skill) => {
                let repository = &text[..text.len() - rest.len()];
                parse_git_url(&format!("{repository}//{skill}"), path_start)
            }
            None => parse_git_url(&text, path_start),
        },
    }
}

/// Returns the part of a path after the first name that ends with `.git`.
fn after_git_suffix(path: &str) -> Option<&str> {
    let ends = path
        .match_indices(".git")
        .map(|(at, suffix)| at + suffix.len());
    let mut rests = ends.map(|end| &path[end..]);
    rests.find(|rest| rest.is_empty() || rest.starts_with(['/', '@', '#', '?']))
}

/// Parses a git URL whose path begins at `path_start`, followed by `//PATH` and `@ref`, or by
/// `#ref` as npm has it.
fn parse_git_url(text: &str, path_start: usize) -> Result<Spec, Fault> {
    let (text, fragment) = match text[path_start..].find(['@', '#']) {
        Some(at) if text[path_start + at..].starts_with('#') => {
            let (text, fragment) = text.split_at(path_start + at);
            (text, Some(&fragment[1..]))
        }
        _ => (text, None),
    };
    let (body, git_ref) = match fragment {
        Some(fragment) => (text, Some(parse_git_ref(fragment)?)),
        None => split_git_ref(text, path_start)?,
    };
    if body.contains("://") && (body.contains('?') || body.contains(char::is_whitespace)) {
        return fault("a git URL can't have `?` or spaces", URL_FORM);
    }
    let path = &body[path_start..];
    let (end, skill) = match path.find("//") {
        Some(at) => (path_start + at, skill_part(&path[at + 2..])?),
        None => (body.len(), None),
    };
    let url = body[..end].trim_end_matches('/');
    // A second address, as in `https://github.com/https://`. A drive of Windows ends with `:`, too.
    let has_scheme = !text.starts_with("file:")
        && url
            .get(path_start..)
            .is_some_and(|path| path.split('/').any(|part| part.ends_with(':')));
    if url.len() <= path_start || has_scheme {
        return fault("it does not name a repository", URL_FORM);
    }
    Ok(Spec {
        origin: SpecSource::Url(url.to_owned()),
        skill,
        git_ref,
    })
}

/// Splits `body@ref` at the first `@` after `start`: a ref may have slashes.
pub(super) fn split_git_ref(text: &str, start: usize) -> Result<(&str, Option<GitRef>), Fault> {
    match text[start..].find('@') {
        None => Ok((text, None)),
        Some(at) => {
            let (body, git_ref) = text.split_at(start + at);
            Ok((body, Some(parse_git_ref(&git_ref[1..])?)))
        }
    }
}

pub(super) fn parse_git_ref(text: &str) -> Result<GitRef, Fault> {
    if let Ok(id) = text.parse() {
        return Ok(GitRef::Commit(id));
    }
    if text.starts_with(['^', '~', '>', '<', '=']) {
        return match semver::VersionReq::parse(text) {
            Ok(range) => Ok(GitRef::Range(range, text.to_owned())),
            Err(error) => fault(format!("invalid version range `{text}`: {error}"), REF_FORM),
        };
    }
    match git_ref_fault(text) {
        None => Ok(GitRef::Name(text.to_owned())),
        Some(problem) => fault(format!("invalid ref `{text}`: {problem}"), REF_FORM),
    }
}

/// Returns the rule of git-check-ref-format(1) that a name breaks.
fn git_ref_fault(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        return Some("it is empty");
    }
    let is_lock = name.strip_suffix(".lock").is_some();
    if name.starts_with(['-', '/']) || name.ends_with(['/', '.']) || is_lock {
        return Some("it starts or ends with characters that git does not allow there");
    }
    let forbidden = |c: char| c.is_whitespace() || "~^:?*[\\".contains(c);
    if name.chars().any(forbidden)
        || name.contains("..")
        || name.contains("@{")
        || name.contains("//")
        || name == "@"
    {
        return Some("it contains characters that git does not allow");
    }
    None
}

pub(super) fn host_part(host: &str) -> Result<String, Fault> {
    if is_host(host) {
        Ok(host.to_ascii_lowercase())
    } else {
        fault(format!("`{host}` is not a valid host"), SHORT_FORM)
    }
}

/// Whether the text is a host name or an address, with an optional port.
fn is_host(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    let is_address = |c: char| c.is_ascii_hexdigit() || matches!(c, '.' | ':');
    let (is_name, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (address, port) = rest.split_once(']').unwrap_or_default();
            (!address.is_empty() && address.chars().all(is_address), port)
        }
        None => {
            let (name, port) = text.split_at(text.find(':').unwrap_or(text.len()));
            let is_name = !name.is_empty() && !name.starts_with('-') && name.chars().all(is_plain);
            (is_name, port)
        }
    };
    let is_port = |port: &str| !port.is_empty() && port.chars().all(|c| c.is_ascii_digit());
    is_name && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port))
}

pub(super) fn repository_part(name: &str) -> Result<String, Fault> {
    let valid = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if !name.is_empty() && !name.starts_with('.') && name.chars().all(valid) {
        Ok(name.to_owned())
    } else {
        fault(
            format!("`{name}` is not a valid owner or repository"),
            SHORT_FORM,
        )
    }
}

/// Parses the name or path of a skill. A trailing `SKILL.md` names the folder that contains it, and
/// `.` the root of the repository.
pub(super) fn skill_part(text: &str) -> Result<Option<String>, Fault> {
    let text = text.trim_matches('/');
    let is_root = text == "SKILL.md";
    let text = match text.strip_suffix("SKILL.md") {
        Some(folder) if folder.is_empty() || folder.ends_with('/') => folder.trim_end_matches('/'),
        _ => text,
    };
    match text {
        "" if is_root => Ok(Some(ROOT.to_owned())),
        "" => Ok(None),
        ROOT => Ok(Some(ROOT.to_owned())),
        text => path_part(text).map(Some),
    }
}

pub(super) fn path_part(text: &str) -> Result<String, Fault> {
    let climbs = text.split('/').any(|part| matches!(part, "" | "." | ".."));
    if climbs {
        return fault(
            format!("`{text}` has an empty part, `.`, or `..`"),
            SHORT_FORM,
        );
    }
    Ok(text.to_owned())
}
