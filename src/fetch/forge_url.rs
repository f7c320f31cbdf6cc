//! The URLs of a forge's pages: a comparison of two commits, and a folder of a commit.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;

use crate::env::Env;
use crate::source::{Source, is_scp_like};
use mdskill_git::ObjectId;
use mdskill_git::transport::ssh::SshAddress;

/// The kind of a forge, as far as the name of its host indicates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Forge {
    GitHub,
    GitLab,
    /// Also Forgejo, which Codeberg runs.
    Gitea,
    Bitbucket,
}

/// Returns the URL of the page that compares two commits of `source`; `None` for a folder, a mirror, or
/// an unknown forge. It never contains a user name or password.
#[must_use]
pub fn compare_url(source: &Source, env: &Env, old: ObjectId, new: ObjectId) -> Option<String> {
    let (forge, repository) = repository_page(source, env)?;
    let page = match forge {
        Forge::GitHub | Forge::Gitea => format!("compare/{old}...{new}"),
        Forge::GitLab => format!("-/compare/{old}...{new}"),
        // The new commit is first, with a line end in between.
        Forge::Bitbucket => format!("branches/compare/{new}%0D{old}"),
    };
    Some(format!("{repository}/{page}"))
}

/// Returns the URL of the page of a commit; `None` as for [`compare_url`].
#[must_use]
pub fn commit_url(source: &Source, env: &Env, commit: ObjectId) -> Option<String> {
    let (forge, repository) = repository_page(source, env)?;
    let page = match forge {
        Forge::GitHub | Forge::Gitea => "commit",
        Forge::GitLab => "-/commit",
        Forge::Bitbucket => "commits",
    };
    Some(format!("{repository}/{page}/{commit}"))
}

/// Returns the URL of the page of a folder at a commit; `None` as for [`compare_url`]. `folder` is
/// empty for the repository itself.
#[must_use]
pub fn folder_url(source: &Source, env: &Env, commit: ObjectId, folder: &str) -> Option<String> {
    let (forge, repository) = repository_page(source, env)?;
    let tree = match forge {
        Forge::GitHub => "tree",
        Forge::GitLab => "-/tree",
        Forge::Gitea => "src/commit",
        Forge::Bitbucket => "src",
    };
    let folder = utf8_percent_encode(folder, ESCAPED).to_string();
    let url = format!("{repository}/{tree}/{commit}/{folder}");
    Some(url.trim_end_matches('/').to_owned())
}

/// Returns the URL of the page of a repository; `None` as for [`compare_url`].
#[must_use]
pub fn repository_url(source: &Source, env: &Env) -> Option<String> {
    Some(repository_page(source, env)?.1)
}

/// Returns the name of the forge with the pages of a source; `None` as for [`compare_url`].
#[must_use]
pub fn forge_name(source: &Source, env: &Env) -> Option<&'static str> {
    Some(match repository_page(source, env)?.0 {
        Forge::GitHub => "GitHub",
        Forge::GitLab => "GitLab",
        Forge::Gitea => "the web",
        Forge::Bitbucket => "Bitbucket",
    })
}

/// The characters of a path that are escaped.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// Returns the forge of a source, and the URL of the repository's page.
fn repository_page(source: &Source, env: &Env) -> Option<(Forge, String)> {
    let (origin, path) = page_of(source, env)?;
    let host = origin.split_once("://")?.1;
    let forge = forge_at(host.split(':').next()?, env)?;
    let parts = path.split('/').count();
    let is_repository = match forge {
        // Groups within groups.
        Forge::GitLab => parts >= 2,
        _ => parts == 2,
    };
    is_repository.then(|| (forge, format!("{origin}/{path}")))
}

/// Returns `https://HOST` and `owner/repo` of a source.
fn page_of(source: &Source, env: &Env) -> Option<(String, String)> {
    let (origin, path) = match source {
        Source::GitHub { owner, repo } => {
            let base = Url::parse(&env.github_url).ok()?;
            // Only a mirror has a path before `owner/repo`.
            let is_plain = base.path().trim_matches('/').is_empty();
            (
                origin_of(&base).filter(|_| is_plain)?,
                format!("{owner}/{repo}"),
            )
        }
        Source::Git { url } if url.starts_with("ssh://") || is_scp_like(url) => {
            let address = SshAddress::parse(url)?;
            let host = address.destination.rsplit('@').next()?.to_ascii_lowercase();
            // Hosts for ssh over the https port.
            let host = match host.as_str() {
                "ssh.github.com" => "github.com",
                "altssh.gitlab.com" => "gitlab.com",
                "altssh.bitbucket.org" => "bitbucket.org",
                host => host,
            };
            (format!("https://{host}"), address.path)
        }
        Source::Git { url } => {
            let url = Url::parse(url).ok()?;
            (origin_of(&url)?, url.path().to_owned())
        }
        Source::Site { .. } | Source::Folder { .. } => return None,
    };
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    path.chars()
        .all(is_plain)
        .then(|| (origin, path.to_owned()))
}

fn origin_of(url: &Url) -> Option<String> {
    let is_web = matches!(url.scheme(), "https" | "http");
    is_web.then(|| url.origin().ascii_serialization())
}

