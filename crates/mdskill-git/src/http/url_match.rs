//! [`UrlMatch`]: how well the URL in a key such as `http.<url>.proxy` matches an address.
//!
//! Source: git-config(1), `http.<url>.*`; git's urlmatch.c.

use reqwest::Url;

/// A match; the greatest one applies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct UrlMatch {
    host: usize,
    path: usize,
    user: bool,
}

impl UrlMatch {
    /// The match of a key without a URL.
    pub(super) const ANY: Self = Self {
        host: 0,
        path: 0,
        user: false,
    };

    /// Matches the URL of a key with an address.
    pub(super) fn of(pattern: &str, url: &Url) -> Option<Self> {
        let pattern = Url::parse(pattern).ok()?;
        let (host, other) = (pattern.host_str()?, url.host_str()?);
        let user = pattern.username();
        let is_same = pattern.scheme() == url.scheme()
            && pattern.port_or_known_default() == url.port_or_known_default()
            && (user.is_empty() || user == url.username())
            && host_matches(host, other);
        let path = pattern.path().trim_end_matches('/');
        let rest = url.path().strip_prefix(path)?;
        let is_below = rest.is_empty() || rest.starts_with('/');
        (is_same && is_below).then_some(Self {
            host: host.len(),
            path: path.len(),
            user: !user.is_empty(),
        })
    }
}

/// Whether a host matches a pattern, in which `*` is exactly one label.
fn host_matches(pattern: &str, host: &str) -> bool {
    let (patterns, labels) = (pattern.split('.'), host.split('.'));
    patterns.clone().count() == labels.clone().count()
        && patterns
            .zip(labels)
            .all(|(pattern, label)| pattern == "*" || pattern == label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matching(pattern: &str, url: &str) -> Option<UrlMatch> {
        UrlMatch::of(pattern, &Url::parse(url).unwrap())
    }

    #[test]
    fn url_matches_as_in_git() {
        let url = "https://git.example.com/team/repo.git/git-upload-pack";
        for pattern in [
            "https://git.example.com",
            "https://git.example.com:443/",
            "https://GIT.example.com/team",
            "https://git.example.com/team/",
            "https://*.example.com/team/repo.git",
        ] {
            assert!(matching(pattern, url).is_some(), "{pattern}");
        }
        for pattern in [
            "http://git.example.com",
            "https://git.example.com:8443",
            "https://example.com",
            "https://*.com",
            "https://git.example.com/tea",
            "https://ada@git.example.com",
            "git.example.com",
        ] {
            assert_eq!(matching(pattern, url), None, "{pattern}");
        }
    }

    #[test]
    fn longer_host_then_longer_path_then_user_is_better() {
        let url = "https://ada@git.example.com/team/x";
        let patterns = [
            "https://*.example.com/team/x",
            "https://git.example.com",
            "https://git.example.com/team",
            "https://ada@git.example.com/team",
        ];
        let found = patterns.map(|pattern| matching(pattern, url).unwrap());
        assert!(found.is_sorted(), "{found:?}");
        assert!(UrlMatch::ANY < found[0]);
    }
}
