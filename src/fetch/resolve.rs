//! From what follows `@` to a commit. Pure: the refs are given.

mod versions;

use self::versions::Versions;
use crate::spec::{Reference, View};
use mdskill_git::ObjectId;
use mdskill_git::protocol::Ref;

/// Which commit is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Query {
    /// What `HEAD` stands for.
    Default,
    /// What follows `@`.
    Reference(Reference),
    /// A page's `REF/PATH`.
    View(View),
}

/// The commit that was asked for, and how it was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The commit.
    pub commit: ObjectId,
    /// What named it.
    pub named: Named,
    /// What `update` follows, as the lockfile writes it; nothing for the default branch.
    pub follows: Option<String>,
    /// The path behind a page's ref.
    pub path: Option<String>,
    /// The newest version tag that there is, be it in the range or not: of a range, and of a tag
    /// that is a version when its repository was asked for that. Prereleases are passed over as
    /// cargo does, unless the range or the tag is one, or there is nothing else.
    pub newest: Option<String>,
    /// Another tag of the same version that names another commit: `1.2.0` beside `v1.2.0`.
    pub twin: Option<String>,
}

impl Resolved {
    fn new(commit: ObjectId, named: Named, follows: Option<String>) -> Self {
        Self {
            commit,
            named,
            follows,
            path: None,
            newest: None,
            twin: None,
        }
    }
}

/// What kind of name led to a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// `HEAD`, with its branch when it is on one.
    Head(Option<String>),
    /// A branch: it moves.
    Branch(String),
    /// A tag: it should not.
    Tag(String),
    /// The best tag in a range.
    Range(String),
    /// The commit itself.
    Commit,
}

/// No commit answers the query.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    /// The repository has no commit at all.
    #[error("{url} is empty: it has no commits")]
    Empty {
        /// Which repository.
        url: String,
    },
    /// It has branches, but none stands for it.
    #[error("{url} has no default branch; use one of its branches: {}", .branches.join(", "))]
    NoHead {
        /// Which repository.
        url: String,
        /// Its branches, as a spec names them: `@main`.
        branches: Vec<String>,
    },
    /// No such branch or tag.
    #[error("{url} has no branch or tag `{name}`")]
    NoSuchRef {
        /// Which repository.
        url: String,
        /// What was asked for.
        name: String,
    },
    /// One name for two things.
    #[error(
        "{url} has a branch and a tag `{name}`; use `@refs/heads/{name}` or `@refs/tags/{name}`"
    )]
    Ambiguous {
        /// Which repository.
        url: String,
        /// What was asked for.
        name: String,
    },
    /// No tag is in the range.
    #[error("{url} has no version tag that matches `{range}`; {}", newest_sentence(.newest.as_ref()))]
    NoVersion {
        /// Which repository.
        url: String,
        /// The range asked for.
        range: String,
        /// The newest version that there is.
        newest: Option<String>,
    },
}

fn newest_sentence(tag: Option<&String>) -> String {
    match tag {
        Some(tag) => format!("the newest is `{tag}`"),
        None => "none of its tags is a version".to_owned(),
    }
}

impl Query {
    /// Returns the query of a lockfile's `ref`.
    ///
    /// # Errors
    /// When the text is no ref.
    pub fn from_lock(reference: Option<&str>) -> Result<Self, String> {
        match reference {
            None => Ok(Self::Default),
            Some(text) => text.parse().map(Self::Reference),
        }
    }

    /// Returns the prefixes of the refs that decide this query; none for a commit id.
    #[must_use]
    pub fn prefixes(&self) -> Vec<String> {
        let both = |name: &str| vec![format!("refs/heads/{name}"), format!("refs/tags/{name}")];
        match self {
            Self::Default => vec!["HEAD".to_owned()],
            Self::Reference(Reference::Commit(_)) => Vec::new(),
            Self::Reference(Reference::Name(name)) if name.starts_with("refs/") => {
                vec![name.clone()]
            }
            Self::Reference(Reference::Name(name)) if name == "HEAD" => vec![name.clone()],
            Self::Reference(Reference::Name(name)) => both(name),
            Self::Reference(Reference::Range(..)) => versions::prefixes(),
            Self::View(view) => match first_part(view).parse::<ObjectId>() {
                Ok(_) => Vec::new(),
                Err(_) => both(first_part(view)),
            },
        }
    }

    /// Returns the prefixes of every tag that may be a newer version than the one that the query
    /// names; none when it names no version.
    #[must_use]
    pub fn prefixes_of_newer(&self) -> Vec<String> {
        self.version_named()
            .map_or_else(Vec::new, |_| versions::prefixes())
    }

    /// Returns the newest version tag among `refs`, for a query that names one.
    #[must_use]
    pub fn newest_beside(&self, refs: &[Ref]) -> Option<String> {
        let version = self.version_named()?;
        Versions::among(refs).newest(!version.pre.is_empty())
    }

    fn version_named(&self) -> Option<semver::Version> {
        match self {
            Self::Reference(Reference::Name(name)) => versions::parse(name),
            _ => None,
        }
    }

