//! Resolves the text after `@` to a commit, among given refs. Without I/O.

mod error;
mod versions;

pub(crate) use self::error::ResolveError;
use self::error::no_such_ref;
use self::versions::Versions;
use crate::spec::{GitRef, PageRef, PageRefs, ROOT};
use mdskill_git::ObjectId;
use mdskill_git::protocol::Ref;
use mdskill_lint::SKILL_FILE;

/// The requested commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Query {
    /// The default branch.
    Default,
    /// The ref after `@`.
    GitRef(GitRef),
    /// `REF/PATH` in the URL of a page.
    Page(PageRef),
}

/// The commit of a query, and the ref that named it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The commit.
    pub commit: ObjectId,
    /// The ref that named the commit.
    pub matched: MatchedRef,
    /// The ref that `update` follows, as in the lockfile; `None` for the default branch.
    pub follows: Option<String>,
    /// The path after the ref in the URL of a page.
    pub path: Option<String>,
    /// The newest version tag, also outside of the range, for a range, and on request for a version
    /// tag. Prereleases are ignored as in cargo, unless the range or tag is one, or there are no others.
    pub newest: Option<String>,
    /// The version tags among the listed refs, the oldest first.
    pub tags: Vec<VersionTag>,
    /// The object of the annotated tag that named the commit.
    pub tag_object: Option<ObjectId>,
}

/// A tag that is a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionTag {
    /// The name, without `refs/tags/`.
    pub name: String,
    /// The commit.
    pub commit: ObjectId,
    /// The tag object; `None` for a tag without annotation.
    pub object: Option<ObjectId>,
}

impl Resolved {
    fn new(commit: ObjectId, matched: MatchedRef, follows: Option<String>) -> Self {
        Self {
            commit,
            matched,
            follows,
            path: None,
            newest: None,
            tags: Vec::new(),
            tag_object: None,
        }
    }

    /// Returns the tag, if the ref is a tag or a range.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        match &self.matched {
            MatchedRef::Tag(tag) | MatchedRef::Range(tag) => {
                Some(tag.strip_prefix("refs/tags/").unwrap_or(tag))
            }
            _ => None,
        }
    }

    /// Returns the version tag of a commit, if it is listed; of several, the newest.
    #[must_use]
    pub fn version_at(&self, commit: ObjectId) -> Option<&str> {
        let mut newest_first = self.tags.iter().rev();
        let tag = newest_first.find(|tag| tag.commit == commit)?;
        Some(&tag.name)
    }

    /// Changes the ref, a range or a version tag, to one that gives the newest version.
    ///
    /// # Errors
    /// The reason why there is no such ref, as a phrase.
    pub fn take_newest(&mut self) -> Result<(), String> {
        let (Some(newest), Some(follows)) = (&self.newest, &self.follows) else {
            return Ok(());
        };
        let Some(found) = self.tags.iter().find(|tag| tag.name == *newest) else {
            return Ok(());
        };
        let tag = &found.name;
        let (follows, matched) = match &self.matched {
            MatchedRef::Range(_) => {
                let range = versions::moved_range(follows, tag).ok_or_else(|| {
                    format!("the range `{follows}` has several parts; it does not say how to include {tag}")
                })?;
                (range, MatchedRef::Range(tag.clone()))
            }
            MatchedRef::Tag(_) => (tag.clone(), MatchedRef::Tag(tag.clone())),
            _ => return Ok(()),
        };
        (self.commit, self.tag_object) = (found.commit, found.object);
        self.matched = matched;
        self.follows = Some(follows);
        Ok(())
    }
}

/// The ref that named a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MatchedRef {
    /// `HEAD`, with its branch unless it is detached.
    Head(Option<String>),
    /// A branch, which moves.
    Branch(String),
    /// A tag, which should not move.
    Tag(String),
    /// The best tag in a range.
    Range(String),
    /// A commit id.
    Commit,
}

impl Query {
    /// Returns the query for the `ref` of a lockfile entry.
    ///
    /// # Errors
    /// When the text is not a ref.
    pub fn from_lock(git_ref: Option<&str>) -> Result<Self, String> {
        match git_ref {
            None => Ok(Self::Default),
            Some(text) => text.parse().map(Self::GitRef),
        }
    }

