use proptest::prelude::*;

use super::*;

fn spec(text: &str) -> Spec {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_form_parses_and_displays_the_same() {
    for text in [
        "owner/repo",
        "owner/repo/skill",
        "owner/repo/plugins/x/skills/skill@feature/x",
        "owner/repo@^1.2",
        "owner/repo/skill@367cb6a4a182cf7e9b0a17c9429f7411ddd9cf35",
        "gitlab.com/owner/repo/skill@v1",
        "https://github.com/owner/repo",
        "https://github.com/owner/repo/tree/feature/x/skills/pdf",
        "https://github.com/owner/repo/blob/main/skills/pdf/SKILL.md",
        "https://gitlab.com/owner/repo/-/tree/main/skills/pdf",
        "https://gitlab.com/group/sub/repo.git//skills/pdf@main",
        "ssh://git@host:2222/owner/x.git//skills/pdf",
        "git@host:owner/x.git//skills/pdf@v1",
        "file:///srv/x.git//pdf",
        "./skills/x",
        "../x",
        "/abs/x",
    ] {
        assert_eq!(spec(text).to_string(), text);
    }
}

#[test]
fn lockfile_form_and_skill_file_parse() {
    assert_eq!(spec("github:a/b/c").to_string(), "a/b/c");
    assert_eq!(spec("a/b.git/c/SKILL.md").to_string(), "a/b/c");
    assert_eq!(
        spec("https://github.com/a/b").source().to_string(),
        "github:a/b"
    );
    assert_eq!(
        spec("https://github.com/a/b.git//c").source().to_string(),
        "github:a/b"
    );
    assert_eq!(spec("github.com/a/b/c").source().to_string(), "github:a/b");
    assert_eq!(
        spec("gitlab.com/a/b/c").source().to_string(),
        "https://gitlab.com/a/b"
    );
}

#[test]
fn invalid_spec_is_rejected_with_a_valid_form() {
    for (text, problem) in [
        ("", "it is empty"),
        ("async-python-patterns", "it does not name a repository"),
        ("a//b", "it has an empty part"),
        ("a/b/../c", "`..`"),
        ("gitlab.com/a", "the host is not followed by `owner/repo`"),
        ("a/b@", "it is empty"),
        ("a/b@^x", "invalid version range"),
        ("a/b@x..y", "invalid ref"),
        ("ftp://h/x.git", "`ftp` is not https"),
        (
            "https://token@h/a/b.git",
            "contains a user name or password",
        ),
        ("https://u:p@h/a/b.git", "contains a user name or password"),
        ("ssh://u:p@h/a/b.git", "contains a user name or password"),
        ("ssh://-oProxyCommand=x/a/b.git", "host"),
        ("https://github.com/a", "it does not name a repository"),
        (
            "https://github.com/a/b/pulls",
            "neither `/tree/` nor `/blob/`",
        ),
        ("https://github.com/a/b/tree", "its ref is missing"),
        ("-x/y", "starts with `-`"),
        ("a/b c", "is not a valid owner or repository"),
        ("a/b\u{1b}[31m", "control"),
    ] {
        let error = text.parse::<Spec>().expect_err(text);
        assert!(!error.expected.is_empty(), "{error}");
        let error = error.to_string();
        assert!(error.contains(problem), "{error}");
        assert!(!error.contains('\u{1b}'));
    }
}

proptest! {
    #[test]
    fn displayed_spec_parses_to_the_same(
        host in proptest::option::of("[a-z]{1,5}\\.[a-z]{2,3}"),
        owner in "[a-zA-Z0-9][a-zA-Z0-9-]{0,6}", repo in "[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,6}[a-z]",
        skill in proptest::option::of("[a-zA-Z0-9 _.ü-]{0,4}[a-z](/[a-z-]{1,6}){0,3}"),
        git_ref in proptest::option::of("[a-z]{1,4}(/[a-z0-9]{1,4})?|v[0-9]\\.[0-9]|[0-9a-f]{40}|\\^[0-9]\\.[0-9]"),
    ) {
        let mut text = host.map(|host| host + "/").unwrap_or_default();
        text = format!("{text}{owner}/{repo}");
        if let Some(skill) = skill { text = format!("{text}/{skill}"); }
        if let Some(git_ref) = git_ref { text = format!("{text}@{git_ref}"); }
        if let Ok(spec) = text.parse::<Spec>() {
            prop_assert_eq!(spec.to_string().parse::<Spec>().unwrap(), spec);
        }
    }

    #[test]
    fn any_text_is_rejected_or_round_trips(text in "\\PC{0,40}|[a-z@:/.-]{0,40}") {
        if let Ok(spec) = text.parse::<Spec>() {
            prop_assert_eq!(spec.to_string().parse::<Spec>().unwrap(), spec);
        }
    }
}