    /// Decides the query among `refs`.
    ///
    /// # Errors
    /// When no ref answers it, or two do.
    pub fn resolve(&self, refs: &[Ref], url: &str) -> Result<Resolved, ResolveError> {
        match self {
            Self::Default => resolve_head(refs, url),
            Self::Reference(Reference::Commit(commit)) => Ok(pinned(*commit, None)),
            Self::Reference(Reference::Name(name)) if name == "HEAD" => Ok(Resolved {
                follows: Some(name.clone()),
                ..resolve_head(refs, url)?
            }),
            Self::Reference(Reference::Name(name)) => resolve_name(refs, name, url),
            Self::Reference(Reference::Range(range, text)) => resolve_range(refs, range, text, url),
            Self::View(view) => resolve_view(refs, view, url),
        }
    }
}

fn first_part(view: &View) -> &str {
    view.rest.split('/').next().unwrap_or_default()
}

fn pinned(commit: ObjectId, path: Option<String>) -> Resolved {
    Resolved {
        path,
        ..Resolved::new(commit, Named::Commit, Some(commit.to_string()))
    }
}

fn resolve_head(refs: &[Ref], url: &str) -> Result<Resolved, ResolveError> {
    let Some(head) = refs.iter().find(|reference| reference.name == "HEAD") else {
        return Err(headless(refs, url));
    };
    let branch = head
        .symref
        .as_deref()
        .and_then(|name| name.strip_prefix("refs/heads/"));
    let named = Named::Head(branch.map(str::to_owned));
    Ok(Resolved::new(head.commit(), named, None))
}

fn headless(refs: &[Ref], url: &str) -> ResolveError {
    let url = url.to_owned();
    let name = |reference: &Ref| {
        let name = reference.name.strip_prefix("refs/heads/")?;
        Some(format!("`@{name}`"))
    };
    match refs.iter().filter_map(name).take(10).collect() {
        branches if Vec::is_empty(&branches) => ResolveError::Empty { url },
        branches => ResolveError::NoHead { url, branches },
    }
}

fn resolve_name(refs: &[Ref], name: &str, url: &str) -> Result<Resolved, ResolveError> {
    let find = |full: &str| refs.iter().find(|reference| reference.name == full);
    let (branch, tag) = match name.strip_prefix("refs/") {
        Some(rest) if rest.starts_with("tags/") => (None, find(name)),
        Some(_) => (find(name), None),
        None => (
            find(&format!("refs/heads/{name}")),
            find(&format!("refs/tags/{name}")),
        ),
    };
    let (found, named) = match (branch, tag) {
        (Some(_), Some(_)) => {
            return Err(ResolveError::Ambiguous {
                url: url.to_owned(),
                name: name.to_owned(),
            });
        }
        (Some(branch), None) => (branch, Named::Branch(name.to_owned())),
        (None, Some(tag)) => (tag, Named::Tag(name.to_owned())),
        (None, None) => {
            return Err(ResolveError::NoSuchRef {
                url: url.to_owned(),
                name: name.to_owned(),
            });
        }
    };
    let follows = Some(name.to_owned());
    Ok(Resolved::new(found.commit(), named, follows))
}

fn resolve_range(
    refs: &[Ref],
    range: &semver::VersionReq,
    text: &str,
    url: &str,
) -> Result<Resolved, ResolveError> {
    let versions = Versions::among(refs);
    let newest = versions.newest(versions::asks_for_prereleases(range));
    match versions.best_in(range) {
        Some(best) => Ok(Resolved {
            commit: best.reference.commit(),
            named: Named::Range(best.tag.to_owned()),
            follows: Some(text.to_owned()),
            path: None,
            newest,
            twin: versions.twin_of(best),
        }),
        None => Err(ResolveError::NoVersion {
            url: url.to_owned(),
            range: text.to_owned(),
            newest,
        }),
    }
}

/// The longest ref that begins the page's `REF/PATH` is its ref: `feature/x` before `feature`.
fn resolve_view(refs: &[Ref], view: &View, url: &str) -> Result<Resolved, ResolveError> {
    let rest = view.rest.as_str();
    let path_behind = |name: &str| {
        let path = rest[name.len()..].trim_start_matches('/');
        let path = path
            .strip_suffix("SKILL.md")
            .unwrap_or(path)
            .trim_end_matches('/');
        (!path.is_empty()).then(|| path.to_owned())
    };
    if let Ok(commit) = first_part(view).parse() {
        return Ok(pinned(commit, path_behind(first_part(view))));
    }
    let short = |reference: &Ref| {
        let name = reference
            .name
            .strip_prefix("refs/heads/")
            .or(reference.name.strip_prefix("refs/tags/"));
        name.map(str::to_owned)
    };
    let begins = |name: &String| {
        rest.strip_prefix(name.as_str())
            .is_some_and(|behind| behind.is_empty() || behind.starts_with('/'))
    };
    let best = refs
        .iter()
        .filter_map(short)
        .filter(begins)
        .max_by_key(String::len);
    match best {
        Some(name) => Ok(Resolved {
            path: path_behind(&name),
            ..resolve_name(refs, &name, url)?
        }),
        None => Err(ResolveError::NoSuchRef {
            url: url.to_owned(),
            name: first_part(view).to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests;