fn forge_at(host: &str, env: &Env) -> Option<Forge> {
    let is_enterprise = env
        .enterprise_host
        .as_ref()
        .is_some_and(|home| home.eq_ignore_ascii_case(host));
    if is_enterprise || host.strip_suffix(".ghe.com").is_some() {
        return Some(Forge::GitHub);
    }
    let first = host.split('.').next().unwrap_or_default();
    match (host, first) {
        ("codeberg.org", _) | (_, "gitea" | "forgejo") => Some(Forge::Gitea),
        ("bitbucket.org", _) => Some(Forge::Bitbucket),
        (_, "github") => Some(Forge::GitHub),
        (_, "gitlab") => Some(Forge::GitLab),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn with(variable: &'static str, value: &'static str, source: &str) -> Option<String> {
        let lookup = |name: &str| (name == variable).then(|| value.into());
        let env = Env::from_lookup(lookup, PathBuf::from("/"));
        let id = |byte| ObjectId::from_bytes([byte; 20]);
        let page = compare_url(&source.parse().unwrap(), &env, id(0x11), id(0x22))?;
        Some(
            page.replace(&"11".repeat(20), "OLD")
                .replace(&"22".repeat(20), "NEW"),
        )
    }

    fn plain(source: &str) -> Option<String> {
        with("CI", "", source)
    }

    #[test]
    fn compare_url_is_that_of_the_forge() {
        for (source, page) in [
            ("github:o/r", "https://github.com/o/r/compare/OLD...NEW"),
            (
                "https://github.com/o/r.git",
                "https://github.com/o/r/compare/OLD...NEW",
            ),
            (
                "git@github.com:o/r.git",
                "https://github.com/o/r/compare/OLD...NEW",
            ),
            (
                "ssh://git@github.com/o/r",
                "https://github.com/o/r/compare/OLD...NEW",
            ),
            (
                "ssh://git@ssh.github.com:443/o/r.git",
                "https://github.com/o/r/compare/OLD...NEW",
            ),
            (
                "https://acme.ghe.com/o/r",
                "https://acme.ghe.com/o/r/compare/OLD...NEW",
            ),
            (
                "https://gitlab.com/a/b/c",
                "https://gitlab.com/a/b/c/-/compare/OLD...NEW",
            ),
            (
                "git@gitlab.acme.com:a/b.git",
                "https://gitlab.acme.com/a/b/-/compare/OLD...NEW",
            ),
            (
                "https://gitea.acme.com:3000/a/b",
                "https://gitea.acme.com:3000/a/b/compare/OLD...NEW",
            ),
            (
                "https://codeberg.org/a/b",
                "https://codeberg.org/a/b/compare/OLD...NEW",
            ),
            (
                "https://bitbucket.org/a/b",
                "https://bitbucket.org/a/b/branches/compare/NEW%0DOLD",
            ),
        ] {
            assert_eq!(plain(source).as_deref(), Some(page), "{source}");
        }
    }

    #[test]
    fn folder_url_is_that_of_the_forge() {
        let env = Env::from_lookup(|_: &str| None, PathBuf::from("/"));
        let id = ObjectId::from_bytes([0x11; 20]);
        let page = |source: &str, folder: &str| {
            let page = folder_url(&source.parse().unwrap(), &env, id, folder)?;
            Some(page.replace(&"11".repeat(20), "ID"))
        };
        for (source, folder, expected) in [
            (
                "github:o/r",
                "skills/a b",
                "https://github.com/o/r/tree/ID/skills/a%20b",
            ),
            ("github:o/r", "", "https://github.com/o/r/tree/ID"),
            (
                "https://gitlab.com/a/b/c",
                "x",
                "https://gitlab.com/a/b/c/-/tree/ID/x",
            ),
            (
                "https://codeberg.org/a/b",
                "x#1",
                "https://codeberg.org/a/b/src/commit/ID/x%231",
            ),
            (
                "https://bitbucket.org/a/b",
                "x",
                "https://bitbucket.org/a/b/src/ID/x",
            ),
        ] {
            assert_eq!(page(source, folder).as_deref(), Some(expected), "{source}");
        }
        assert_eq!(page("path:../skills", "x"), None);
    }

    #[test]
    fn unknown_host_has_no_compare_url() {
        for source in [
            "path:../skills",
            "file:///srv/skills.git",
            "git@example.com:o/r.git",
            "ssh://git@example.com/o/r",
            "https://example.com/o/r",
            "https://github.com/o",
            "https://github.com/o/r/more",
            "https://github.com/o/r%22",
            "git@github.com:o/r\"onclick.git",
            "https://github.example.org.evil.org",
            "https://notgithub.com/o/r",
        ] {
            assert_eq!(plain(source), None, "{source}");
        }
    }

    #[test]
    fn enterprise_host_is_github_and_mirror_is_not() {
        let page = "https://git.acme.com/o/r/compare/OLD...NEW";
        for source in [
            "github:o/r",
            "https://git.acme.com/o/r",
            "git@git.acme.com:o/r.git",
        ] {
            assert_eq!(
                with("GH_HOST", "git.acme.com", source).as_deref(),
                Some(page)
            );
        }
        for mirror in [
            "https://mirror.acme.com",
            "https://github.acme.com/mirror",
            "http://127.0.0.1:8080",
            "/srv/mirror",
            "file:///srv/mirror",
        ] {
            assert_eq!(
                with("MDSKILL_GITHUB_URL", mirror, "github:o/r"),
                None,
                "{mirror}"
            );
        }
        let page = with(
            "MDSKILL_GITHUB_URL",
            "https://user:hunter2@github.acme.com",
            "github:o/r",
        );
        assert!(page.is_none_or(|page| !page.contains("hunter2")));
    }
}
