//! `list owner/repo --versions`: the version tags of a repository, or of one skill in it.

use std::cmp::Reverse;

use semver::Version;
use serde::Serialize;

use super::OpError;
use super::resolve::{Opened, full_spec, query_of, source_of};
use crate::context::Context;
use crate::source::Source;
use crate::spec::Spec;

/// The version tags of a repository.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// The source, as in the lockfile.
    pub(crate) source: String,
    /// The skill, if one is requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) skill: Option<String>,
    /// The spec without a ref.
    pub(crate) spec: String,
    /// The versions, the newest first.
    pub(crate) versions: Vec<Tag>,
}

/// A version tag.
#[derive(Debug, Serialize)]
pub(crate) struct Tag {
    /// The name of the tag.
    #[serde(rename = "tag")]
    pub(crate) name: String,
    /// Its commit.
    pub(crate) commit: String,
    #[serde(skip)]
    version: Version,
}

/// Lists the version tags in one request, and in another one checks the requested skill.
pub(crate) async fn list(context: &Context<'_>, spec: &Spec) -> Result<Report, OpError> {
    let source = source_of(context, spec)?;
    let mut skill = None;
    if spec.skill.is_some() {
        let mut opened = Opened::open(context, &source, &query_of(spec)).await?;
        skill = Some(opened.the_one(spec.skill.as_deref()).await?.path);
    }
    let mut repository = context.fetcher()?.open(&source)?;
    if repository.is_unversioned() {
        return Err(OpError::NoRefs(full_spec(&source, "")));
    }
    let tags = repository.tags().await?;
    let versions = tags.into_iter().filter_map(|(tag, commit)| {
        Some(Tag {
            version: version_of(&tag, skill.as_deref(), &source)?,
            commit: commit.to_string(),
            name: tag,
        })
    });
    let mut versions: Vec<Tag> = versions.collect();
    versions.sort_by_cached_key(|one| Reverse((one.version.clone(), one.name.clone())));
    Ok(Report {
        source: source.to_string(),
        spec: full_spec(&source, skill.as_deref().unwrap_or_default()),
        skill,
        versions,
    })
}

/// Returns the version in a tag: `v1.2.3`, `1.2`, and for a skill also `NAME@1.2.3`, `NAME-v1.2`, and
/// `NAME/v1.2`, as repositories with several packages write them. Without a skill, every name counts.
pub(crate) fn version_of(tag: &str, skill: Option<&str>, source: &Source) -> Option<Version> {
    if let Some(version) = version_in(tag) {
        return Some(version);
    }
    let at = tag.rfind(['@', '/', '-'])?;
    let (name, rest) = (&tag[..at], &tag[at + 1..]);
    // A prerelease such as `one-v1.0-rc.1` has hyphens, too.
    let (name, version) = match version_in(rest) {
        Some(version) => (name, version),
        None => {
            let before = name.rfind(['@', '/', '-'])?;
            (&name[..before], version_in(&tag[before + 1..])?)
        }
    };
    let folder = skill.map(|path| path.rsplit('/').next().unwrap_or_default());
    let folder = folder.map(|folder| {
        if folder.is_empty() {
            source.repository_name()
        } else {
            folder
        }
    });
    folder
        .is_none_or(|folder| name == folder || name.ends_with(&format!("/{folder}")))
        .then_some(version)
}

/// Parses a version, also one of two numbers.
fn version_in(text: &str) -> Option<Version> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let (numbers, rest) = text.split_at(text.find(['-', '+']).unwrap_or(text.len()));
    let missing = match numbers.split('.').count() {
        2 => ".0",
        3 => "",
        _ => return None,
    };
    Version::parse(&format!("{numbers}{missing}{rest}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_other_skills_are_left_out() {
        let source: Source = "github:acme/skills".parse().unwrap();
        let version =
            |tag: &str, skill| version_of(tag, skill, &source).map(|version| version.to_string());
        for (tag, expected) in [
            ("v1.2.3", "1.2.3"),
            ("1.2", "1.2.0"),
            ("one@1.2.3", "1.2.3"),
            ("one-v1.2", "1.2.0"),
            ("one-v1.2.0-rc.1", "1.2.0-rc.1"),
            ("skills/one/v2.0.0", "2.0.0"),
        ] {
            assert_eq!(
                version(tag, Some("skills/one")).as_deref(),
                Some(expected),
                "{tag}"
            );
            assert_eq!(version(tag, None).as_deref(), Some(expected), "{tag}");
        }
        for tag in [
            "two@1.2.3",
            "nightly",
            "v1",
            "release-2024",
            "one",
            "one-two-v1.0.0",
        ] {
            assert_eq!(version(tag, Some("skills/one")), None, "{tag}");
        }
    }
}
