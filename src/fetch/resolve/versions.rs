//! Tags that are versions, in the order of versions.

use semver::{Version, VersionReq};

use mdskill_git::protocol::Ref;

/// A tag that is a version.
#[derive(Debug, Clone)]
pub(super) struct Tagged<'a> {
    pub version: Version,
    /// Its name, without `refs/tags/`.
    pub tag: &'a str,
    pub git_ref: &'a Ref,
}

/// All tags that are versions, the oldest first.
pub(super) struct Versions<'a>(Vec<Tagged<'a>>);

impl<'a> Versions<'a> {
    /// Finds them. `v1.2.3` and `1.2.3` are versions; `skill@1.2.3` and `release/1.2` are not.
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
        // Of two tags of one version the one with `v` is the later: no server's order decides.
        versions.sort_by(|a, b| a.version.cmp(&b.version).then_with(|| a.tag.cmp(b.tag)));
        Self(versions)
    }

    /// Returns the newest in a range. A prerelease is in it only where cargo has it so: when the
    /// range itself names a prerelease of the same version.
    pub(super) fn best_in(&self, range: &VersionReq) -> Option<&Tagged<'a>> {
        let mut newest_first = self.0.iter().rev();
        newest_first.find(|tagged| range.matches(&tagged.version))
    }

    /// Returns the newest of all. Prereleases count when asked for, or when there is nothing else.
    pub(super) fn newest(&self, prereleases: bool) -> Option<String> {
        let mut newest_first = self.0.iter().rev();
        let newest = newest_first.find(|tagged| prereleases || tagged.version.pre.is_empty());
        newest.or(self.0.last()).map(|tagged| tagged.tag.to_owned())
    }

    /// Returns another tag of the same version that names another commit.
    pub(super) fn twin_of(&self, one: &Tagged<'_>) -> Option<String> {
        let is_twin = |other: &&Tagged<'_>| {
            other.version == one.version && other.git_ref.commit() != one.git_ref.commit()
        };
        self.0.iter().find(is_twin).map(|twin| twin.tag.to_owned())
    }
}

/// Reads a tag as a version.
pub(super) fn parse(tag: &str) -> Option<Version> {
    Version::parse(tag.strip_prefix('v').unwrap_or(tag)).ok()
}

/// Whether a range names a prerelease.
pub(super) fn asks_for_prereleases(range: &VersionReq) -> bool {
    let names_one = |comparator: &semver::Comparator| !comparator.pre.is_empty();
    range.comparators.iter().any(names_one)
}

/// Returns the prefixes that every version tag begins with one of, and few others do: some
/// repositories have a thousand tags `package@1.2.3`.
pub(super) fn prefixes() -> Vec<String> {
    let begins = |digit: u8| [format!("refs/tags/{digit}"), format!("refs/tags/v{digit}")];
    (0..=9).flat_map(begins).collect()
}
