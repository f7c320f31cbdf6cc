//! [`ResolveError`]: why a ref can't be resolved.

use mdskill_git::protocol::Ref;

/// The query can't be resolved.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    /// The repository has no commits.
    #[error("{url} is empty: it has no commits")]
    Empty {
        /// The repository.
        url: String,
    },
    /// The repository has branches, but no default branch.
    #[error("{url} has no default branch; use one of its branches: {}", .branches.join(", "))]
    NoHead {
        /// The repository.
        url: String,
        /// The branches as in a spec, such as `@main`.
        branches: Vec<String>,
    },
    /// No such branch or tag.
    #[error("{url} has no branch or tag `{name}`{}", other_refs(.nearest, .default.as_ref()))]
    NoSuchRef {
        /// The repository.
        url: String,
        /// The requested name.
        name: String,
        /// Similar names, after [`ResolveError::suggest`].
        nearest: Vec<String>,
        /// The default branch, after [`ResolveError::suggest`].
        default: Option<String>,
    },
    /// A branch and a tag have the same name.
    #[error(
        "{url} has a branch and a tag `{name}`; use `@refs/heads/{name}` or `@refs/tags/{name}`"
    )]
    Ambiguous {
        /// The repository.
        url: String,
        /// The requested name.
        name: String,
    },
    /// No version tag matches the range.
    #[error("{url} has no version tag that matches `{range}`; {}", newest_sentence(.newest.as_ref()))]
    NoVersion {
        /// The repository.
        url: String,
        /// The requested range.
        range: String,
        /// The newest version tag.
        newest: Option<String>,
    },
}

fn other_refs(nearest: &[String], default: Option<&String>) -> String {
    let quoted: Vec<String> = nearest.iter().map(|name| format!("`{name}`")).collect();
    match (quoted.as_slice(), default) {
        ([], None) => String::new(),
        ([], Some(branch)) => format!("; its default branch is `{branch}`"),
        (names, _) => format!("; did you mean {}?", names.join(" or ")),
    }
}

pub(super) fn no_such_ref(url: &str, name: &str) -> ResolveError {
    ResolveError::NoSuchRef {
        url: url.to_owned(),
        name: name.to_owned(),
        nearest: Vec::new(),
        default: None,
    }
}

impl ResolveError {
    /// Adds the default branch and similar names, from all refs of the repository.
    pub(in crate::fetch) fn suggest(&mut self, refs: &[Ref]) {
        let Self::NoSuchRef {
            name,
            nearest,
            default,
            ..
        } = self
        else {
            return;
        };
        let head = refs.iter().find(|git_ref| git_ref.name == "HEAD");
        // A bundle does not have the branch of its HEAD.
        let same = |git_ref: &&Ref| {
            let is_branch = git_ref.name.starts_with("refs/heads/");
            is_branch && head.is_some_and(|head| head.id == git_ref.id)
        };
        let branch = head.and_then(|head| head.symref.as_deref());
        let branch = branch.or(refs.iter().find(same).map(|git_ref| git_ref.name.as_str()));
        *default = branch.and_then(|name| Some(name.strip_prefix("refs/heads/")?.to_owned()));
        let short = |git_ref: &'_ Ref| -> Option<String> {
            let branch = git_ref.name.strip_prefix("refs/heads/");
            Some(
                branch
                    .or(git_ref.name.strip_prefix("refs/tags/"))?
                    .to_owned(),
            )
        };
        let names: Vec<String> = refs.iter().filter_map(short).collect();
        // `1.2` may mean `v1.2`, and `v1.2` may mean `1.2`.
        let is_near = |found: &&String| {
            let distance = strsim::osa_distance(found, name);
            distance == 1 || distance * 4 <= name.len()
        };
        *nearest = names.iter().filter(is_near).take(3).cloned().collect();
    }
}

fn newest_sentence(tag: Option<&String>) -> String {
    match tag {
        Some(tag) => format!("the newest is `{tag}`"),
        None => "none of its tags is a version".to_owned(),
    }
}
