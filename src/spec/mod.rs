//! [`Spec`]: an argument that names skills.
//!
//! A spec is `[host/]owner/repo[/skill][@ref]`, the URL of a page, a git URL with `//PATH` and
//! `@ref`, the address of a site, or a local folder. Parsing does no I/O. A displayed spec parses to the same spec.

mod page;
mod parse;
mod site;

use std::fmt;

use crate::source::Source;
use mdskill_git::ObjectId;

/// The path of a skill at the root of its repository, as written in a spec.
pub const ROOT: &str = ".";

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
        /// `https://HOST` or `http://HOST`, with an optional port.
        base: String,
        /// `owner/repo`, or `group/subgroup/repo`.
        path: String,
        /// The ref and path in the URL of the page.
        page: Option<PageRef>,
    },
    /// Any other git URL.
    Url(String),
    /// The address of a site, an archive, or a `SKILL.md`.
    Site(String),
    /// A local folder, as typed.
    Folder(String),
}

/// The ref and path in the URL of a page. Only the refs of the repository determine where the ref
/// ends, because `feature/x` can be one ref.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRef {
    /// The part of the URL between the repository and the ref: `tree`, `-/blob`, `src/branch`.
    pub kind: String,
    /// `REF/PATH`, without percent-encoding.
    pub rest: String,
    /// The refs that the page can be of.
    pub refs: PageRefs,
}

/// The refs that a page can be of, as far as its URL states them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageRefs {
    /// Branches, tags, and commits.
    Any,
    /// Branches.
    Branches,
    /// Tags.
    Tags,
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
            SpecSource::Host { host, owner, repo } => {
                of_web(&format!("https://{host}"), &format!("{owner}/{repo}"))
            }
            SpecSource::Web { base, path, .. } => of_web(base, path),
            SpecSource::Url(url) => match github_repository(url) {
                Some((owner, repo)) => Source::GitHub { owner, repo },
                None => Source::Git { url: url.clone() },
            },
            SpecSource::Site(url) => Source::Site { url: url.clone() },
            SpecSource::Folder(path) => Source::Folder { path: path.clone() },
        }
    }
}

/// Returns the source of a web address.
fn of_web(base: &str, path: &str) -> Source {
    match path.split_once('/') {
        Some((owner, repo)) if is_github(base) && !repo.contains('/') => Source::GitHub {
            owner: owner.to_owned(),
            repo: repo.to_owned(),
        },
        // A repository in nested groups: a server redirects the address without `.git`.
        Some((_, repo)) if repo.contains('/') => Source::Git {
            url: format!("{base}/{path}.git"),
        },
        _ => Source::Git {
            url: format!("{base}/{path}"),
        },
    }
}

fn is_github(base: &str) -> bool {
    matches!(base, "https://github.com" | "https://www.github.com")
}

/// `https://github.com/o/r.git` is the same source as `o/r`, so that it is fetched and locked only once.
fn github_repository(url: &str) -> Option<(String, String)> {
    let (base, path) = url.split_at_checked(url.find("github.com/")? + "github.com".len())?;
    let base = base.to_ascii_lowercase().replacen("http://", "https://", 1);
    let (owner, repo) = path.trim_start_matches('/').split_once('/')?;
    let repo = repo.strip_suffix(".git").unwrap_or(repo);
    (is_github(&base) && !repo.contains('/')).then(|| (owner.to_owned(), repo.to_owned()))
}

impl fmt::Display for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.origin)?;
        if let Some(skill) = &self.skill {
            match &self.origin {
                SpecSource::Url(_) => write!(f, "//{skill}")?,
                SpecSource::Site(url) => {
                    let skill = site::display_skill(url, skill);
                    write!(f, "{}{skill}", site::separator(url))?;
                }
                _ => write!(f, "/{skill}")?,
            }
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
            Self::Web { base, path, page } => {
                write!(f, "{base}/{path}")?;
                match page {
                    Some(page) => write!(f, "/{page}"),
                    None => Ok(()),
                }
            }
            Self::Site(url) => f.write_str(&site::display(url)),
            Self::Url(text) | Self::Folder(text) => f.write_str(text),
        }
    }
}

impl fmt::Display for PageRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, page::encode(&self.rest))?;
        match self.refs {
            PageRefs::Branches if self.kind.starts_with("-/") => f.write_str("?ref_type=heads"),
            PageRefs::Tags if self.kind.starts_with("-/") => f.write_str("?ref_type=tags"),
            _ => Ok(()),
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