    /// Returns the prefixes of the refs that this query needs; empty for a commit id.
    #[must_use]
    pub fn prefixes(&self) -> Vec<String> {
        let both = |name: &str| vec![format!("refs/heads/{name}"), format!("refs/tags/{name}")];
        match self {
            Self::Default => vec!["HEAD".to_owned()],
            Self::GitRef(GitRef::Commit(_)) => Vec::new(),
            Self::GitRef(GitRef::Name(name)) if name.starts_with("refs/") => {
                vec![name.clone()]
            }
            Self::GitRef(GitRef::Name(name)) if name == "HEAD" => vec![name.clone()],
            Self::GitRef(GitRef::Name(name)) => both(name),
            Self::GitRef(GitRef::Range(..)) => versions::prefixes(),
            Self::Page(page) => match first_part(page) {
                "HEAD" => vec!["HEAD".to_owned()],
                commit if commit.parse::<ObjectId>().is_ok() => Vec::new(),
                name => both(name),
            },
        }
    }

    /// Returns the prefixes of all tags that may be newer versions than the tag of this query; empty
    /// if the query is not a version.
    #[must_use]
    pub fn prefixes_of_versions(&self) -> Vec<String> {
        self.version_named()
            .map_or_else(Vec::new, |_| versions::prefixes())
    }

    /// Returns the newest version tag among `refs`; `None` if the query is not a version.
    #[must_use]
    pub fn newest_version(&self, refs: &[Ref]) -> Option<String> {
        let version = self.version_named()?;
        Versions::among(refs).newest(!version.pre.is_empty())
    }

    /// Returns the text of this query that may be the beginning of a commit id.
    #[must_use]
    pub fn short_commit(&self) -> Option<&str> {
        let text = match self {
            Self::GitRef(GitRef::Name(name)) => name,
            Self::Page(page) => first_part(page),
            _ => return None,
        };
        is_short_commit(text).then_some(text)
    }

    /// Returns this query with a commit in place of [`Query::short_commit`].
    #[must_use]
    pub fn at(&self, commit: ObjectId) -> Self {
        match self {
            Self::Page(page) => {
                let path = &page.rest[first_part(page).len()..];
                Self::Page(PageRef {
                    rest: format!("{commit}{path}"),
                    ..page.clone()
                })
            }
            _ => Self::GitRef(GitRef::Commit(commit)),
        }
    }

    /// Returns all version tags among `refs`, the oldest first; none if the query is not a version.
    #[must_use]
    pub fn version_tags(&self, refs: &[Ref]) -> Vec<VersionTag> {
        let version = self.version_named();
        version.map_or_else(Vec::new, |_| Versions::among(refs).tags())
    }

    fn version_named(&self) -> Option<semver::Version> {
        match self {
            Self::GitRef(GitRef::Name(name)) => versions::parse(name),
            _ => None,
        }
    }

    /// Resolves the query among `refs`.
    ///
    /// # Errors
    /// When no ref matches, or a branch and a tag do.
    pub fn resolve(&self, refs: &[Ref], url: &str) -> Result<Resolved, ResolveError> {
        match self {
            Self::Default => resolve_head(refs, url),
            Self::GitRef(GitRef::Commit(commit)) => Ok(pinned(*commit, None)),
            Self::GitRef(GitRef::Name(name)) if name == "HEAD" => Ok(Resolved {
                follows: Some(name.clone()),
                ..resolve_head(refs, url)?
            }),
            Self::GitRef(GitRef::Name(name)) => resolve_name(refs, name, url),
            Self::GitRef(GitRef::Range(range, text)) => resolve_range(refs, range, text, url),
            Self::Page(page) => resolve_page(refs, page, url),
        }
    }
}

/// Returns the prefixes of all version tags.
pub(super) fn version_prefixes() -> Vec<String> {
    versions::prefixes()
}

/// Whether a text may be the beginning of a commit id. mdskill prints 7 digits.
pub(super) fn is_short_commit(text: &str) -> bool {
    let is_digit = |c: char| c.is_ascii_digit() || matches!(c, 'a'..='f');
    (7..40).contains(&text.len()) && text.chars().all(is_digit)
}

fn first_part(page: &PageRef) -> &str {
    page.rest.split('/').next().unwrap_or_default()
}

fn pinned(commit: ObjectId, path: Option<String>) -> Resolved {
    Resolved {
        path,
        ..Resolved::new(commit, MatchedRef::Commit, Some(commit.to_string()))
    }
}

