//! Spellings of sources.

use super::*;

#[test]
fn every_spelling_of_an_allowed_source_is_allowed() {
    for (glob, sources) in [
        (
            "github:acme/*",
            &["github:acme/x", "github:ACME/X", "github:Acme/x.y_z-1"][..],
        ),
        ("github:Acme/X", &["github:acme/x", "github:acme/X"]),
        (
            "https://gitlab.acme.com/**",
            &[
                "https://gitlab.acme.com/a/b",
                "https://GitLab.Acme.COM/a/b.git",
                "https://gitlab.acme.com:443/a/b/",
                "https://gitlab.acme.com./a/b/c.git/",
            ],
        ),
        (
            "https://GitLab.acme.com:443/team/*.git",
            &[
                "https://gitlab.acme.com/team/x",
                "https://gitlab.acme.com/team/x.git",
            ],
        ),
        (
            "https://*.acme.com/**",
            &["https://a.acme.com/x", "https://a.b.acme.com/x"],
        ),
        ("https://h:8443/**", &["https://h:8443/a/b"]),
        (
            "ssh://git@h.com/acme/*",
            &[
                "ssh://git@h.com/acme/x.git",
                "ssh://git@H.com:22/acme/x",
                "git@h.com:acme/x.git",
                "git@h.com.:/acme/x",
            ],
        ),
        (
            "git@h.com:acme/*",
            &["ssh://git@h.com/acme/x", "git@h.com:acme/x"],
        ),
        (
            "file:///srv/*",
            &["file:///srv/x.git", "file://localhost/srv/x"],
        ),
        ("path:skills/**", &["path:skills/x", "path:skills/x/y/"]),
        ("path:../shared", &["path:../shared"]),
        ("path:/srv/*", &["path:/srv/x"]),
        ("path:**", &["path:.", "path:../../x", "path:/srv/x"]),
        ("path:.", &["path:."]),
        ("**", &["github:a/b", "git@h:x", "path:/x", "https://h/x"]),
        ("https://*/**", &["https://h/a/b/c"]),
        ("github:**", &["github:a/b"]),
    ] {
        for source in sources {
            assert!(allows(glob, source), "{glob} {source}");
        }
    }
}

#[test]
fn no_spelling_of_another_source_is_allowed() {
    for (glob, sources) in [
        (
            "github:acme/*",
            &[
                "github:evil/x",
                "github:acme.evil/x",
                // The HTTP client would read backslashes as slashes.
                r"github:acme/..\..\evil\x",
                r"github:acme\..\evil/x",
                "github:acme/%2e%2e%2fevil",
                "github:acme/..",
                "github:acme/x?y",
                "github:acme/x#y",
                // The environment sets the host of `owner/repo`, so a URL is another source.
                "https://github.com/acme/x",
                "https://GITHUB.com:443/acme/x.git",
                "http://github.com/acme/x",
                "git@github.com:acme/x",
                "file:///github:acme/x",
                "path:github:acme/x",
            ][..],
        ),
        (
            "https://gitlab.acme.com/**",
            &[
                "http://gitlab.acme.com/a/b",
                "HTTPS://gitlab.acme.com/a/b",
                "https://gitlab.acme.com.evil.org/a/b",
                "https://evil.org/gitlab.acme.com/a",
                "https://gitlab.acme.com:8443/a/b",
                r"https://evil.org\.gitlab.acme.com/a/b",
                "https://evil.org?.gitlab.acme.com/a/b",
                "https://evil.org#.gitlab.acme.com/a/b",
                "https:///evil.org/a/b",
                "https://gitlab.acme.com",
                "https://gitlab.acme.com/",
                "https://gitlab.acme.com/.git",
                "ssh://git@gitlab.acme.com/a/b",
                "git@gitlab.acme.com:a/b",
                "file:///gitlab.acme.com/a",
                "gopher://gitlab.acme.com/a",
            ],
        ),
        (
            "https://h/acme/**",
            &[
                "https://h/acme/../evil/x",
                "https://h/acme/%2e%2E/evil/x",
                "https://h/acme/.%2e/evil/x",
                "https://h/acme/..%2fevil/x",
                "https://h/acme/%252e%252e/evil/x",
                r"https://h/acme/..\evil/x",
                "https://h/acme//x",
                "https://h/acme/./x",
                "https://h/ACME/x",
                "https://h/acmes/x",
            ],
        ),
        ("https://h/*", &["https://h/a/b"]),
        ("https://*/a", &["https://h/x/a", "https://h/b"]),
        (
            "https://*.acme.com/**",
            &["https://acme.com/x", "https://evilacme.com/x"],
        ),
        (
            "ssh://git@h.com/acme/*",
            &[
                "ssh://evil@h.com/acme/x",
                "ssh://h.com/acme/x",
                "ssh://git@h.com:2222/acme/x",
                "ssh://git@h.com@evil.org/acme/x",
                "git@h.com:acme/../evil/x",
                "git@h.com:evil/x",
                "git@evil.org:acme/x",
                "ssh://git@h.com/acme/%2e%2e/x",
                "ssh://git@h.com:/acme/x",
            ],
        ),
        (
            "file:///srv/acme/*",
            &[
                "file:///srv/acme/../evil",
                "file:///srv/acme/%2e%2e",
                "file:///srv/acme/a%2fb",
                "file://evil/srv/acme/x",
                "FILE:///srv/acme/x",
                "path:/srv/acme/x",
            ],
        ),
        (
            "path:skills/**",
            &[
                "path:skills/../evil",
                "path:../skills/x",
                "path:/skills/x",
                "path:./skills/x",
                "path:skills/./x",
                r"path:skills/..\..\x",
            ],
        ),
        (
            "path:*",
            &["path:..", "path:.", "path:/x", "path:a/b", "path:../x"],
        ),
        (
            "path:../*",
            &["path:..", "path:../..", "path:../../x", "path:x"],
        ),
        ("path:/srv/*", &["path:srv/x", "path:/srv/x/y", "path:/srv"]),
    ] {
        for source in sources {
            assert!(!allows(glob, source), "{glob} {source}");
        }
    }
    assert!(!judge(&listed(&[]), &facts(&"github:a/b".parse().unwrap())).is_allowed());
}

