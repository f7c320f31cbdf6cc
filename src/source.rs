//! [`Source`]: the repository or folder that skills come from, as in the lockfile.

use crate::redact::{has_secret, redact_url};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

pub mod site;

/// Forges that ignore the letter case of owners and repositories.
const CASELESS_HOSTS: [&str; 5] = [
    "github.com",
    "www.github.com",
    "gitlab.com",
    "bitbucket.org",
    "codeberg.org",
];

/// The repository or folder that skills come from, without credentials.
///
/// Sources are equal if they are the same repository: GitHub and other forges ignore letter case,
/// and `https://HOST/owner/repo` is `https://HOST/owner/repo.git`.
#[derive(Debug, Clone)]
pub enum Source {
    /// `github:owner/repo`. The environment sets the base URL (`MDSKILL_GITHUB_URL`, `GH_HOST`).
    GitHub {
        /// A user or an organisation.
        owner: String,
        /// The name of the repository, without `.git`.
        repo: String,
    },
    /// Any other git URL, including `user@host:path`.
    Git {
        /// The URL as git accepts it.
        url: String,
    },
    /// `site:https://HOST`: a site with an index of skills, an archive, or a single `SKILL.md`.
    Site {
        /// The address, as [`site::normalize`] returns it.
        url: String,
    },
    /// `path:../skills`: a folder, relative to that of the lockfile if possible.
    Folder {
        /// The path, with forward slashes.
        path: String,
    },
}

/// A text that is not a source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// The form is unknown.
    #[error(
        "invalid source `{0}`: expected `github:owner/repo`, a git URL, `site:URL`, or `path:folder`"
    )]
    Form(String),
    /// The URL contains credentials, which must not be in a lockfile.
    #[error(
        "`{0}` contains a user name or password, or a token; write the URL without it, and set MDSKILL_TOKEN or use a git credential helper"
    )]
    Secret(String),
}

impl Source {
    /// Returns the last part of the repository's name, which names a skill at the root.
    #[must_use]
    pub fn repository_name(&self) -> &str {
        let text = match self {
            Self::GitHub { repo, .. } => repo,
            Self::Git { url } => url,
            Self::Site { url } => return site::name(url),
            Self::Folder { path } => path,
        };
        let text = text.trim_end_matches('/');
        let last = text.rsplit(['/', ':']).next().unwrap_or(text);
        let last = last.strip_suffix(".git").unwrap_or(last);
        last.strip_suffix(".bundle").unwrap_or(last)
    }

    /// Returns the beginning of a spec for this source; append `/skill`.
    #[must_use]
    pub fn spec_prefix(&self) -> String {
        match self {
            Self::GitHub { owner, repo } => format!("{owner}/{repo}"),
            Self::Git { url } => match hosted(url) {
                Some(short) => short.to_owned(),
                None => format!("{url}/"),
            },
            Self::Site { url } => site::spec_prefix(url),
            Self::Folder { path } if path.starts_with(['/', '.']) => path.clone(),
            Self::Folder { path } => format!("./{path}"),
        }
    }
}

impl Source {
    /// Returns a text that is equal for equal sources.
    fn identity(&self) -> String {
        match self {
            Self::GitHub { owner, repo } => format!("github:{owner}/{repo}").to_ascii_lowercase(),
            Self::Git { url } => identity_of_url(url),
            Self::Site { url } => format!("site:{url}"),
            Self::Folder { path } => format!("path:{path}"),
        }
    }

    /// Whether the source has neither commits nor refs: a folder or a site.
    #[must_use]
    pub fn is_unversioned(&self) -> bool {
        matches!(self, Self::Folder { .. } | Self::Site { .. })
    }
}

fn identity_of_url(url: &str) -> String {
    let url = url.trim_end_matches('/');
    let is_caseless = is_caseless(url);
    let Some((scheme @ ("https" | "http"), rest)) = url.split_once("://") else {
        return if is_caseless {
            url.to_ascii_lowercase()
        } else {
            url.to_owned()
        };
    };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = host.to_ascii_lowercase();
    let is_repository = path.split('/').count() == 2 || is_caseless;
    let path = match path.strip_suffix(".git") {
        Some(path) if is_repository => path,
        _ => path,
    };
    if !is_caseless {
        return format!("{scheme}://{host}/{path}");
    }
    let path = path.to_ascii_lowercase();
    match host.trim_start_matches("www.") {
        "github.com" => format!("github:{path}"),
        host => format!("https://{host}/{path}"),
    }
}

/// Whether the forge of a URL ignores letter case.
pub(crate) fn is_caseless(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let host = host.split(':').next().unwrap_or_default();
    CASELESS_HOSTS
        .iter()
        .any(|known| host.eq_ignore_ascii_case(known))
}

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}

impl Eq for Source {}

impl PartialOrd for Source {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Source {
    fn cmp(&self, other: &Self) -> Ordering {
        self.identity().cmp(&other.identity())
    }
}

impl Hash for Source {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.identity().hash(state);
    }
}