fn resolve_head(refs: &[Ref], url: &str) -> Result<Resolved, ResolveError> {
    let Some(head) = refs.iter().find(|git_ref| git_ref.name == "HEAD") else {
        return Err(no_head(refs, url));
    };
    let branch = head
        .symref
        .as_deref()
        .and_then(|name| name.strip_prefix("refs/heads/"));
    let matched = MatchedRef::Head(branch.map(str::to_owned));
    Ok(Resolved::new(head.commit(), matched, None))
}

fn no_head(refs: &[Ref], url: &str) -> ResolveError {
    let url = url.to_owned();
    let name = |git_ref: &Ref| {
        let name = git_ref.name.strip_prefix("refs/heads/")?;
        Some(format!("`@{name}`"))
    };
    match refs.iter().filter_map(name).take(10).collect() {
        branches if Vec::is_empty(&branches) => ResolveError::Empty { url },
        branches => ResolveError::NoHead { url, branches },
    }
}

fn resolve_name(refs: &[Ref], name: &str, url: &str) -> Result<Resolved, ResolveError> {
    let find = |full: &str| refs.iter().find(|git_ref| git_ref.name == full);
    let (branch, tag) = match name.strip_prefix("refs/") {
        Some(rest) if rest.starts_with("tags/") => (None, find(name)),
        Some(_) => (find(name), None),
        None => (
            find(&format!("refs/heads/{name}")),
            find(&format!("refs/tags/{name}")),
        ),
    };
    let (found, matched) = match (branch, tag) {
        (Some(_), Some(_)) => {
            return Err(ResolveError::Ambiguous {
                url: url.to_owned(),
                name: name.to_owned(),
            });
        }
        (Some(branch), None) => (branch, MatchedRef::Branch(name.to_owned())),
        (None, Some(tag)) => (tag, MatchedRef::Tag(name.to_owned())),
        (None, None) => {
            return Err(no_such_ref(url, name));
        }
    };
    let follows = Some(name.to_owned());
    Ok(Resolved {
        tag_object: found.tag_object(),
        ..Resolved::new(found.commit(), matched, follows)
    })
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
        Some(best) => {
            let matched = MatchedRef::Range(best.tag.to_owned());
            let follows = Some(text.to_owned());
            Ok(Resolved {
                newest,
                tags: versions.tags(),
                tag_object: best.git_ref.tag_object(),
                ..Resolved::new(best.git_ref.commit(), matched, follows)
            })
        }
        None => Err(ResolveError::NoVersion {
            url: url.to_owned(),
            range: text.to_owned(),
            newest,
        }),
    }
}

/// Resolves `REF/PATH` with the longest matching ref: `feature/x` before `feature`.
fn resolve_page(refs: &[Ref], page: &PageRef, url: &str) -> Result<Resolved, ResolveError> {
    let rest = page.rest.as_str();
    let path_after = |name: &str| {
        let path = rest[name.len()..].trim_start_matches('/');
        if path == SKILL_FILE {
            return Some(ROOT.to_owned());
        }
        let path = path
            .strip_suffix("SKILL.md")
            .unwrap_or(path)
            .trim_end_matches('/');
        (!path.is_empty()).then(|| path.to_owned())
    };
    let first = first_part(page);
    if let Ok(commit) = first.parse() {
        return Ok(pinned(commit, path_after(first)));
    }
    if first == "HEAD" {
        return Ok(Resolved {
            path: path_after(first),
            ..resolve_head(refs, url)?
        });
    }
    let begins = |name: &str| {
        rest.strip_prefix(name)
            .is_some_and(|path| path.is_empty() || path.starts_with('/'))
    };
    let longest = |space: &str| {
        let names = refs
            .iter()
            .filter_map(|git_ref| git_ref.name.strip_prefix(space));
        names
            .filter(|name| begins(name))
            .max_by_key(|name| name.len())
    };
    let (branch, tag) = (longest("refs/heads/"), longest("refs/tags/"));
    let name = match page.refs {
        PageRefs::Any => branch.into_iter().chain(tag).max_by_key(|name| name.len()),
        PageRefs::Branches => branch,
        PageRefs::Tags => tag,
    };
    let Some(name) = name else {
        return Err(no_such_ref(url, first));
    };
    let full = match page.refs {
        PageRefs::Branches if tag == Some(name) => format!("refs/heads/{name}"),
        PageRefs::Tags if branch == Some(name) => format!("refs/tags/{name}"),
        _ => name.to_owned(),
    };
    Ok(Resolved {
        path: path_after(name),
        ..resolve_name(refs, &full, url)?
    })
}

#[cfg(test)]
mod tests;