#[test]
fn moved_source_is_checked_by_both_names() {
    let source = "github:acme/x".parse().unwrap();
    let allows = |moved: &str| {
        let moved = moved.parse().unwrap();
        let facts = Facts {
            moved_to: Some(&moved),
            ..facts(&source)
        };
        only(&listed(&["github:acme/*"]), &facts)
    };
    assert!(allows("github:acme/y").is_allowed);
    let verdict = allows("github:evil/x");
    assert!(!verdict.is_allowed);
    assert_eq!(
        verdict.sentence(),
        "`github:acme/x` has moved to `github:evil/x`, which is not an allowed source; use an allowed source, or add this one to `sources` in mdskill.toml"
    );
}

#[test]
fn url_of_github_is_the_same_source_as_owner_and_repo() {
    use crate::spec::Spec;
    for typed in [
        "acme/x",
        "ACME/x",
        "github.com/acme/x/one",
        "https://github.com/acme/x",
        "https://github.com/acme/x.git",
        "https://GitHub.com/acme/x",
        "https://www.github.com/acme/x/tree/main/one",
    ] {
        let source = typed.parse::<Spec>().unwrap().source();
        let decision = judge(&listed(&["github:acme/*"]), &facts(&source));
        assert!(decision.is_allowed(), "{typed}: {decision:?}");
    }
}

#[test]
fn glob_that_matches_nothing_is_an_error() {
    for (glob, problem) in [
        ("acme/*", "did you mean `github:acme/*`?"),
        ("", "does not start with a kind of source"),
        ("*", "does not start with a kind of source"),
        ("gitlab.acme.com/**", "does not start with a kind of source"),
        ("github:acme", "write `github:acme/*`"),
        ("github:/x", "does not name a repository"),
        ("https://github.com/acme/*", "write `github:acme/*`"),
        ("https://gitlab.acme.com", "it does not name a repository"),
        ("https://gitlab.acme.com/", "it does not name a repository"),
        ("https://gitlab.acme.com*/**", "has no plain host"),
        ("https://gitlab.*.com/**", "has no plain host"),
        (
            "https://{a,b}.com/**",
            "the only wildcards are `*` and `**`",
        ),
        ("https:///**", "it does not name a repository"),
        ("https://u:p@h/**", "contains a user name or password"),
        ("https://h/a/../b", "matches nothing"),
        ("https://h/a/%2e%2e/b", "matches nothing"),
        ("path:a/../b", "matches nothing"),
        (r"path:a\b", "the only wildcards are `*` and `**`"),
        ("ftp://h/**", "it is not an https, http, ssh, or file URL"),
        ("file://h/x", "`file:///FOLDER/*`"),
        ("github:a/[", "the only wildcards are `*` and `**`"),
        ("ssh://*@h/x", "its host or user is not valid"),
        ("https://h*/x", "has no plain host"),
        ("ssh://git@h.*/x", "has no plain host"),
    ] {
        let (at, said) = Sources::new(&["github:a/b", glob]).unwrap_err();
        assert_eq!(at, 1);
        assert!(said.contains(problem), "{glob}: {said}");
    }
}
