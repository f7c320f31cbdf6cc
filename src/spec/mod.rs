//! [`Spec`]: an argument that names skills.
//!
//! A spec is `[host/]owner/repo[/skill][@ref]`, the URL of a page, a git URL with `//PATH` and
//! `@ref`, or a local folder. Parsing does no I/O. A displayed spec parses to the same spec.

mod parse;

use std::fmt;

use crate::source::Source;
use mdskill_git::ObjectId;

/// A source, a skill in it, and a ref.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spec {
    /// The repository or folder, as written.
    pub origin: SpecSource,
    /// A name, or a path inside the repository.
    pub skill: Option<String>,
    /// The ref after `@`.
    pub git_ref: Option<GitRef>,
}

/// The repository or folder of a spec, as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SpecSource {
    /// `owner/repo`.
    GitHub {
        /// A user or an organisation.
        owner: String,
        /// The repository.
        repo: String,
    },
    /// `host/owner/repo`.
    Host {
        /// The host, with an optional port.
        host: String,
        /// A user, an organisation or a group.
        owner: String,
        /// The repository.
        repo: String,
    },
    /// `https://HOST/owner/repo`, optionally followed by `/tree/REF/PATH`.
    Web {
        /// The host, with an optional port.
        host: String,
        /// A user, an organisation or a group.
        owner: String,
        /// The repository.
        repo: String,
        /// The ref and path in the URL of the page.
        page: Option<PageRef>,
    },
    /// Any other git URL.
    Url(String),
    /// A local folder, as typed.
    Folder(String),
}

/// The ref and path in the URL of a page. Only the refs of the repository determine where the ref
/// ends, because `feature/x` can be one ref.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRef {
    /// `tree`, `blob`, or GitLab's `-/tree` and `-/blob`.
    pub kind: &'static str,
    /// `REF/PATH`.
    pub rest: String,
}

/// A ref: the part of a spec after `@`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GitRef {
    /// A branch or a tag, short or as `refs/heads/x`.
    Name(String),
    /// A commit id of 40 digits.
    Commit(ObjectId),
    /// A version range of tags, such as `^1.2`.
    Range(semver::VersionReq, String),
}

/// A text that is not a spec.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid spec `{text}`: {problem}", text = text.escape_debug())]
pub struct SpecError {
    /// The text, without credentials.
    pub text: String,
    /// The problem.
    pub problem: String,
    /// A valid form, with an example.
    pub expected: String,
}

impl Spec {
    /// Returns the source that this spec names.
    ///
    /// The path of a folder stays as written, because only the caller knows its base folder.
    #[must_use]
    pub fn source(&self) -> Source {
        match &self.origin {
            SpecSource::GitHub { owner, repo } => Source::GitHub {
                owner: owner.clone(),
                repo: repo.clone(),
            },
            SpecSource::Host { host, owner, repo }
            | SpecSource::Web {
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
            SpecSource::Url(url) => match github_repository(url) {
                Some((owner, repo)) => Source::GitHub { owner, repo },
                None => Source::Git { url: url.clone() },
            },
            SpecSource::Folder(path) => Source::Folder { path: path.clone() },
        }
    }
}

/// `https://github.com/o/r.git` is the same source as `o/r`, so that it is fetched and locked only once.
fn github_repository(url: &str) -> Option<(String, String)> {
    let (owner, repo) = url.strip_prefix("https://github.com/")?.split_once('/')?;
    let repo = repo.strip_suffix(".git").unwrap_or(repo);
    (!repo.contains('/')).then(|| (owner.to_owned(), repo.to_owned()))
}

impl fmt::Display for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.origin)?;
        if let Some(skill) = &self.skill {
            let slashes = if matches!(self.origin, SpecSource::Url(_)) {
                "//"
            } else {
                "/"
            };
            write!(f, "{slashes}{skill}")?;
        }
        match &self.git_ref {
            Some(git_ref) => write!(f, "@{git_ref}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for SpecSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::GitHub { owner, repo } => write!(f, "{owner}/{repo}"),
            Self::Host { host, owner, repo } => write!(f, "{host}/{owner}/{repo}"),
            Self::Web {
                host,
                owner,
                repo,
                page,
            } => {
                write!(f, "https://{host}/{owner}/{repo}")?;
                match page {
                    Some(PageRef { kind, rest }) => write!(f, "/{kind}/{rest}"),
                    None => Ok(()),
                }
            }
            Self::Url(text) | Self::Folder(text) => f.write_str(text),
        }
    }
}

impl fmt::Display for GitRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(text) | Self::Range(_, text) => f.write_str(text),
            Self::Commit(id) => write!(f, "{id}"),
        }
    }
}

#[cfg(test)]
mod tests;