/// Returns `host/owner/repo` for a URL `https://host/owner/repo`.
fn hosted(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("https://")?;
    let parts: Vec<_> = rest.split('/').collect();
    let plain = parts.len() == 3 && parts[0].contains('.') && rest.strip_suffix(".git").is_none();
    plain.then_some(rest)
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::GitHub { owner, repo } => write!(f, "github:{owner}/{repo}"),
            Self::Git { url } => f.write_str(url),
            Self::Site { url } => write!(f, "site:{url}"),
            Self::Folder { path } => write!(f, "path:{path}"),
        }
    }
}

impl FromStr for Source {
    type Err = SourceError;

    fn from_str(text: &str) -> Result<Self, SourceError> {
        let refuse = || SourceError::Form(redact_url(text));
        if text.chars().any(mdskill_lint::path::is_hidden) {
            return Err(refuse());
        }
        if has_secret(text) {
            return Err(SourceError::Secret(redact_url(text)));
        }
        if let Some(rest) = text.strip_prefix("github:") {
            return match rest.split_once('/') {
                Some((owner, repo))
                    if !owner.is_empty() && !repo.is_empty() && !repo.contains('/') =>
                {
                    Ok(Self::GitHub {
                        owner: owner.to_owned(),
                        repo: repo.to_owned(),
                    })
                }
                _ => Err(refuse()),
            };
        }
        if let Some(url) = text.strip_prefix("site:") {
            let url = site::normalize(url).map_err(|_| refuse())?;
            return Ok(Self::Site { url });
        }
        if let Some(path) = text.strip_prefix("path:") {
            return match path {
                "" => Err(refuse()),
                path => Ok(Self::Folder {
                    path: path.to_owned(),
                }),
            };
        }
        let is_url = text.contains("://") || is_scp_like(text);
        if is_url && !text.starts_with('-') {
            Ok(Self::Git {
                url: text.to_owned(),
            })
        } else {
            Err(refuse())
        }
    }
}

/// Whether `text` is `user@host:path`, ssh's short form.
///
/// Source: git-fetch(1), "GIT URLS": no slash may come before the first colon.
#[must_use]
pub fn is_scp_like(text: &str) -> bool {
    match (text.find('@'), text.find(':'), text.find('/')) {
        (Some(at), Some(colon), slash) => {
            at > 0 && at < colon && slash.is_none_or(|slash| colon < slash)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn url_with_secret_is_rejected_and_hidden() {
        for url in [
            "https://user:hunter2@h/a/b.git",
            "https://hunter2@h/a/b",
            "ssh://git:hunter2@h/a/b.git",
            "ftp://a@b:hunter2@h?x",
        ] {
            let text = url.parse::<Source>().unwrap_err().to_string();
            assert!(text.contains("(hidden)@h"), "{text}");
            assert!(!text.contains("hunter2"), "{text}");
        }
        assert_eq!(redact_url("ssh://git@h/a@b"), "ssh://git@h/a@b");
    }

    #[test]
    fn spellings_of_a_repository_are_equal_where_the_forge_ignores_case() {
        let source = |text: &str| text.parse::<Source>().unwrap();
        for (one, other) in [
            ("github:acme/skills", "github:Acme/Skills"),
            ("github:acme/skills", "https://github.com/Acme/skills.git"),
            ("https://gitlab.com/a/b", "https://gitlab.com/A/b.git"),
            ("https://gitlab.com/g/s/b", "https://GitLab.com/g/S/b.git"),
            ("git@github.com:a/b.git", "git@github.com:A/B.git"),
            ("https://git.acme.com/a/b", "https://git.acme.com/a/b.git"),
        ] {
            assert_eq!(source(one), source(other));
            assert_eq!(source(other).to_string(), other);
        }
        for (one, other) in [
            ("path:skills", "path:Skills"),
            ("https://git.acme.com/a/b", "https://git.acme.com/A/b"),
            ("git@git.acme.com:a/b.git", "git@git.acme.com:A/b.git"),
            (
                "github:acme/skills",
                "https://github.com.evil.org/acme/skills",
            ),
            ("github:acme/skills", "git@github.com:acme/skills.git"),
        ] {
            assert_ne!(source(one), source(other));
        }
    }

    #[test]
    fn source_round_trips() {
        for text in [
            "github:wshobson/agents",
            "https://gitlab.com/acme/skills",
            "git@host:acme/skills.git",
            "ssh://git@host/acme/skills.git",
            "file:///srv/skills.git",
            "site:https://skills.example.com",
            "site:https://h.example/pdf.zip",
            "path:../skills",
        ] {
            assert_eq!(text.parse::<Source>().unwrap().to_string(), text);
        }
        for wrong in [
            "",
            "github:x",
            "github:a/b/c",
            "path:",
            "site:pdf.zip",
            "site:ssh://h/x.zip",
            "wshobson/agents",
            "a\u{1b}://x",
        ] {
            assert!(wrong.parse::<Source>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn repository_name_is_the_last_part() {
        let name = |text: &str| text.parse::<Source>().unwrap().repository_name().to_owned();
        assert_eq!(name("github:wshobson/agents"), "agents");
        assert_eq!(name("git@host:skills.git"), "skills");
        assert_eq!(name("file:///srv/skills.bundle"), "skills");
    }
}
