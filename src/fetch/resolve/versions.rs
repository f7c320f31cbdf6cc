//! Version tags, sorted by version.

use semver::{Version, VersionReq};

use super::VersionTag;
use mdskill_git::protocol::Ref;

/// A version tag.
#[derive(Debug, Clone)]
pub(super) struct Tagged<'a> {
    pub version: Version,
    /// The name, without `refs/tags/`.
    pub tag: &'a str,
    pub git_ref: &'a Ref,
}

/// All version tags, the oldest first.
pub(super) struct Versions<'a>(Vec<Tagged<'a>>);

impl<'a> Versions<'a> {
    /// Finds the version tags: `v1.2.3` and `1.2.3`, but not `skill@1.2.3` or `release/1.2`.
    pub(super) fn among(refs: &'a [Ref]) -> Self {
        let tagged = |git_ref: &'a Ref| {
            let tag = git_ref.name.strip_prefix("refs/tags/")?;
            let version = parse(tag)?;
            Some(Tagged {
                version,
                tag,
                git_ref,
            })
        };
        let mut versions: Vec<Tagged<'_>> = refs.iter().filter_map(tagged).collect();
        // For the same version, the tag with `v` sorts last, so that the server's order is irrelevant.
        versions.sort_by(|a, b| a.version.cmp(&b.version).then_with(|| a.tag.cmp(b.tag)));
        Self(versions)
    }

    /// Returns the newest version in a range. As in cargo, a prerelease matches only if the range
    /// names a prerelease of the same version.
    pub(super) fn best_in(&self, range: &VersionReq) -> Option<&Tagged<'a>> {
        let mut newest_first = self.0.iter().rev();
        newest_first.find(|tagged| range.matches(&tagged.version))
    }

    /// Returns the tags, the oldest first.
    pub(super) fn tags(&self) -> Vec<VersionTag> {
        let tags = self.0.iter().map(|tagged| VersionTag {
            name: tagged.tag.to_owned(),
            commit: tagged.git_ref.commit(),
            object: tagged.git_ref.tag_object(),
        });
        tags.collect()
    }

    /// Returns the newest version. Prereleases count if requested, or if there are no others.
    pub(super) fn newest(&self, prereleases: bool) -> Option<String> {
        let mut newest_first = self.0.iter().rev();
        let newest = newest_first.find(|tagged| prereleases || tagged.version.pre.is_empty());
        newest.or(self.0.last()).map(|tagged| tagged.tag.to_owned())
    }
}

/// Parses a tag as a version.
pub(super) fn parse(tag: &str) -> Option<Version> {
    Version::parse(tag.strip_prefix('v').unwrap_or(tag)).ok()
}

/// Returns a range with the same operator and precision that begins at a version: `^6.0` at `v7.1.2` is
/// `^7.1`. `None` for a range of several parts.
pub(super) fn moved_range(range: &str, tag: &str) -> Option<String> {
    let version = parse(tag)?;
    let digits = range.trim_start_matches(|c: char| !c.is_ascii_digit());
    let operator = &range[..range.len() - digits.len()];
    let is_one = matches!(operator.trim(), "" | "^" | "~" | "=" | ">=")
        && digits
            .bytes()
            .all(|byte| !matches!(byte, b',' | b' ' | b'*'));
    if !is_one {
        return None;
    }
    let parts = digits.split('-').next()?.split('.').count();
    let text = match parts {
        _ if !version.pre.is_empty() => version.to_string(),
        1 => version.major.to_string(),
        2 => format!("{}.{}", version.major, version.minor),
        _ => format!("{}.{}.{}", version.major, version.minor, version.patch),
    };
    Some(format!("{operator}{text}"))
}

/// Whether a range names a prerelease.
pub(super) fn asks_for_prereleases(range: &VersionReq) -> bool {
    let names_one = |comparator: &semver::Comparator| !comparator.pre.is_empty();
    range.comparators.iter().any(names_one)
}

/// Returns the prefixes of all version tags, which few other tags have. Some repositories have a
/// thousand tags such as `package@1.2.3`.
pub(super) fn prefixes() -> Vec<String> {
    let begins = |digit: u8| [format!("refs/tags/{digit}"), format!("refs/tags/v{digit}")];
    (0..=9).flat_map(begins).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moved_range_keeps_operator_and_precision() {
        let moved = |range, tag| moved_range(range, tag);
        assert_eq!(moved("^6.0", "v6.2.0").as_deref(), Some("^6.2"));
        assert_eq!(moved("^6", "v7.1.2").as_deref(), Some("^7"));
        assert_eq!(moved("~1.2.3", "2.0.1").as_deref(), Some("~2.0.1"));
        assert_eq!(moved(">=1.0", "v2.3.4").as_deref(), Some(">=2.3"));
        assert_eq!(moved("^1.0", "v2.0.0-rc.1").as_deref(), Some("^2.0.0-rc.1"));
        assert_eq!(moved(">=1.2, <2", "v2.0.0"), None);
        assert_eq!(moved("1.*", "v2.0.0"), None);
        assert_eq!(moved("^1.0", "nightly"), None);
    }
}
